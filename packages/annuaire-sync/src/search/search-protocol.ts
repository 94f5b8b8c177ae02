import type { PlainSearchOptions } from './search-plan.js';
import type { SegmentPart } from './segment-format.js';

/** What the thread over an SQLite file is asked, beside its end. */
export type SqliteQuestion =
  | { readonly kind: 'open' }
  | { readonly kind: 'search'; readonly text: string; readonly options: PlainSearchOptions };

/** A segment, known by its number; its parts unless the thread has it already; the entries that are dead in it. */
export interface SegmentDelivery {
  readonly id: number;
  readonly parts: readonly SegmentPart[] | null;
  readonly dead: Uint32Array;
}

/** What the thread over the index of another database is asked. */
export type IndexQuestion =
  | { readonly kind: 'load'; readonly segments: readonly SegmentDelivery[] }
  | {
      readonly kind: 'rank';
      readonly text: string;
      readonly options: PlainSearchOptions;
      readonly selected: readonly (readonly (readonly number[])[])[];
    };

export type Question = SqliteQuestion | IndexQuestion | { readonly kind: 'close' };

/** An error that crosses from thread to thread. */
export interface SearchErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly permanent: boolean;
}

export interface SearchCall {
  readonly id: number;
  readonly question: Question;
}

export type SearchAnswer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: SearchErrorRecord });
