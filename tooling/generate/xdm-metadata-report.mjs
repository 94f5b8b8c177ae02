// Compares the METADATA.XML of official archives with the one that is derived from their CDA, attribute by attribute,
// and prints each difference with its cause. Runs on the sources, with Node 24.
//
//   node tooling/generate/xdm-metadata-report.mjs [FOLDER]     FOLDER/NAME/IHE_XDM.ZIP, default MSS_CORPUS/xdm
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../testkit/src/source-hooks.mjs';

const { compareMetadata, deriveAgain } = await import('../../packages/xdm/test/compare-metadata.ts');
const { exceptionFor } = await import('../../packages/xdm/test/known-exceptions.ts');

const corpus = process.env.MSS_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const folder = process.argv[2] ?? `${corpus}/xdm`;
if (!existsSync(folder)) {
  console.error(`no archives in ${folder}`);
  process.exit(2);
}
const names = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/IHE_XDM.ZIP`));
const causes = new Map();
let unexplained = 0;
for (const name of names) {
  const { ans, ours } = deriveAgain(new Uint8Array(readFileSync(`${folder}/${name}/IHE_XDM.ZIP`)));
  for (const difference of compareMetadata(ans, ours)) {
    const reason = exceptionFor(name, difference)?.reason ?? 'NOT EXPLAINED';
    if (reason === 'NOT EXPLAINED') unexplained += 1;
    const key = `| ${difference.attribute} | ${reason} |`;
    causes.set(key, [...(causes.get(key) ?? []), name]);
  }
}
console.log(`# METADATA.XML of ${names.length} official archives and ours\n`);
console.log('| attribute | cause | archives |\n|---|---|---|');
for (const [key, archives] of [...causes].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${key} ${archives.length === names.length ? 'all' : archives.join(', ')} |`);
const total = [...causes.values()].reduce((sum, archives) => sum + archives.length, 0);
console.log(`\n${total} differences, ${unexplained} not explained.`);
process.exit(unexplained === 0 ? 0 : 1);
