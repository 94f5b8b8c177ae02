import { beforeEach, describe, expect, it } from 'vitest';

import { announcement, hasMore, nothingWanted, questionOf, type SearchState, type Wanted } from '../web/search-state.ts';
import { createSearcher, restMs, type Searcher } from '../web/searcher.ts';
import { hit } from './hits.ts';

interface Question {
  readonly url: string;
  readonly signal: AbortSignal;
  answer(body: unknown, ok?: boolean): Promise<void>;
  fail(): Promise<void>;
}

let questions: Question[];
let states: SearchState[];
let planned: { readonly work: () => void; readonly ms: number } | null;
let searcher: Searcher;

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

beforeEach(() => {
  questions = [];
  states = [];
  planned = null;
  searcher = createSearcher({
    fetch: (url, { signal }) =>
      new Promise((resolve, reject) => {
        questions.push({
          url,
          signal,
          answer: async (body, ok = true) => {
            resolve({ ok, json: async () => body });
            await settle();
          },
          fail: async () => {
            reject(new TypeError('network'));
            await settle();
          },
        });
      }),
    later: (work, ms) => {
      const one = { work, ms };
      planned = one;
      return () => {
        if (planned === one) planned = null;
      };
    },
    onState: (state) => states.push(state),
  });
});

const wanted = (text: string, more: Partial<Wanted> = {}): Wanted => ({ ...nothingWanted, text, ...more });
const rest = (): void => {
  const work = planned?.work;
  planned = null;
  work?.();
};
const state = (): SearchState | undefined => states.at(-1);
const answer = (ids: readonly number[], total = ids.length, offset = 0) => ({ total, offset, hits: ids.map((id) => hit({ id })) });

describe('asking as one types', () => {
  it('waits for a rest, and asks once for what was typed last', () => {
    for (const text of ['m', 'mo', 'mor']) searcher.want(wanted(text));
    expect(questions).toEqual([]);
    expect(planned?.ms).toBe(restMs);
    rest();
    expect(questions.map(({ url }) => url)).toEqual(['/annuaire?q=mor']);
  });

  it('aborts what is out of date, and never shows it', async () => {
    searcher.want(wanted('mor'));
    rest();
    searcher.want(wanted('moreau'));
    expect(questions[0]?.signal.aborted).toBe(true);
    rest();
    await questions[1]?.answer(answer([2]));
    await questions[0]?.answer(answer([1]));
    expect(state()?.hits.map(({ id }) => id)).toEqual([2]);
    expect(states.some(({ hits }) => hits.some(({ id }) => id === 1))).toBe(false);
  });

  it('keeps what is shown until the next answer, and clears it with the box', async () => {
    searcher.want(wanted('mor'));
    rest();
    await questions[0]?.answer(answer([1]));
    searcher.want(wanted('more'));
    rest();
    expect(state()).toMatchObject({ phase: 'searching', hits: [{ id: 1 }] });
    searcher.want(nothingWanted);
    expect(state()).toMatchObject({ phase: 'idle', hits: [] });
    expect(planned).toBeNull();
    await questions[1]?.answer(answer([9]));
    expect(state()?.phase).toBe('idle');
  });

  it('adds the next page below, without doubles', async () => {
    searcher.want(wanted('martin'));
    rest();
    await questions[0]?.answer(answer([1, 2], 4));
    expect(hasMore(state() as SearchState)).toBe(true);
    searcher.more();
    expect(questions[1]?.url).toBe('/annuaire?q=martin&offset=2');
    await questions[1]?.answer(answer([2, 3], 4, 2));
    expect(state()?.hits.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('says what went wrong, keeps what is shown, and asks again', async () => {
    searcher.want(wanted('mor'));
    rest();
    await questions[0]?.answer(answer([1]));
    searcher.want(wanted('moreau'));
    rest();
    await questions[1]?.answer({ code: 'INVALID', message: 'La recherche n’est pas valable.' }, false);
    expect(state()).toMatchObject({ phase: 'failed', message: 'La recherche n’est pas valable.', hits: [{ id: 1 }] });
    searcher.again();
    await questions[2]?.fail();
    expect(state()).toMatchObject({ phase: 'failed', message: expect.stringContaining('ne répond pas') });
    searcher.again();
    await questions[3]?.answer(answer([7]));
    expect(state()).toMatchObject({ phase: 'done', hits: [{ id: 7 }] });
  });

  it('asks nothing after it was stopped', () => {
    searcher.want(wanted('mor'));
    searcher.stop();
    expect(planned).toBeNull();
  });
});

describe('the question', () => {
  it('has the filters that are set, and no others', () => {
    expect(questionOf(wanted(' le goff '), 0)).toBe('q=le+goff');
    const all = wanted('', { profession: 'kiné', department: '2A', type: 'PER' });
    expect(new URLSearchParams(questionOf(all, 20)).toString()).toBe('q=&profession=kin%C3%A9&department=2A&type=PER&offset=20');
  });

  it('is never longer than the server takes', () => {
    expect(new URLSearchParams(questionOf(wanted('x'.repeat(900)), 0)).get('q')).toHaveLength(200);
  });
});

describe('what a screen reader says', () => {
  const done = (total: number, shown: number): SearchState => ({
    phase: 'done',
    total,
    hits: Array.from({ length: shown }, (_, id) => hit({ id })),
    answered: wanted('x'),
  });

  it('is the number of results, once they are there', () => {
    expect([done(0, 0), done(1, 1), done(5, 5), done(1_234, 20)].map(announcement)).toEqual([
      'Aucun résultat.',
      '1 résultat.',
      '5 résultats.',
      `${(1_234).toLocaleString('fr-FR')} résultats, les 20 premiers sont affichés.`,
    ]);
    expect(announcement({ ...done(5, 5), phase: 'searching' })).toBe('');
  });
});
