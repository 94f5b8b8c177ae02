import type { AnnuaireAnswer, AnnuaireRefusal } from '../src/answer.ts';
import { emptyState, isEmpty, questionOf, withAnswer, type SearchState, type Wanted } from './search-state.ts';

/** What the searcher needs of the world. */
export interface SearcherParts {
  readonly fetch: (url: string, init: { readonly signal: AbortSignal }) => Promise<Pick<Response, 'ok' | 'json'>>;
  /** Calls later; @returns how to call it off. */
  readonly later: (work: () => void, ms: number) => () => void;
  readonly onState: (state: SearchState) => void;
}

export interface Searcher {
  /** What is wanted now; asked for after a short rest, unless it changes again. */
  want(wanted: Wanted): void;
  /** The next page of what is shown. */
  more(): void;
  /** Asks once more after a failure. */
  again(): void;
  stop(): void;
}

/** As long as the next letter takes. */
export const restMs = 120;

const unreachable = 'L’annuaire ne répond pas. Vérifiez que le logiciel est démarré, puis réessayez.';

/** Asks as one types: after a rest, aborting what is out of date, and never showing an answer that came too late. */
export function createSearcher(parts: SearcherParts): Searcher {
  let state: SearchState = emptyState;
  let wanted: Wanted | null = null;
  let asking: AbortController | null = null;
  let callOff = (): void => {};

  const show = (next: SearchState): void => {
    state = next;
    parts.onState(next);
  };
  const drop = (): void => {
    callOff();
    asking?.abort();
    asking = null;
  };
  const ask = async (question: Wanted, offset: number): Promise<void> => {
    const controller = new AbortController();
    asking = controller;
    let next: (from: SearchState) => SearchState;
    try {
      const response = await parts.fetch(`/annuaire?${questionOf(question, offset)}`, { signal: controller.signal });
      const body: unknown = await response.json();
      next = response.ok
        ? (from) => withAnswer(from, body as AnnuaireAnswer, question)
        : (from) => ({ ...from, phase: 'failed', message: (body as AnnuaireRefusal).message });
    } catch {
      next = (from) => ({ ...from, phase: 'failed', message: unreachable });
    }
    if (controller.signal.aborted) return;
    asking = null;
    show(next(state));
  };
  const start = (question: Wanted, offset: number): void => {
    drop();
    show({ hits: state.hits, total: state.total, answered: state.answered, phase: 'searching' });
    void ask(question, offset);
  };

  return {
    want(next) {
      drop();
      wanted = next;
      if (isEmpty(next)) {
        show(emptyState);
        return;
      }
      callOff = parts.later(() => start(next, 0), restMs);
    },
    more() {
      if (state.answered !== null && state.phase === 'done') start(state.answered, state.hits.length);
    },
    again() {
      if (wanted !== null && !isEmpty(wanted)) start(wanted, 0);
    },
    stop: drop,
  };
}
