import { prefixRange, rangesOneErrorAway, type TermRange } from './dictionary.js';
import { fieldBits, fieldCount, fieldMask, fieldNumber, fieldWeights } from './fields.js';
import type { QueryToken } from './query.js';
import { creditOf, scoreUnit } from './score.js';
import type { Segment } from './segment.js';
import { beginsOneErrorAway, canBeMistyped } from './typing-error.js';

/** How a word of the query was found in a term. */
export type MatchKind = 'exact' | 'prefix' | 'synonym' | 'typing-error';

/** What a token makes of the terms of an entry. */
export interface Matcher {
  readonly token: QueryToken;
  /** The worth of one term in one field for this token; 0 when it does not match. @param packed - term and field */
  worthOf(packed: number): number;
  kindOf(packed: number): MatchKind | null;
}

/** One way to match a token: a slice of the dictionary. */
export interface Way extends TermRange {
  readonly kind: MatchKind;
  /** Bit f set: field f counts. */
  readonly fields: number;
}

/** What one token matches in one segment. */
export class TokenMatcher implements Matcher {
  readonly token: QueryToken;
  readonly ways: readonly Way[];
  /** Postings to read if all ways are followed. */
  readonly cost: number;
  readonly #segment: Segment;

  constructor(segment: Segment, token: QueryToken, options: { readonly withError: boolean }) {
    this.#segment = segment;
    this.token = token;
    this.ways = options.withError ? waysWithError(segment, token) : waysOf(segment, token);
    this.cost = this.ways.reduce((sum, way) => sum + costOf(segment, way), 0);
  }

  worthOf(packed: number): number {
    const term = packed >>> fieldBits;
    let best = 0;
    for (let at = 0; at < this.ways.length; at += 1) {
      const way = this.ways[at] as Way;
      if (term < way.from || term >= way.to) continue;
      const worth = this.worthBy(way, packed);
      if (worth > best) best = worth;
    }
    return best;
  }

  /** The worth of a term of one way. */
  worthBy(way: Way, packed: number): number {
    return worthIn(this.#segment, this.token, way, packed);
  }

  kindOf(packed: number): MatchKind | null {
    const term = packed >>> fieldBits;
    const way = this.ways.find((one) => term >= one.from && term < one.to && this.worthBy(one, packed) > 0);
    if (way === undefined) return null;
    return way.kind === 'prefix' && this.#segment.terms[term] === this.token.word ? 'exact' : way.kind;
  }
}

/** What one token matches when it is read with a typing error, term by term: for a few entries, without the whole dictionary. */
export class ErrorMatcher implements Matcher {
  readonly token: QueryToken;
  readonly #segment: Segment;
  readonly #way: Omit<Way, keyof TermRange>;
  /** By term, whether it matches. */
  readonly #known = new Map<number, boolean>();

  constructor(segment: Segment, token: QueryToken) {
    this.#segment = segment;
    this.token = token;
    this.#way = { kind: 'typing-error', fields: token.fields };
  }

  worthOf(packed: number): number {
    const term = packed >>> fieldBits;
    let matches = this.#known.get(term);
    if (matches === undefined) this.#known.set(term, (matches = beginsOneErrorAway(this.#segment.terms[term] as string, this.token.word)));
    return matches ? worthIn(this.#segment, this.token, this.#way, packed) : 0;
  }

  kindOf(packed: number): MatchKind | null {
    return this.worthOf(packed) > 0 ? 'typing-error' : null;
  }
}

/** The most that a term can be worth for one token: more than any match gives, and what a number of 16 bits holds. */
const maxWorth = 0xffff;

/** What a term is worth in a field. */
function worthIn(segment: Segment, token: QueryToken, { kind, fields }: Omit<Way, keyof TermRange>, packed: number): number {
  const field = packed & fieldMask;
  const share = segment.shares[packed] as number;
  if (share === 0 || (fields & (1 << field)) === 0) return 0;
  const { length } = segment.terms[packed >>> fieldBits] as string;
  const typed = token.word.length;
  // Before that, the first word by itself is what was typed.
  if (field === fieldNumber.joined && typed < 0.6 * length) return 0;
  // A term mostly used elsewhere is a weaker sign here.
  const usual = 0.55 + (0.45 * share) / 255;
  const likely = isName(field) ? likelihoodOfName(segment, packed) : 1;
  const close = closeness(kind, length, typed) * scoreUnit;
  const worth = (fieldWeights[field] as number) * usual * likely * close * emphasis(token, kind, field);
  return Math.min(Math.round(worth) + creditOf(field), maxWorth);
}

/** Who types "paris" hardly ever means somebody of that name: a word that is nearly always a town is hardly a name. */
function likelihoodOfName({ shares }: Segment, packed: number): number {
  return 1 - 1.5 * Math.max(0, (shares[(packed & ~fieldMask) | fieldNumber.city] as number) / 255 - 0.5);
}

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

function waysOf(segment: Segment, token: QueryToken): Way[] {
  const range = token.isWhole ? exactRange(segment, token.word) : prefixRange(segment.terms, token.word);
  const ways: Way[] = [{ ...range, kind: 'prefix', fields: token.fields }];
  for (const words of token.synonyms) {
    // The rarest word of a label stands for it; the others nearly always come with it.
    const ranges = words.map((word) => exactRange(segment, word)).sort((a, b) => postingsIn(segment, a) - postingsIn(segment, b));
    const rarest = ranges[0];
    if (rarest !== undefined) ways.push({ ...rarest, kind: 'synonym', fields: token.fields & labelFields });
  }
  if (token.singular !== null)
    ways.push({ ...exactRange(segment, token.singular), kind: 'synonym', fields: token.fields & (1 << fieldNumber.profession) });
  return ways.filter((way) => way.from < way.to);
}

function waysWithError(segment: Segment, token: QueryToken): Way[] {
  if (!canBeMistyped(token.word)) return [];
  return rangesOneErrorAway(segment.terms, token.word).map((range) => ({ ...range, kind: 'typing-error', fields: token.fields }));
}

function exactRange(segment: Segment, word: string): TermRange {
  const range = prefixRange(segment.terms, word);
  return range.from < range.to && segment.terms[range.from] === word
    ? { from: range.from, to: range.from + 1 }
    : { from: range.from, to: range.from };
}

function postingsIn(segment: Segment, range: TermRange): number {
  return (segment.runs[range.to << fieldBits] as number) - (segment.runs[range.from << fieldBits] as number);
}

/** Postings of the fields that count. */
function costOf(segment: Segment, way: Way): number {
  if (way.fields === everyField) return postingsIn(segment, way);
  const { runs } = segment;
  let cost = 0;
  for (let packed = way.from << fieldBits; packed < way.to << fieldBits; packed += 1)
    if ((way.fields & (1 << (packed & fieldMask))) !== 0) cost += (runs[packed + 1] as number) - (runs[packed] as number);
  return cost;
}

const everyField = (1 << fieldCount) - 1;

/** The number of the field of a packed term. */
export function fieldOf(packed: number): number {
  return packed & fieldMask;
}
