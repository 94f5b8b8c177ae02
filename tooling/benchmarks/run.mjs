// npm run bench [-- NAME …]: builds, then runs each benchmark by itself, so that one does not warm the next.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '..', '..');
const wanted = process.argv.slice(2);
const build = spawnSync(process.execPath, [join(root, 'tooling', 'build.mjs')], { stdio: ['ignore', 'inherit', 'inherit'] });
if (build.status !== 0) process.exit(build.status ?? 1);
let failed = false;
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .sort()) {
  const name = file.replace('.bench.ts', '');
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n== ${name}\n`);
  const run = spawnSync(process.execPath, ['--expose-gc', '--no-warnings', join(folder, file)], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
