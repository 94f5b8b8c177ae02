import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@mss/store';
import { createTempDirectory } from '@mss/testkit';
import { describe, expect, it } from 'vitest';
import { generateActivities, generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, type SyncOptions, type SyncResult } from '../src/index.js';
import { collect } from './sample-directory.js';

/** An empty place for a directory. */
export interface DirectoryPlace extends AsyncDisposable {
  readonly db: string | Store;
  readonly sync: (options: Omit<SyncOptions, 'db'>) => Promise<SyncResult>;
  /** Numbers of the rows that a search may find. */
  readonly shownIds: () => Promise<readonly number[]>;
}

const options = { lines: 500, seed: 1 };
const first = [...generateExtraction(options)];
const second = [...generateExtraction({ ...options, changes: 0.03 })];
const third = [...generateExtraction({ lines: 400, seed: 2 })];
const column = (line: string, index: number): string => line.split('|')[index] ?? '';
const keyOf = (line: string): string => [1, 5, 6].map((index) => column(line, index)).join('|');

/** What the counts must be, worked out from the texts. */
function expectedCounts(before: readonly string[], after: readonly string[]): object {
  const old = new Set(before);
  const fresh = after.filter((line) => !old.has(line));
  const now = new Set(after);
  const gone = before.filter((line) => !now.has(line));
  const goneKeys = new Set(gone.map(keyOf));
  const changed = fresh.filter((line) => goneKeys.has(keyOf(line))).length;
  return {
    rows: after.length - 1,
    added: fresh.length - changed,
    changed,
    removed: gone.length - changed,
    unchanged: before.length - 1 - gone.length,
    rejected: 0,
  };
}

