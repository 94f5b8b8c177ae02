import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, syncExtraction } from '../src/index.js';
import { createSample, syncHere } from './sample-directory.js';

const day = { lines: 400, seed: 1 };
const next = [...generateExtraction({ ...day, changes: 0.025 })];

describe('a callback of the host that throws', () => {
  it('stops the load, which is rejected with its error', async () => {
    await using sample = await createSample();
    const source = sample.extraction({ lines: 20_000, seed: 1 });
    let calls = 0;
    const onProgress = (): never => {
      calls++;
      throw new Error('from the host');
    };
    await expect(syncExtraction({ source, db: sample.db, onProgress })).rejects.toThrow('from the host');
    expect(calls).toBe(1);
    await expect(openDirectory(sample.db)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
  });
});

describe('an abort while the thread is busy and has no turn for messages', () => {
  it('is heard while a first load is indexed', async () => {
    await using sample = await createSample();
    const abort = new AbortController();
    const source = sample.extraction({ lines: 20_000, seed: 1 });
    const running = syncExtraction({
      source,
      db: sample.db,
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'index' && abort.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    await expect(openDirectory(sample.db)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
  });

  it('is heard while an update is stored', async () => {
    await using sample = await createSample();
    await syncHere({ source: sample.extraction(day), db: sample.db });
    // The thread waits for this one in its transaction until the abort is on its way.
    const writer = new DatabaseSync(`${sample.db}.g1`);
    writer.exec('BEGIN IMMEDIATE');
    const abort = new AbortController();
    const running = syncExtraction({
      source: sample.file('next.txt', next),
      db: sample.db,
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase !== 'store') return;
        abort.abort(new Error('enough'));
        writer.exec('ROLLBACK');
      },
    });
    await expect(running).rejects.toThrow('enough');
    writer.close();
    expect(await syncHere({ source: sample.extraction(day), db: sample.db })).toMatchObject({ outcome: 'unchanged', snapshot: 1 });
  });
});

describe('an abort in the last phase', () => {
  it.each([
    ['an update', next, 5],
    ['a new generation', [...generateExtraction({ lines: 400, seed: 2 })], 1000],
  ])('leaves the directory as it was: %s', async (_, lines, maxChangePercent) => {
    await using sample = await createSample();
    await syncHere({ source: sample.extraction(day), db: sample.db });
    const abort = new AbortController();
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      if (phase === 'store') abort.abort(new Error('enough'));
    };
    const running = syncHere({ source: sample.file('next.txt', lines), db: sample.db, maxChangePercent, signal: abort.signal, onProgress });
    await expect(running).rejects.toThrow('enough');
    expect(await syncHere({ source: sample.extraction(day), db: sample.db })).toMatchObject({ outcome: 'unchanged', snapshot: 1 });
  });
});
