// npm run check:packages: builds from clean, then holds each package to what its users will meet:
// publint and attw on the packed tarball, every entry point imported and required, knip, the floors, lint, types of examples, the demonstration.
// Prints one line a check and, last, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { delimiter, join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
// The tools run on the project's own Node, whichever started this script.
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };
let passed = 0;
let failed = 0;

function check(title, command, args, options = {}) {
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, env, ...options });
  const ok = run.status === 0;
  if (ok) passed += 1;
  else failed += 1;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${title}\n`);
  if (!ok) process.stdout.write(`${run.error?.message ?? ''}${run.stdout}\n${run.stderr}\n`.slice(0, 8000));
  return ok;
}

check('build from clean', process.execPath, [join(root, 'tooling', 'build.mjs'), '--clean']);
check('types of sources, tests and examples', bin('tsc'), ['-p', 'tsconfig.json']);
check('types of the cabinet page', bin('tsc'), ['-p', 'examples/cabinet-web/web']);
check('lint', bin('oxlint'), ['--type-aware', '--deny-warnings']);
check('format', bin('oxfmt'), ['--check']);
check('floors', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'packages', 'examples', 'tooling']);
check('knip', bin('knip'), []);
check('docs/CONFORMANCE.md is up to date', process.execPath, ['tooling/docs/conformance.mjs', '--check']);

const packing = mkdtempSync(join(tmpdir(), 'mss-pack-'));
const demonstration = ['--no-warnings', 'examples/first-exchange/src/main.ts', '--output', join(packing, 'demo')];
check('the demonstration, on what was built', process.execPath, demonstration);
for (const name of readdirSync(join(root, 'packages')).sort()) {
  const folder = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  check(`${manifest.name}: publint`, bin('publint'), ['--strict', folder]);
  const pack = spawnSync('npm', ['pack', '--json', '--pack-destination', packing], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const file = pack.status === 0 ? JSON.parse(pack.stdout)[0].filename : 'not-packed.tgz';
  const entries = Object.keys(manifest.exports).filter((key) => key !== './package.json');
  if (entries.length > 0) {
    check(`${manifest.name}: types for every module system`, bin('attw'), [
      join(packing, file),
      '--profile',
      'node16',
      '--format',
      'table-flipped',
    ]);
  }
  for (const entry of entries) {
    const id = manifest.name + entry.slice(1);
    check(
      `${id}: imported`,
      process.execPath,
      ['--input-type=module', '-e', `import * as it from '${id}'; if (Object.keys(it).length === 0) throw new Error('exports nothing');`],
      { cwd: folder },
    );
    check(
      `${id}: required`,
      process.execPath,
      ['--input-type=commonjs', '-e', `if (Object.keys(require('${id}')).length === 0) throw new Error('exports nothing');`],
      { cwd: folder },
    );
  }
}
rmSync(packing, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
