// npm run test:servers: installs real servers from Debian and runs the suites of tooling/interop against them.
//
//   node tooling/servers/run.mjs [arguments for vitest]
//
// Needs Debian and root (Postfix will not run without); elsewhere it says so, counts the tests as skipped and exits 0.
// The last line is "N passed, N failed, N skipped"; MSS_INTEROP_REPORT names a file for vitest's JSON report.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installServers } from './install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pinned = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const config = ['--config', join(root, 'tooling', 'interop', 'vitest.config.ts')];
const given = process.argv.slice(2);
const jsonFile = process.env.MSS_INTEROP_REPORT;

function finish(sum, report) {
  if (jsonFile) writeFileSync(jsonFile, JSON.stringify(report));
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  process.exit(sum.failed === 0 ? 0 : 1);
}

function vitestRun(args, options) {
  return spawnSync(node, [vitest, ...args], { cwd: root, ...options });
}

function skip(why) {
  process.stderr.write(`servers: ${why}: the suites against real servers are skipped.\n`);
  const list = vitestRun(['list', ...config, '--configLoader=runner', '--staticParse=false', ...given, '--json'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  let skipped = 0;
  try {
    skipped = JSON.parse(list.stdout).length;
  } catch {
    process.stderr.write('servers: their tests cannot be counted.\n');
  }
  finish({ passed: 0, failed: 0, skipped }, { numPassedTests: 0, numFailedTests: 0, numPendingTests: skipped, testResults: [] });
}

if (!existsSync('/etc/debian_version')) skip('this is not Debian');
if (process.getuid?.() !== 0) skip('this is not run as root');

const missing = installServers();
if (missing.length > 0) {
  process.stderr.write(`servers: cannot be installed: ${missing.join(' ')}\n`);
  finish(
    { passed: 0, failed: missing.length, skipped: 0 },
    { numPassedTests: 0, numFailedTests: missing.length, numPendingTests: 0, testResults: [] },
  );
}

const folder = mkdtempSync(join(tmpdir(), 'mss-servers-'));
const reportFile = join(folder, 'report.json');
const run = vitestRun(['run', ...config, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...given], {
  stdio: ['ignore', process.stderr.fd, 'inherit'],
});
// Without a report the runner did not get to its end: that is a failure, never silence.
let report = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
if (existsSync(reportFile)) report = JSON.parse(readFileSync(reportFile, 'utf8'));
rmSync(folder, { recursive: true, force: true });
const brokenSuites = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length;
// An error outside every test fails the run without failing a test.
if (run.status !== 0 && report.numFailedTests + brokenSuites === 0) report.numFailedTests = 1;
finish(
  {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenSuites,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  },
  report,
);
