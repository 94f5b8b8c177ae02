// npm run build: turbo runs tsup in each package in the order of the floors, then one tsc run writes all declarations.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  // Quiet when all is well: the demonstration builds before it speaks.
  if (result.status !== 0) {
    process.stderr.write(`${result.error?.message ?? ''}${result.stdout}${result.stderr}`);
    process.exit(result.status ?? 1);
  }
}

if (process.argv.includes('--clean')) {
  for (const name of readdirSync(join(root, 'packages'))) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
}
run(bin('turbo'), [
  'run',
  'build',
  '--output-logs=errors-only',
  '--no-update-notifier',
  ...(process.argv.includes('--clean') ? ['--force'] : []),
]);
rmSync(join(root, '.types'), { recursive: true, force: true });
run(bin('tsc'), ['-p', 'tooling/tsconfig.types.json']);
for (const name of readdirSync(join(root, 'packages'))) {
  const from = join(root, '.types', 'packages', name, 'src');
  if (!existsSync(from)) continue;
  cpSync(from, join(root, 'packages', name, 'dist'), { recursive: true });
  cpSync(from, join(root, 'packages', name, 'dist', 'cjs'), { recursive: true });
}
rmSync(join(root, '.types'), { recursive: true, force: true });