/** What a directory promises, wherever it is kept. */
export function describeDirectoryContract(name: string, createPlace: () => Promise<DirectoryPlace>): void {
  async function withPlace(
    run: (place: DirectoryPlace, file: (lines: readonly string[]) => Promise<string>) => Promise<void>,
  ): Promise<void> {
    await using folder = await createTempDirectory();
    await using place = await createPlace();
    let number = 0;
    await run(place, async (lines) => {
      const path = join(folder.path, `Extraction_2026112203${String(number++).padStart(2, '0')}.txt`);
      await writeFile(path, `${lines.join('\n')}\n`);
      return path;
    });
  }

  describe(`a directory in ${name}`, () => {
    it('is not there before the first synchronisation', () =>
      withPlace(async ({ db }) => {
        await expect(openDirectory(db)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
      }));

    it('holds every line of a first load, and the difference of a second, each found by its address', () =>
      withPlace(async ({ db, sync }, file) => {
        expect(await sync({ source: await file(first) })).toMatchObject({ outcome: 'updated', snapshot: 1, rows: 500, added: 500 });
        await using directory = await openDirectory(db);
        expect(await sync({ source: await file(second) })).toMatchObject({
          outcome: 'updated',
          snapshot: 2,
          ...expectedCounts(first, second),
        });
        for (const line of second.slice(1)) {
          const entries = await directory.entriesOf(column(line, 1).toUpperCase());
          expect(
            entries.some(
              (entry) => (entry.structureIdentifier ?? '') === column(line, 6) && entry.dematerialisation === (column(line, 17) === 'O'),
            ),
          ).toBe(true);
        }
        expect(
          await sync({
            source: await file(
              second
                .toReversed()
                .slice(0, -1)
                .toSpliced(0, 0, second[0] ?? ''),
            ),
          }),
        ).toMatchObject({ outcome: 'unchanged', snapshot: 2 });
      }));

    it('gives the changes of a snapshot, which turn the lines before into the lines after', () =>
      withPlace(async ({ db, sync }, file) => {
        await sync({ source: await file(first) });
        await sync({ source: await file(second) });
        await using directory = await openDirectory(db);
        const lines = new Map<string, number>();
        const count = (line: Readonly<Record<string, string>> | null, by: number): void => {
          if (line === null) return;
          const text = Object.values(line).join('|');
          lines.set(text, (lines.get(text) ?? 0) + by);
        };
        for (const line of first.slice(1)) lines.set(line, 1);
        for (const change of await collect(directory.changes({ since: 1 }))) {
          expect(change.fields.length > 0).toBe(change.kind === 'changed');
          count(change.before, -1);
          count(change.after, 1);
        }
        const left = [...lines].filter(([, n]) => n !== 0).map(([line, n]) => `${n} x ${line}`);
        expect(left.sort()).toEqual(
          second
            .slice(1)
            .map((line) => `1 x ${line}`)
            .sort(),
        );
        await expect(collect(directory.changes({ since: 0 }))).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_HISTORY' });
      }));

    it('refuses more changes than the threshold and stays as it was; with a higher one all lines are replaced', () =>
      withPlace(async ({ db, sync, shownIds }, file) => {
        await sync({ source: await file(first) });
        await using directory = await openDirectory(db);
        await expect(sync({ source: await file(third) })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES' });
        expect(await directory.entriesOf(column(first[1] ?? '', 1))).not.toHaveLength(0);
        expect(await sync({ source: await file(third), maxChangePercent: 1000 })).toMatchObject({
          snapshot: 2,
          ...expectedCounts(first, third),
        });
        expect(await shownIds()).toHaveLength(400);
        expect(await directory.entriesOf(column(first[1] ?? '', 1))).toHaveLength(0);
        expect((await directory.snapshots()).map(({ id, hasChanges }) => [id, hasChanges])).toEqual([
          [2, true],
          [1, false],
        ]);
      }));

    it('puts bad lines and repeated lines aside', () =>
      withPlace(async ({ db, sync }, file) => {
        const bad = [...first.slice(0, 20), 'PER|short', first[3] ?? '', ...first.slice(20)];
        expect(await sync({ source: await file(bad) })).toMatchObject({ rows: 500, rejected: 2 });
        await using directory = await openDirectory(db);
        expect((await directory.rejectedLines()).map(({ lineNumber, reason, line }) => [lineNumber, reason, line.slice(0, 9)])).toEqual([
          [21, 'columns', 'PER|short'],
          [22, 'duplicate', first[3]?.slice(0, 9)],
        ]);
        expect(await sync({ source: await file(bad) })).toMatchObject({ outcome: 'unchanged', rejected: 2 });
      }));

    it('shows activities of professionals as long as they have no mailbox', () =>
      withPlace(async ({ sync, shownIds }, file) => {
        const activities = [...new Set(generateActivities({ lines: 300, seed: 1 }))];
        await sync({ source: await file(first) });
        await sync({ source: await file(activities) });
        const has = new Set(first.map((line) => column(line, 4)));
        const without = activities.slice(1).filter((line) => !has.has(column(line, 2))).length;
        expect(without).toBeGreaterThan(100);
        expect(await shownIds()).toHaveLength(500 + without);
        const person = first.find((line) => line.startsWith('PER|')) ?? '';
        const lost = first.filter((line) => column(line, 4) !== column(person, 4) || column(line, 4) === '');
        await sync({ source: await file(lost) });
        const back = activities.filter((line) => column(line, 2) === column(person, 4)).length;
        expect(back).toBeGreaterThan(0);
        expect(await shownIds()).toHaveLength(lost.length - 1 + without + back);
        await sync({ source: await file(first) });
        expect(await shownIds()).toHaveLength(500 + without);
      }));

    it('tells what became of saved addresses', () =>
      withPlace(async ({ db, sync }, file) => {
        const [header = '', one = '', two = '', three = '', ...rest] = first;
        await sync({ source: await file(first) });
        await sync({ source: await file([header, one, two.split('|').with(18, 'AUTRE').join('|'), ...rest]) });
        await using directory = await openDirectory(db);
        const checks = await directory.checkAddresses(
          [one, two, three].map((line) => column(line, 1)),
          { since: 1 },
        );
        expect(checks.map(({ state }) => state)).toEqual(['present', 'changed', 'gone']);
        expect(checks[1]?.fields.map(({ field }) => field)).toEqual(['legalName']);
      }));

    it('has no history since a snapshot that it never had: that of a directory deleted since then', () =>
      withPlace(async ({ db, sync }, file) => {
        await sync({ source: await file(first) });
        await using directory = await openDirectory(db);
        const address = column(first[1] ?? '', 1);
        expect(await collect(directory.changes({ since: 1 }))).toEqual([]);
        expect(await directory.checkAddresses([address], { since: 1 })).toMatchObject([{ state: 'present', hasHistory: true }]);
        await expect(collect(directory.changes({ since: 2 }))).rejects.toMatchObject({
          code: 'ERR_MSS_ANNUAIRE_NO_HISTORY',
          details: { since: 2, oldest: 1, newest: 1 },
        });
        expect(await directory.checkAddresses([address], { since: 2 })).toMatchObject([{ state: 'present', hasHistory: false }]);
      }));

    it('keeps changes for as many snapshots as it is told', () =>
      withPlace(async ({ db, sync }, file) => {
        for (const lines of [first, second, first, second]) await sync({ source: await file(lines), keepSnapshots: 2 });
        await using directory = await openDirectory(db);
        expect((await directory.snapshots()).map(({ hasChanges }) => hasChanges)).toEqual([true, true, false, false]);
        expect((await collect(directory.changes({ since: 2 }))).length).toBeGreaterThan(0);
        await expect(collect(directory.changes({ since: 1 }))).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_HISTORY' });
      }));

    it('is synchronised by one at a time', () =>
      withPlace(async ({ sync }, file) => {
        const source = await file(first);
        const both = await Promise.allSettled([sync({ source }), sync({ source })]);
        expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ERR_MSS_ANNUAIRE_BUSY' } });
        expect(await sync({ source })).toMatchObject({ outcome: 'unchanged' });
      }));

    it('is as before when the caller aborts', () =>
      withPlace(async ({ db, sync }, file) => {
        await sync({ source: await file(first) });
        const abort = new AbortController();
        const onProgress = ({ phase }: { readonly phase: string }): void => {
          if (phase === 'index' || phase === 'load') abort.abort(new Error('enough'));
        };
        await expect(sync({ source: await file(third), maxChangePercent: 1000, signal: abort.signal, onProgress })).rejects.toThrow(
          'enough',
        );
        await using directory = await openDirectory(db);
        expect(await directory.entriesOf(column(first[1] ?? '', 1))).not.toHaveLength(0);
        expect(await sync({ source: await file(first) })).toMatchObject({ outcome: 'unchanged', unchanged: 500 });
      }));
  });
}
