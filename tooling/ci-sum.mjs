// Adds up what .ci/run ran and prints the sum, alone, as the last line.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const sum = { passed: 0, failed: 0, skipped: 0 };

function addReport(name) {
  const file = join(folder, name);
  if (!existsSync(file)) {
    // The runner did not get as far as its report: that is a failure, never silence.
    sum.failed += 1;
    return;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  sum.passed += report.numPassedTests;
  sum.failed +=
    report.numFailedTests + report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length;
  sum.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
}

addReport('unit.json');
addReport('servers.json');
for (const name of readdirSync(folder).filter((one) => /^node-.*\.json$/.test(one))) addReport(name);
const packaging = /^(\d+) passed, (\d+) failed$/m.exec(readFileSync(join(folder, 'packages.txt'), 'utf8'));
if (packaging === null) sum.failed += 1;
else {
  sum.passed += Number(packaging[1]);
  sum.failed += Number(packaging[2]);
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exit(sum.failed === 0 ? 0 : 1);
