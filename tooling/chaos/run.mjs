// node tooling/chaos/run.mjs [--kills N] [--seed N] [--keep]: the chaos suites of tooling/interop in their nightly form.
//
// Besides what CI runs, both processes are killed N times (default 500) at random moments, half of them against the sandbox, half against
// Dovecot and Postfix. Needs Debian and root, as `npm run test:servers` does. --keep writes tooling/chaos/last-run.json and docs/CHAOS.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: '20260101' },
    keep: { type: 'boolean', default: false },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
if (![kills, seed].every((one) => Number.isSafeInteger(one) && one >= 0)) throw new TypeError('--kills and --seed are whole numbers');

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mss-chaos-'));
const [resultsFile, reportFile] = [join(folder, 'results.jsonl'), join(folder, 'report.json')];
const started = Date.now();
const run = spawnSync(process.execPath, [join(root, 'tooling', 'servers', 'run.mjs'), 'tooling/interop/chaos'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    MSS_CHAOS_KILLS: String(kills),
    MSS_CHAOS_SEED: String(seed),
    MSS_CHAOS_RESULTS: resultsFile,
    MSS_INTEROP_REPORT: reportFile,
  },
});
const report = JSON.parse(readFileSync(reportFile, 'utf8'));
const lines = existsSync(resultsFile)
  ? readFileSync(resultsFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  : [];
rmSync(folder, { recursive: true, force: true });
const lastRun = {
  at: new Date(started).toISOString(),
  seconds: Math.round((Date.now() - started) / 1000),
  seed,
  node: process.version,
  passed: report.numPassedTests,
  failed: report.testResults.flatMap((suite) => suite.assertionResults.filter((one) => one.status === 'failed').map((one) => one.fullName)),
  results: lines.map((line) => JSON.parse(line)),
};
if (values.keep) {
  writeFileSync(new URL('last-run.json', import.meta.url), `${JSON.stringify(lastRun, null, 2)}\n`);
  spawnSync(process.execPath, [join(root, 'tooling', 'docs', 'chaos-report.mjs')], { stdio: 'inherit' });
} else process.stdout.write(`${JSON.stringify(lastRun)}\n`);
process.exit(run.status ?? 1);
