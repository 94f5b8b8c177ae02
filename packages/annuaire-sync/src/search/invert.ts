import { fieldBits, fieldCount, fieldMask } from './fields.js';
import type { Segment } from './segment.js';
import type { ValueTable } from './value-table.js';

/** The terms of entries, by ordinal. */
export interface Forward {
  readonly terms: number;
  readonly forward: Uint32Array;
  readonly forwardStart: Uint32Array;
  readonly forwardLength: Uint8Array;
}

/** From "the terms of each entry" to "the entries of each term". */
export function invert({ terms, forward, forwardStart, forwardLength }: Forward): Pick<Segment, 'termPostings' | 'postings' | 'shares'> {
  const termPostings = new Uint32Array(terms + 1);
  const uses = new Uint32Array(terms * fieldCount);
  for (let at = 0; at < forward.length; at += 1) uses[forward[at] as number]! += 1;
  for (let term = 0; term < terms; term += 1) {
    let count = 0;
    for (let field = 0; field < fieldCount; field += 1) count += uses[(term << fieldBits) | field] as number;
    termPostings[term + 1] = (termPostings[term] as number) + count;
  }
  const next = termPostings.slice(0, terms);
  const postings = new Uint32Array(forward.length);
  for (let ordinal = 0; ordinal < forwardStart.length; ordinal += 1) {
    const start = forwardStart[ordinal] as number;
    const end = start + (forwardLength[ordinal] as number);
    for (let at = start; at < end; at += 1) {
      const packed = forward[at] as number;
      const term = packed >>> fieldBits;
      const place = next[term] as number;
      postings[place] = (ordinal << fieldBits) | (packed & fieldMask);
      next[term] = place + 1;
    }
  }
  const shares = new Uint8Array(terms * fieldCount);
  for (let at = 0; at < shares.length; at += 1) {
    const use = uses[at] as number;
    const term = at >>> fieldBits;
    if (use > 0) shares[at] = Math.max(1, Math.round((255 * use) / ((termPostings[term + 1] as number) - (termPostings[term] as number))));
  }
  return { termPostings, postings, shares };
}

/** Terms in the order of the alphabet, and the place of each by its number. */
export function sortTerms(termIds: ReadonlyMap<string, number>): { readonly terms: readonly string[]; readonly rankOf: Uint32Array } {
  const terms = [...termIds.keys()].sort();
  const rankOf = new Uint32Array(terms.length);
  for (const [rank, term] of terms.entries()) rankOf[termIds.get(term) ?? 0] = rank;
  return { terms, rankOf };
}

/** Places of the values of a table in the order of their alphabet. */
export function ranksOf(table: ValueTable, orderOf: (text: string) => string): Uint32Array {
  const sorted = Array.from({ length: table.size }, (_, id) => ({ id, text: orderOf(table.textOf(id)) }));
  sorted.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const ranks = new Uint32Array(sorted.length);
  for (const [rank, { id }] of sorted.entries()) ranks[id] = rank;
  return ranks;
}

/** Entries in the order of the ranks of one of their values; among equal ones as they were before. */
export function countingSort(before: Uint32Array | null, idOfDoc: Uint32Array, ranks: Uint32Array): Uint32Array {
  const places = new Uint32Array(ranks.length + 1);
  for (let doc = 0; doc < idOfDoc.length; doc += 1) places[(ranks[idOfDoc[doc] as number] as number) + 1]! += 1;
  for (let rank = 0; rank < ranks.length; rank += 1) places[rank + 1]! += places[rank] as number;
  const order = new Uint32Array(idOfDoc.length);
  for (let at = 0; at < idOfDoc.length; at += 1) {
    const doc = before === null ? at : (before[at] as number);
    const rank = ranks[idOfDoc[doc] as number] as number;
    order[places[rank] as number] = doc;
    places[rank]! += 1;
  }
  return order;
}
