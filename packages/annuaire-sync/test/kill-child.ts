/**
 * Synchronises a directory with one file after the other, until it is killed: by the test at any moment, or by itself at a named step.
 *
 *     kill-child.ts DB [--at PHASE:COUNT] FILE…
 */
import { syncHere } from './sample-directory.js';

const [db = '', ...rest] = process.argv.slice(2);
const step = rest[0] === '--at' ? rest.splice(0, 2)[1] : undefined;
const [phase, count] = step?.split(':') ?? [];
let left = Number(count ?? 0);
for (let turn = 0; ; turn++) {
  const source = rest[turn % rest.length] ?? '';
  await syncHere({
    source,
    db,
    maxChangePercent: 1000,
    onProgress: (progress) => {
      if (progress.phase === phase && --left === 0) process.kill(process.pid, 'SIGKILL');
    },
  });
  process.stdout.write('.');
}
