import fc from 'fast-check';
import { openSqliteSync, type SqliteSync } from '@mss/store/sync';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../src/search/fold.js';
import { openSearchIndex } from '../src/search/index-build.js';
import { splitLine } from '../src/search/indexable.js';
import { LoadedIndex } from '../src/search/loaded-index.js';
import { planSearch, runPlan } from '../src/search/search-plan.js';
import { difficultLines } from './search-directory.js';

const seed = 20260101;
const like = difficultLines()[1] ?? '';
const families = ['MARTIN', 'MARTINEZ', 'LE GOFF', "D'ALÈS", 'ÉTIENNE', 'BERNARD-MAR'];
const givenNames = ['Paul', 'Marie', 'Jean-Marc', 'Zoé'];

interface Person {
  readonly family: string;
  readonly given: string;
}

const lineOf = ({ family, given }: Person): Buffer => {
  const fields = like.split('|');
  fields[1] = '';
  fields[9] = family;
  fields[10] = given;
  for (let column = 14; column < fields.length; column += 1) fields[column] = '';
  return Buffer.from(fields.join('|'));
};

/** The index and the rows beside it, as a synchronisation keeps them. */
class Indexed {
  readonly rows = new Map<number, Person>();
  readonly #db: SqliteSync;
  readonly #index: LoadedIndex;

  constructor(people: readonly Person[]) {
    this.#db = openSqliteSync(':memory:');
    this.#db.exec('CREATE TABLE entry (id INTEGER PRIMARY KEY, line BLOB NOT NULL, shown INTEGER NOT NULL DEFAULT 1)');
    this.#index = new LoadedIndex(this.#db);
    const writer = openSearchIndex(this.#db, { mode: 'build' });
    for (const [at, person] of people.entries()) {
      this.#write(at + 1, person);
      writer.add(splitLine(at + 1, lineOf(person)));
    }
    writer.finish();
  }

  update(changes: readonly (readonly [number, Person | null])[]): void {
    this.#db.transaction(() => {
      const writer = openSearchIndex(this.#db, { mode: 'update' });
      for (const [id, person] of changes) {
        if (this.rows.has(id)) writer.remove({ id });
        this.#write(id, person);
        if (person !== null) writer.add(splitLine(id, lineOf(person)));
      }
      writer.finish();
    });
  }

  ids(text: string): number[] {
    const plan = planSearch(text, { limit: 200 });
    const { hits, total } = runPlan(this.#index.segments(), plan, []);
    expect(total).toBe(hits.length);
    return hits.map(({ entryId }) => entryId).sort((a, b) => a - b);
  }

  segments(): number {
    return this.#index.segments().length;
  }

  #write(id: number, person: Person | null): void {
    if (person === null) {
      this.rows.delete(id);
      this.#db.prepare('DELETE FROM entry WHERE id = ?').run(BigInt(id));
    } else {
      this.rows.set(id, person);
      this.#db.prepare('INSERT OR REPLACE INTO entry (id, line) VALUES (?, ?)').run(BigInt(id), lineOf(person));
    }
  }
}

/** Every word of the query begins a word of the names. */
const bruteForce = (rows: ReadonlyMap<number, Person>, text: string): number[] =>
  [...rows]
    .filter(([, { family, given }]) => {
      const words = [...wordsOf(family), ...wordsOf(given)];
      return wordsOf(text).every((typed) => words.some((word) => word.startsWith(typed)));
    })
    .map(([id]) => id)
    .sort((a, b) => a - b);

const person = fc.record({ family: fc.constantFrom(...families), given: fc.constantFrom(...givenNames) });
const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.option(person));
const updates = fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 25 });

describe('the index after any updates', () => {
  it('finds what a look at every row finds: dead entries, entries that come back, merged segments', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(person, { minLength: 5, maxLength: 30 }), updates, (people, days) => {
        const indexed = new Indexed(people);
        for (const day of days) indexed.update(day);
        // Three letters: shorter words may mean particles, and few hits would add typing errors.
        for (const text of ['mar', 'marti', 'goff', 'paul', 'martin paul', 'etienne', 'zoe', 'jean marc'])
          if (bruteForce(indexed.rows, text).length >= 5) {
            expect(indexed.ids(text)).toEqual(bruteForce(indexed.rows, text));
            compared += 1;
          }
      }),
      { seed, numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('gathers small segments into larger ones, and is made anew when much of it is dead', () => {
    const people = Array.from({ length: 40 }, (_, at) => ({ family: 'MARTIN', given: givenNames[at % 4] ?? '' }));
    const indexed = new Indexed(people);
    const counts = Array.from({ length: 40 }, (_, day) => {
      indexed.update([[100 + day, { family: 'MARTINEZ', given: 'Zoé' }]]);
      expect(indexed.ids('martin').length).toBe(41 + day);
      return indexed.segments();
    });
    expect(Math.max(...counts)).toBeLessThanOrEqual(16);
    indexed.update(people.map((_, at) => [at + 1, { family: 'LE GOFF', given: 'Paul' }]));
    expect(indexed.segments()).toBe(1);
    expect(indexed.ids('goff').length).toBe(40);
    expect(indexed.ids('martin').length).toBe(40);
  });

  it('forgets a row that came and went in one update', () => {
    const indexed = new Indexed([{ family: 'MARTIN', given: 'Paul' }]);
    indexed.update([
      [2, { family: 'MARTIN', given: 'Zoé' }],
      [2, null],
      [1, { family: 'MARTIN', given: 'Marie' }],
      [1, { family: 'LE GOFF', given: 'Marie' }],
    ]);
    expect(indexed.ids('martin')).toEqual([]);
    expect(indexed.ids('goff')).toEqual([1]);
  });
});
