/**
 * Synchronises so many lines, made on the way, under a limit; prints the result or the error:
 *
 *     many-lines-child.ts FOLDER LINES LIMIT
 */
import { join } from 'node:path';
import { isMssError } from '@mss/core';
import { generateExtraction, mailboxHeader } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { syncHere } from './sample-directory.js';

const [folder = '', lines = '0', limit = '0'] = process.argv.slice(2);

async function* manyLines(): AsyncGenerator<Uint8Array> {
  const sample = [...generateExtraction({ lines: 1000, seed: 1 })].slice(1);
  yield Buffer.from(`${mailboxHeader}\n`);
  for (let turn = 0; turn < Number(lines) / 1000; turn++) {
    yield Buffer.from(sample.map((line) => `${line.replace('@', `.${turn}@`)}\n`).join(''));
  }
}

try {
  const { rows, rejected } = await syncHere({ source: manyLines(), db: join(folder, 'annuaire.db'), limits: { lines: Number(limit) } });
  process.stdout.write(JSON.stringify({ rows, rejected }));
} catch (error) {
  process.stdout.write(JSON.stringify(isMssError(error) ? { code: error.code, details: error.details } : { error: String(error) }));
}
