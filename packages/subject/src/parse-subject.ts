import type { MssWarning, ProfileId } from '@mss/core';
import { decodeHeaderWords } from '@mss/formats/mime';

import type { SubjectWarningCode } from './errors.js';
import { labelIndexes } from './label-index.js';
import type { NamedPatient } from './patient-names.js';
import { readWords, type NameReading } from './read-words.js';
import { readPrefixes, type SubjectPrefix } from './subject-prefixes.js';
import { maxReadLength } from './text.js';
import { warning } from './warnings.js';

/** One reading of a subject; `birthDate` as written, with its slashes. */
export interface SubjectReading extends NameReading {
  readonly birthDate: string | null;
}

/** A subject read; the JSON of `mss subject parse`, and the marks before the prefix. */
export interface ParsedSubject extends SubjectReading {
  /** The subject announces health documents and has its mandatory fields. */
  readonly ok: boolean;
  /** What stands before `XDM/1.0/DDM`, in its order. */
  readonly prefixes: readonly SubjectPrefix[];
  readonly tolerated: readonly MssWarning<SubjectWarningCode>[];
  /** Every possible reading when there are several, the one above first; empty when there is only one. */
  readonly candidates: readonly SubjectReading[];
}

/** Options of {@link parseSubject} and `parsePdfName`. */
export interface ParseNamesOptions {
  /** Type labels besides those of ANS, uncut: the host's, or the ones of the documents at hand. */
  readonly knownLabels?: readonly string[];
  /** The patient of METADATA.XML (ECO.2.1.2), to split the names with certainty. */
  readonly traits?: NamedPatient | null;
  readonly profile?: ProfileId;
}

const nothing: NameReading = { label: null, documentCount: null, familyName: null, givenName: null };
const xdm = /^(XDM\/1\.0\/DDM)( *)(\+?)( *)/i;
const date = /(?:^| )(\d{1,2}([/.-])\d{1,2}\2\d{4}|\d{4}-\d{2}-\d{2})\.?$/;

/**
 * Reads a subject: raw header text (folded, encoded words) or decoded text.
 *
 * The names are for display and for finding a dossier. The patient is identified from METADATA.XML and from nothing
 * else (ECO.2.1.2): where several readings are possible, all are given.
 *
 * @see Référentiel #2 v0.1, 3.1.2, ECO.2.1.3
 */
export function parseSubject(subject: string, options: ParseNamesOptions = {}): ParsedSubject {
  const codes = new Set<SubjectWarningCode>();
  if (subject.length > maxReadLength) return failed('SUBJECT_TOO_LONG');
  const { prefixes, rest } = readPrefixes(normalizeText(decodeHeaderWords(subject), codes));
  const prefix = xdm.exec(rest);
  if (prefix === null) return failed('SUBJECT_NO_PREFIX', prefixes);
  if (prefixes.length > 0) codes.add('SUBJECT_PREFIXED');
  if (prefix[1] !== 'XDM/1.0/DDM' || prefix[2] !== '' || prefix[3] === '' || prefix[4] !== '') codes.add('SUBJECT_PREFIX_FORM');
  let text = rest.slice(prefix[0].length);
  const written = date.exec(text);
  const birthDate = written?.[1] ?? null;
  if (written !== null) text = text.slice(0, written.index);
  if (birthDate !== null && !/^\d\d\/\d\d\/\d{4}$/.test(birthDate)) codes.add('SUBJECT_DATE_FORM');
  const words = text.split(' ').filter((word) => word !== '');
  const { readings, warnings } = readWords(words, { labels: labelIndexes(options).subject, traits: options.traits ?? null });
  const candidates = readings.map((reading) => ({ ...reading, birthDate }));
  for (const code of warnings) codes.add(code);
  const [first = { ...nothing, birthDate }] = candidates;
  return {
    ok: first.label !== null && first.familyName !== null && first.givenName !== null,
    ...first,
    tolerated: [...codes].map(warning),
    candidates: candidates.length > 1 ? candidates : [],
    prefixes,
  };
}

/** NFC and single spaces, both reported; folding is no deviation. */
export function normalizeText(text: string, codes: Set<SubjectWarningCode>): string {
  const unfolded = text.replaceAll(/\r?\n[ \t]+/g, ' ').trim();
  const composed = unfolded.normalize('NFC');
  if (composed !== unfolded) codes.add('SUBJECT_NOT_NFC');
  const spaced = composed.replaceAll(/[\p{Z}\p{Cc}\u200b\ufeff]+/gu, ' ');
  if (spaced !== composed) codes.add('SUBJECT_SPACES');
  return spaced;
}

function failed(code: SubjectWarningCode, prefixes: readonly SubjectPrefix[] = []): ParsedSubject {
  return { ok: false, ...nothing, birthDate: null, tolerated: [warning(code)], candidates: [], prefixes };
}
