import { prefixRange, rangesOneErrorAway, type TermRange } from './dictionary.js';
import { fieldBits, fieldCount, fieldMask, fieldNumber, fieldWeights } from './fields.js';
import type { QueryToken } from './query.js';
import { creditOf, scoreUnit } from './score.js';
import type { Segment } from './segment.js';

/** How a word of the query was found in a term. */
export type MatchKind = 'exact' | 'prefix' | 'synonym' | 'typing-error';

/** One way to match a token: a slice of the dictionary, with the worth of each of its terms in each field. */
export interface Way extends TermRange {
  readonly kind: MatchKind;
  /** By `(term - from) * 8 + field`, in units of score; 0 where it does not count. */
  readonly worths: Uint16Array;
  /** By `term - from`: 0 where the term counts in no field. */
  readonly counts: Uint8Array;
}

/** What one token matches in one segment. */
export class TokenMatcher {
  readonly token: QueryToken;
  readonly ways: readonly Way[];
  /** Postings to read if all ways are followed. */
  readonly cost: number;
  readonly #segment: Segment;

  constructor(segment: Segment, token: QueryToken, options: { readonly withError: boolean }) {
    this.#segment = segment;
    this.token = token;
    const slices = options.withError ? slicesWithError(segment, token) : slicesOf(segment, token);
    this.ways = slices.map((slice) => wayOf(segment, token, slice));
    this.cost = this.ways.reduce((sum, way) => sum + costOf(segment, way), 0);
  }

  /** The worth of one term in one field for this token; 0 when it does not match. */
  worthOf(packed: number): number {
    const term = packed >>> fieldBits;
    let best = 0;
    for (let at = 0; at < this.ways.length; at += 1) {
      const way = this.ways[at] as Way;
      if (term < way.from || term >= way.to) continue;
      const worth = way.worths[packed - (way.from << fieldBits)] as number;
      if (worth > best) best = worth;
    }
    return best;
  }

  kindOf(packed: number): MatchKind | null {
    const term = packed >>> fieldBits;
    const way = this.ways.find((one) => term >= one.from && term < one.to && (one.worths[packed - (one.from << fieldBits)] as number) > 0);
    if (way === undefined) return null;
    return way.kind === 'prefix' && this.#segment.terms[term] === this.token.word ? 'exact' : way.kind;
  }
}

interface Slice extends TermRange {
  readonly kind: MatchKind;
  /** Bit f set: field f counts. */
  readonly fields: number;
}

/** The most that a term can be worth for one token: more than any match gives, and what a number of 16 bits holds. */
const maxWorth = 0xffff;

function wayOf(segment: Segment, token: QueryToken, slice: Slice): Way {
  const worths = new Uint16Array((slice.to - slice.from) << fieldBits);
  const counts = new Uint8Array(slice.to - slice.from);
  const { shares, terms } = segment;
  const typed = token.word.length;
  for (let term = slice.from, at = 0; term < slice.to; term += 1) {
    const close = closeness(slice.kind, (terms[term] as string).length, typed) * scoreUnit;
    // Before that, the first word by itself is what was typed.
    const hasBegunSecond = typed >= 0.6 * (terms[term] as string).length;
    const nameOfTown = 1 - 1.5 * Math.max(0, (shares[(term << fieldBits) | fieldNumber.city] as number) / 255 - 0.5);
    for (let field = 0; field < fieldCount; field += 1, at += 1) {
      const share = shares[(term << fieldBits) | field] as number;
      if (share === 0 || (slice.fields & (1 << field)) === 0 || (field === fieldNumber.joined && !hasBegunSecond)) continue;
      // A term mostly used elsewhere is a weaker sign here.
      const usual = 0.55 + (0.45 * share) / 255;
      const likely = isName(field) ? nameOfTown : 1;
      const worth = (fieldWeights[field] as number) * usual * likely * close * emphasis(token, slice.kind, field);
      worths[at] = Math.min(Math.round(worth) + creditOf(field), maxWorth);
      counts[term - slice.from] = 1;
    }
  }
  return { from: slice.from, to: slice.to, kind: slice.kind, worths, counts };
}

/** Who types "paris" hardly ever means somebody of that name: a word that is nearly always a town is hardly a name. */
const isName = (field: number): boolean => field === fieldNumber.family || field === fieldNumber.given;

/**
 * A word for a person ("cardiologue") names a service of that discipline only in the second place; and what is meant by it
 * comes before what is written so: "chirurgien" before "chirurgien-dentiste".
 */
function emphasis(token: QueryToken, kind: MatchKind, field: number): number {
  if (!token.isPerson) return 1;
  if (field === fieldNumber.organisation) return 0.3;
  return field === fieldNumber.profession && kind === 'prefix' ? 0.85 : 1;
}

function closeness(kind: MatchKind, length: number, typed: number): number {
  if (kind === 'synonym') return 0.95;
  if (kind === 'typing-error') return Math.abs(length - typed) <= 1 ? 0.6 : 0.3;
  return length === typed ? 1 : 0.45 + 0.35 * (typed / length);
}

const labelFields = (1 << fieldNumber.profession) | (1 << fieldNumber.organisation);

function slicesOf(segment: Segment, token: QueryToken): Slice[] {
  const slices: Slice[] = [{ ...prefixRange(segment.terms, token.word), kind: 'prefix', fields: token.fields }];
  for (const words of token.synonyms) {
    // The rarest word of a label stands for it; the others nearly always come with it.
    const ranges = words.map((word) => exactRange(segment, word)).sort((a, b) => postingsIn(segment, a) - postingsIn(segment, b));
    const rarest = ranges[0];
    if (rarest !== undefined) slices.push({ ...rarest, kind: 'synonym', fields: token.fields & labelFields });
  }
  return slices.filter((slice) => slice.from < slice.to);
}

function slicesWithError(segment: Segment, token: QueryToken): Slice[] {
  if (token.word.length < 4 || /\d/.test(token.word)) return [];
  return rangesOneErrorAway(segment.terms, token.word).map((range) => ({ ...range, kind: 'typing-error', fields: token.fields }));
}

function exactRange(segment: Segment, word: string): TermRange {
  const range = prefixRange(segment.terms, word);
  return range.from < range.to && segment.terms[range.from] === word
    ? { from: range.from, to: range.from + 1 }
    : { from: range.from, to: range.from };
}

function postingsIn(segment: Segment, range: TermRange): number {
  return (segment.termPostings[range.to] as number) - (segment.termPostings[range.from] as number);
}

/** Postings of the terms that count. */
function costOf({ termPostings }: Segment, { from, to, counts }: Way): number {
  let cost = 0;
  for (let term = from; term < to; term += 1)
    if (counts[term - from] === 1) cost += (termPostings[term + 1] as number) - (termPostings[term] as number);
  return cost;
}

/** The number of the field of a packed term. */
export function fieldOf(packed: number): number {
  return packed & fieldMask;
}
