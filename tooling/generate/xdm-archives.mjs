// Writes tooling/testdata/xdm: odd archives that a reader must accept (success) or refuse (failure), named by the code
// that it must report. Run it with Node 24 after a change of the cases: node tooling/generate/xdm-archives.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { failure } from './xdm-cases-failure.mjs';
import { success } from './xdm-cases-success.mjs';

const target = fileURLToPath(new URL('../testdata/xdm/', import.meta.url));
const maxBytes = 20_000;

for (const [folder, cases] of Object.entries({ success, failure })) {
  const path = `${target}${folder}`;
  mkdirSync(path, { recursive: true });
  for (const old of readdirSync(path)) if (old.endsWith('.zip')) rmSync(`${path}/${old}`);
  for (const [name, bytes] of Object.entries(cases)) {
    if (bytes.length > maxBytes) throw new Error(`${name} has ${bytes.length} bytes`);
    writeFileSync(`${path}/${name}.zip`, bytes);
  }
  console.log(`${folder}: ${Object.keys(cases).length} archives`);
}
