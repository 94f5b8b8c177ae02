import fc from 'fast-check';
import { openSqliteSync, type SqliteSync } from '@mss/store/sync';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../src/search/fold.js';
import { openSearchIndex } from '../src/search/index-build.js';
import { splitLine } from '../src/search/indexable.js';
import { LoadedIndex } from '../src/search/loaded-index.js';
import { planSearch, runPlan } from '../src/search/search-plan.js';
import { isOneErrorAway } from './one-error-away.js';
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

  total(text: string): number {
    return runPlan(this.#index.segments(), planSearch(text, { limit: 0 }), []).total;
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

/** Every word begins a word of the names; when that are fewer than five, all that lack one which begins one after an error is undone. */
function bruteForceWithError(people: readonly (Person & { readonly times: number })[], text: string): number {
  const typed = wordsOf(text);
  const begins = (word: string, one: string): boolean => word.startsWith(one);
  const beginsMistyped = (word: string, one: string): boolean =>
    one.length >= 4 && Array.from({ length: word.length + 1 }, (_, end) => word.slice(0, end)).some((meant) => isOneErrorAway(one, meant));
  let exact = 0;
  let mistyped = 0;
  for (const { family, given, times } of people) {
    const words = [...wordsOf(family), ...wordsOf(given)];
    const lacking = typed.filter((one) => !words.some((word) => begins(word, one)));
    if (lacking.length === 0) exact += times;
    else if (lacking.length === 1 && words.some((word) => beginsMistyped(word, lacking[0] ?? ''))) mistyped += times;
  }
  return exact < 5 ? exact + mistyped : exact;
}

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

  it('finds what a look at every row finds when one word has a typing error, rare and common ones', () => {
    const names = ['BERTRAND', 'BERTIN', 'BERNARD', 'BERNARDIN', 'GIRARD', 'GIRAUD', 'GUERIN', 'GARNIER'];
    const firsts = ['Camille', 'Camil', 'Carmen', 'Pascal', 'Pascale', 'Nicolas', 'Nicole', 'Claire', 'Clara'];
    // Of each pair another number, from none to more than are ever read through.
    const people = names.flatMap((family, row) =>
      firsts.map((given, column) => ({ family, given, times: [0, 1, 3, 40, 700][(row * 7 + column * 3) % 5] ?? 0 })),
    );
    const indexed = new Indexed(people.flatMap((one) => Array.from({ length: one.times }, () => one)));
    const words = [...names, ...firsts].map((name) => name.toLowerCase());
    const letter = fc.constantFrom(...'abcdegilmnprstu'.split(''));
    const mistype = fc
      .tuple(fc.constantFrom(...words), fc.nat(8), letter, fc.constantFrom('wrong', 'missing', 'more', 'exchanged', 'none', 'cut'))
      .map(([word, at, other, kind]) => {
        if (kind === 'wrong') return `${word.slice(0, at)}${other}${word.slice(at + 1)}`;
        if (kind === 'missing') return `${word.slice(0, at)}${word.slice(at + 1)}`;
        if (kind === 'more') return `${word.slice(0, at)}${other}${word.slice(at)}`;
        if (kind === 'exchanged') return `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
        return kind === 'cut' ? word.slice(0, 5) : word;
      });
    let withError = 0;
    fc.assert(
      fc.property(fc.array(mistype, { minLength: 1, maxLength: 3 }), (typed) => {
        const text = typed.join(' ');
        const wanted = bruteForceWithError(people, text);
        if (wanted > 0 && !typed.every((word) => words.some((one) => one.startsWith(word)))) withError += 1;
        expect(indexed.total(text), text).toBe(wanted);
      }),
      { seed, numRuns: 300 },
    );
    expect(withError).toBeGreaterThan(50);
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
