// Compares the METADATA.XML of official archives with the one that is derived from their CDA, attribute by attribute, and
// writes each difference with its cause to docs/METADATA-COMPARISON.md: names of archives and attributes, codes and
// reasons, nothing else of the archives. Exits 1 when a difference is not explained. Runs on the sources, with Node 24.
//
//   node tooling/generate/xdm-metadata-report.mjs [FOLDER]     FOLDER/NAME/IHE_XDM.ZIP, default MSS_CORPUS/xdm
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../testkit/src/source-hooks.mjs';

const { writeReport } = await import('../../packages/xdm/test/metadata-report.ts');
const { compareArchives } = await import('../../packages/xdm/test/compare-metadata.ts');

const corpus = process.env.MSS_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const folder = process.argv[2] ?? `${corpus}/xdm`;
if (!existsSync(folder)) {
  console.error(`no archives in ${folder}`);
  process.exit(2);
}
const compared = compareArchives(folder);
const { markdown, total, unexplained } = writeReport(compared);
const target = fileURLToPath(new URL('../../docs/METADATA-COMPARISON.md', import.meta.url));
writeFileSync(target, markdown);
console.log(`${compared.length} archives, ${total} differences, ${unexplained} not explained: docs/METADATA-COMPARISON.md`);
process.exit(unexplained === 0 ? 0 : 1);
