// node tooling/docs/tls-matrix.mjs [--report FILE] [--check]: docs/TLS-MATRIX.md from the cells of tooling/interop/tls-matrix.
//
// --report FILE takes the results from vitest's JSON report of a run of the matrix:
//   MSS_INTEROP_REPORT=/tmp/report.json node tooling/servers/run.mjs tls-matrix
// --check writes nothing and fails when the page is out of date.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

await import('../testkit/src/source-hooks.mjs');
const { cells } = await import('../interop/tls-matrix/cells.ts');
const { fingerprintOf, renderMatrix } = await import('../interop/tls-matrix/render.ts');

const { values } = parseArgs({ options: { report: { type: 'string' }, check: { type: 'boolean', default: false } } });
const runFile = new URL('../interop/tls-matrix/last-run.json', import.meta.url);
const page = new URL('../../docs/TLS-MATRIX.md', import.meta.url);

/** First version number that a command prints. */
function version(command, ...args) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return /\d+\.\d+(?:\.\d+)?\w*/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0] ?? 'absent';
}

function lastRun(reportFile) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  const suite = report.testResults.find(({ name }) => name.endsWith('/tls-matrix.test.ts'));
  if (suite === undefined) throw new Error('the report has no run of the matrix');
  const results = new Map(suite.assertionResults.map(({ title, status }) => [title, status]));
  const missing = cells.filter(({ id }) => !['passed', 'failed'].includes(results.get(id) ?? ''));
  if (missing.length > 0) throw new Error(`${missing.length} cells were not met, ${missing[0].id} among them`);
  const failed = cells.filter(({ id }) => results.get(id) === 'failed').map(({ id }) => id);
  return {
    cells: fingerprintOf(cells),
    at: new Date(suite.startTime).toISOString(),
    passed: cells.length - failed.length,
    failed,
    seconds: Math.round((suite.endTime - suite.startTime) / 1000),
    versions: {
      'Node.js': process.version,
      'its OpenSSL': process.versions.openssl,
      'openssl s_server': version('openssl', 'version'),
      Dovecot: version('dovecot', '--version'),
      Postfix: version('postconf', '-d', 'mail_version'),
      nginx: version('nginx', '-v'),
      OpenLDAP: version('slapd', '-VV'),
    },
  };
}

if (values.report !== undefined) writeFileSync(runFile, `${JSON.stringify(lastRun(values.report), null, 2)}\n`);
const text = renderMatrix(cells, JSON.parse(readFileSync(runFile, 'utf8')));
if (!values.check) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  process.stderr.write(`${fileURLToPath(page)} is out of date: node tooling/docs/tls-matrix.mjs\n`);
  process.exit(1);
}
