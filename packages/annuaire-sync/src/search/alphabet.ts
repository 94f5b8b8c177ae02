import { facetNames } from './segment.js';
import type { ValueTable } from './value-table.js';

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

/** Values of entries, in another order. */
export function inOrder(order: Uint32Array, values: Uint32Array): Uint32Array {
  const ordered = new Uint32Array(order.length);
  for (let ordinal = 0; ordinal < order.length; ordinal += 1) ordered[ordinal] = values[order[ordinal] as number] as number;
  return ordered;
}

/** @param pairs - two numbers an entry, in each of which two facets */
export function facetsInOrder(order: Uint32Array, pairs: Uint32Array): Uint16Array {
  const facets = new Uint16Array(order.length * facetNames.length);
  for (let ordinal = 0, at = 0; ordinal < order.length; ordinal += 1) {
    const doc = order[ordinal] as number;
    for (let pair = doc * 2; pair < doc * 2 + 2; pair += 1, at += 2) {
      facets[at] = (pairs[pair] as number) & 0xffff;
      facets[at + 1] = (pairs[pair] as number) >>> 16;
    }
  }
  return facets;
}

/** @param ends - where the terms of each entry end in a list of all */
export function placesInOrder(
  order: Uint32Array,
  ends: Uint32Array,
): { readonly forwardStart: Uint32Array; readonly forwardLength: Uint8Array } {
  const forwardStart = new Uint32Array(order.length);
  const forwardLength = new Uint8Array(order.length);
  for (let ordinal = 0; ordinal < order.length; ordinal += 1) {
    const doc = order[ordinal] as number;
    const start = doc === 0 ? 0 : (ends[doc - 1] as number);
    forwardStart[ordinal] = start;
    forwardLength[ordinal] = (ends[doc] as number) - start;
  }
  return { forwardStart, forwardLength };
}
