/**
 * Synchronises a directory, then a file in which one new line stands so many times; prints what was put aside:
 *
 *     repeated-lines-child.ts FOLDER TIMES
 */
import { join } from 'node:path';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory } from '../src/index.js';
import { syncHere } from './sample-directory.js';

const [folder = '', times = '0'] = process.argv.slice(2);
const db = join(folder, 'annuaire.db');
const lines = [...generateExtraction({ lines: 1000, seed: 1 })];
const fresh = `${(lines[5] ?? '').split('|').with(18, 'NOUVELLE').join('|')}\n`;

async function* extraction(repeats: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join('\n')}\n`);
  const thousand = Buffer.from(fresh.repeat(1000));
  for (let turn = 0; turn < repeats / 1000; turn++) yield thousand;
}

await syncHere({ source: extraction(0), db });
const { rows, rejected, added, files } = await syncHere({ source: extraction(Number(times)), db });
const directory = await openDirectory(db);
const kept = (await directory.rejectedLines()).map(({ lineNumber }) => lineNumber);
await directory.close();
const rejectedBy = files[0]?.rejectedBy;
process.stdout.write(JSON.stringify({ rows, rejected, added, rejectedBy, kept: kept.length, from: kept[0], to: kept.at(-1) }));
