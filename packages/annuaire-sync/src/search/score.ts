import { fieldCount, fieldNumber } from './fields.js';

/**
 * Scores are whole numbers of 1/4096: the same on every machine, and equal ones really equal.
 *
 * An entry gets, for each word of the query, the worth of the best place where it stands, less what its names cost: an
 * entry whose names are longer than what was typed stands behind those that are just it. A word that is found in a name
 * gives the cost of that name back. One that stands in two names gives it back once, so that MARTIN Martine is not before
 * MARTIN Alice when one types "martin".
 */
export const scoreUnit = 4096;
/** What a name costs is kept in a byte. */
export const costUnit: number = scoreUnit / 16;
const maxCost = 255;

/** By field number, in units of cost. A family name has two words or more when it is found by them as one. */
const costs: readonly number[] = Array.from({ length: fieldCount }, (_, field) => {
  if (field === fieldNumber.family) return 13;
  if (field === fieldNumber.given) return 2;
  return field === fieldNumber.organisation ? 1 : 0;
});
const joinedCredit = 26;
/** An entry to which nothing can be sent stands behind those that have an address. */
const withoutAddress = 20;

/** What the names of an entry cost: of a person its own, else those of the structure. @param packed - its terms with their fields */
export function costOfEntry(
  packed: ArrayLike<number>,
  options: { readonly count: number; readonly hasAddress: boolean; readonly isPerson: boolean },
): number {
  let cost = options.hasAddress ? 0 : withoutAddress;
  for (let at = 0; at < options.count; at += 1) {
    const field = (packed[at] as number) & (fieldCount - 1);
    if (!options.isPerson || field !== fieldNumber.organisation) cost += costs[field] as number;
  }
  return Math.min(cost, maxCost);
}

/** What a match in a field gives back, in units of score. */
export function creditOf(field: number): number {
  return (field === fieldNumber.joined ? joinedCredit : (costs[field] as number)) * costUnit;
}
