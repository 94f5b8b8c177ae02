import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInChild } from '@mss/testkit';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectoryConnection } from '../src/directory/connection.js';
import { diffExtractions } from '../src/index.js';
import { collect, createSample, syncHere } from './sample-directory.js';

const small = { lines: 300, seed: 1 };

describe('readers during a synchronisation', () => {
  it('never wait, and see all of the state before or all of the state after', async () => {
    await using sample = await createSample();
    const options = { lines: 3000, seed: 1 };
    const next = [...generateExtraction({ ...options, changes: 0.04 })];
    await syncHere({ source: sample.extraction(options), db: sample.db });
    const reader = openDirectoryConnection(sample.db);
    const counts = (): readonly (number | undefined)[] => {
      const row = reader
        .current()
        .prepare('SELECT count(*) AS n, (SELECT row_count FROM snapshot ORDER BY id DESC LIMIT 1) AS said FROM entry')
        .get<{ n: number; said: number }>();
      return [row?.n, row?.said];
    };
    const steps = [
      { source: sample.file('next.txt', next), maxChangePercent: 5, before: 3000, after: next.length - 1, phases: ['compare', 'store'] },
      {
        source: sample.extraction({ lines: 2500, seed: 2 }, 'other.txt'),
        maxChangePercent: 1000,
        before: next.length - 1,
        after: 2500,
        phases: ['compare', 'load', 'index', 'store'],
      },
    ];
    for (const { source, maxChangePercent, before, after, phases } of steps) {
      const seen = new Set<string>();
      // A second reader stays in the middle of its reading all the time.
      const slow = openDirectoryConnection(sample.db);
      const held = slow.current();
      held.exec('BEGIN');
      const count = held.prepare('SELECT count(*) AS n FROM entry');
      expect(count.get()).toEqual({ n: before });
      // In this very thread: were a reader to wait for the writer, neither would go on.
      const onProgress = ({ phase }: { readonly phase: string }): void => {
        seen.add(phase);
        expect(counts()).toEqual([before, before]);
      };
      await syncHere({ source, maxChangePercent, db: sample.db, onProgress });
      expect([...seen]).toEqual(phases);
      expect(counts()).toEqual([after, after]);
      expect(count.get()).toEqual({ n: before });
      held.exec('COMMIT');
      slow.close();
    }
    reader.close();
  });
});

describe('a full disk', () => {
  it('leaves the directory as it was', async () => {
    await using sample = await createSample();
    const source = sample.extraction(small);
    await syncHere({ source, db: sample.db });
    // The bound of the file is what a full disk is for SQLite: the same code, from the same statements.
    const limits = { directoryBytes: 300_000 };
    const other = sample.extraction({ lines: 3000, seed: 2 }, 'other.txt');
    const grown = sample.file('grown.txt', [...generateExtraction(small), ...[...generateExtraction({ lines: 50, seed: 3 })].slice(1)]);
    for (const offered of [other, grown]) {
      const refused = syncHere({ source: offered, db: sample.db, maxChangePercent: 2000, limits });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_DISK_FULL', permanent: false });
      expect(await syncHere({ source, db: sample.db })).toMatchObject({ outcome: 'unchanged', unchanged: 300, snapshot: 1 });
    }
  });
});

describe('two files compared without a directory', () => {
  it('gives what was removed, changed and added, from text or archive', async () => {
    await using sample = await createSample();
    const options = { lines: 4000, seed: 1 };
    const before = [...generateExtraction(options)];
    const after = [...generateExtraction({ ...options, changes: 0.02 })];
    const paths = [
      sample.file('before.txt', before),
      sample.file(
        'after.txt',
        after.map((line) => `${line}\r`),
      ),
    ] as const;
    const mixed = sample.file(
      'mixed.txt',
      before.map((line, index) => (index > 2000 ? `${line}\r` : line)),
    );
    expect(await collect(diffExtractions({ before: mixed, after: paths[0] }))).toEqual([]);
    const changes = await collect(diffExtractions({ before: paths[0], after: paths[1], workFolder: sample.folder }));
    const old = new Set(before);
    const now = new Set(after);
    const text = (line: Readonly<Record<string, string>> | null): string | null => (line === null ? null : Object.values(line).join('|'));
    expect(
      changes
        .map((change) => text(change.after))
        .filter((line) => line !== null)
        .sort(),
    ).toEqual(after.filter((line) => !old.has(line)).sort());
    expect(
      changes
        .map((change) => text(change.before))
        .filter((line) => line !== null)
        .sort(),
    ).toEqual(before.filter((line) => !now.has(line)).sort());
    expect(changes.some(({ kind }) => kind === 'changed')).toBe(true);
    await expect(stat(join(sample.folder, 'mss-annuaire'))).rejects.toThrow();
    await writeFile(paths[1], 'Type,Adresse\n');
    await expect(collect(diffExtractions({ before: paths[0], after: paths[1] }))).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION',
    });
  });
});

describe('very many lines', () => {
  const child = new URL('./many-lines-child.ts', import.meta.url);

  it('are refused above the limit, in bounded memory', async () => {
    await using sample = await createSample();
    const result = await runInChild(child, { heapMb: 128, args: [sample.folder, '250000', '200000'] });
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toMatchObject({ code: 'ERR_MSS_ANNUAIRE_TOO_LARGE', details: { limit: 'lines' } });
  });

  // Five gigabytes of disk and some minutes: MSS_HEAVY=1.
  it.runIf(process.env['MSS_HEAVY'] === '1')('are loaded below it: ten million', { timeout: 1_200_000 }, async () => {
    await using sample = await createSample();
    const result = await runInChild(child, { heapMb: 256, args: [sample.folder, '10000000', '20000000'], timeoutMs: 1_200_000 });
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toEqual({ rows: 10_000_000, rejected: 0 });
  });
});

describe('one new line very many times', () => {
  it('is written once; the others are counted, and the first thousand kept, in bounded memory', async () => {
    await using sample = await createSample();
    const child = new URL('./repeated-lines-child.ts', import.meta.url);
    const result = await runInChild(child, { heapMb: 48, args: [sample.folder, '250000'] });
    expect(result.stderr).toBe('');
    const rejected = 249_999;
    expect(JSON.parse(result.stdout)).toEqual({
      rows: 1001,
      added: 1,
      rejected,
      rejectedBy: { duplicate: rejected },
      // After the headings, the thousand lines and the first of them.
      kept: 1000,
      from: 1003,
      to: 2002,
    });
  });
});
