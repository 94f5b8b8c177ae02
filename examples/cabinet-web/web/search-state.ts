import type { AnnuaireAnswer, AnnuaireHit } from '../src/answer.ts';

/** What the box and its filters hold. Empty texts mean "all". */
export interface Wanted {
  readonly text: string;
  readonly profession: string;
  readonly department: string;
  readonly type: string;
}

export const nothingWanted: Wanted = { text: '', profession: '', department: '', type: '' };

export type SearchState = {
  readonly hits: readonly AnnuaireHit[];
  readonly total: number;
  /** Of what the hits are; `null` before the first answer. */
  readonly answered: Wanted | null;
} & ({ readonly phase: 'idle' | 'searching' | 'done' } | { readonly phase: 'failed'; readonly message: string });

export const emptyState: SearchState = { phase: 'idle', hits: [], total: 0, answered: null };

export const isEmpty = ({ text, profession, department, type }: Wanted): boolean =>
  `${text}${profession}${department}${type}`.trim() === '';

/** The query string of the route. */
export function questionOf(wanted: Wanted, offset: number): string {
  const question = new URLSearchParams({ q: wanted.text.trim().slice(0, 200) });
  if (wanted.profession.trim() !== '') question.set('profession', wanted.profession.trim().slice(0, 100));
  if (wanted.department !== '') question.set('department', wanted.department);
  if (wanted.type !== '') question.set('type', wanted.type);
  if (offset > 0) question.set('offset', String(offset));
  return question.toString();
}

/** The route gives no page beyond this one. */
const lastOffset = 1_980;

/** Whether there is another page. */
export const hasMore = ({ hits, total }: SearchState): boolean => hits.length < Math.min(total, lastOffset + 1);

/** An answer to the question; that of a later page goes below the ones before it. */
export function withAnswer(state: SearchState, answer: AnnuaireAnswer, wanted: Wanted): SearchState {
  const before = answer.offset === 0 ? [] : state.hits;
  const known = new Set(before.map(({ id }) => id));
  const hits = [...before, ...answer.hits.filter(({ id }) => !known.has(id))];
  return { phase: 'done', hits, total: answer.total, answered: wanted };
}

/** What a screen reader says when results come; empty while one types. */
export function announcement(state: SearchState): string {
  if (state.phase === 'failed') return state.message;
  if (state.phase !== 'done') return '';
  const { total, hits } = state;
  if (total === 0) return 'Aucun résultat.';
  const count = total === 1 ? '1 résultat' : `${total.toLocaleString('fr-FR')} résultats`;
  return hits.length < total ? `${count}, les ${hits.length} premiers sont affichés.` : `${count}.`;
}
