// First set-up, in plain old JavaScript: any Node >= 18 that a newcomer has can run it.
// Runs `npm ci` when the lockfile is not the one of the last set-up, and nothing otherwise.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = join(root, 'package-lock.json');
const mark = join(root, 'node_modules', '.mss-setup');

const wanted = createHash('sha256')
  .update(readFileSync(lock))
  .update(process.platform + process.arch)
  .digest('hex');
const done = existsSync(mark) ? readFileSync(mark, 'utf8') : '';
if (done !== wanted) {
  process.stderr.write('mss: installing dependencies (npm ci) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    // The installer must not inherit the npm settings of the script that called us.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|command)/.test(name))),
  });
  if (run.status !== 0) {
    process.stderr.write('mss: npm ci failed; nothing else was done.\n');
    process.exit(run.status ?? 1);
  }
  writeFileSync(mark, wanted);
}
