// npm run demo: builds the packages when needed and runs examples/first-exchange on what was built, as a vendor would install it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = spawnSync(process.execPath, [join(root, 'tooling', 'build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
if (build.status !== 0) process.exit(build.status ?? 1);
const run = spawnSync(
  process.execPath,
  ['--no-warnings', join(root, 'examples', 'first-exchange', 'src', 'main.ts'), ...process.argv.slice(2)],
  {
    cwd: process.env.INIT_CWD ?? root,
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);
