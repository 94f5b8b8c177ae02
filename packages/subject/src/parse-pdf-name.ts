import type { MssWarning } from '@mss/core';

import type { SubjectWarningCode } from './errors.js';
import { findLabels, labelIndexes } from './label-index.js';
import { normalizeText, type ParseNamesOptions } from './parse-subject.js';
import { readWords, type NameReading, type Readings } from './read-words.js';
import { areNamesOf } from './split-name.js';
import { maxReadLength } from './text.js';
import { warning } from './warnings.js';

/** One reading of a file name. */
export interface PdfNameReading extends NameReading {
  readonly caseNumber: string | null;
}

/** A file name read. */
export interface ParsedPdfName extends PdfNameReading {
  /** The name has the form of ECO.2.1.6, underscores apart. */
  readonly ok: boolean;
  /** `AAAAMMJJ` as written. */
  readonly actDate: string | null;
  readonly tolerated: readonly MssWarning<SubjectWarningCode>[];
  readonly candidates: readonly PdfNameReading[];
}

const nothing: PdfNameReading = { label: null, documentCount: null, familyName: null, givenName: null, caseNumber: null };

/**
 * Reads the name of a PDF attachment, decoded from its header.
 *
 * Read besides the exact form: names whose underscores became spaces, and names in plain ASCII with an underscore for
 * every space and apostrophe (both occur in documents of ANS), and the " (2)" of a second file.
 *
 * @see Référentiel #2 v0.1, 3.1.3.1, ECO.2.1.6
 */
export function parsePdfName(name: string, options: ParseNamesOptions = {}): ParsedPdfName {
  if (name.length > maxReadLength) return failed('SUBJECT_TOO_LONG');
  const codes = new Set<SubjectWarningCode>();
  const stem = normalizeText(name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1), codes)
    .replace(/\.pdf$/i, '')
    .replace(/ \(\d{1,4}\)$/, '');
  const start = /^(\d{8})[_ ]/.exec(stem);
  if (start === null) return failed('SUBJECT_NO_PREFIX');
  const rest = stem.slice(start[0].length);
  const { readings, warnings } = byFields(rest, start[0].endsWith('_'), options) ?? byWords(rest, options);
  for (const code of warnings) codes.add(code);
  const [first = nothing] = readings;
  return {
    ok: first.label !== null && first.familyName !== null && first.givenName !== null,
    actDate: start[1] ?? null,
    ...first,
    tolerated: [...codes].map(warning),
    candidates: readings.length > 1 ? readings : [],
  };
}

interface PdfReadings {
  readonly readings: readonly PdfNameReading[];
  readonly warnings: readonly SubjectWarningCode[];
}

/** The exact form: three or four fields after the date, the first of them a known label or one with spaces inside. */
function byFields(rest: string, underscore: boolean, options: ParseNamesOptions): PdfReadings | null {
  const fields = rest.split('_').map((field) => field.trim());
  const [label = '', familyName = '', givenName = '', caseNumber = null] = fields;
  if (!underscore || fields.length < 3 || fields.length > 4 || fields.includes('')) return null;
  const match = findLabels(label.split(' '), labelIndexes(options).fileName).find((one) => one.words === label.split(' ').length);
  const count = /^([1-9]\d{0,3}) documents$/.exec(label);
  const isKnown = match !== undefined || count !== null;
  // "CR_anesthesie_VIAL_Paul" has four fields too: without a known label the plain ASCII form must be ruled out.
  if (!isKnown && fields.length === 4 && !/\d/.test(caseNumber ?? '')) return null;
  const warnings: SubjectWarningCode[] = isKnown ? [] : ['SUBJECT_LABEL_UNKNOWN'];
  if (match?.quality === 'apostrophe') warnings.push('SUBJECT_APOSTROPHE');
  if (match?.quality === 'loose') warnings.push('SUBJECT_LABEL_VARIANT');
  if (match?.long === true) warnings.push('SUBJECT_LABEL_LONG');
  if (options.traits != null && !areNamesOf(options.traits, { family: familyName, given: givenName }))
    warnings.push('SUBJECT_TRAITS_MISMATCH');
  return { readings: [{ label, documentCount: count === null ? null : Number(count[1]), familyName, givenName, caseNumber }], warnings };
}

/** Everything else: underscores and spaces alike separate words. */
function byWords(rest: string, options: ParseNamesOptions): PdfReadings {
  const words = rest.split(/[_ ]+/).filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const caseNumber = /\d/.test(last) && words.length > 3 ? last : null;
  const named = caseNumber === null ? words : words.slice(0, -1);
  const found: Readings = readWords(named, { labels: labelIndexes(options).ascii, traits: options.traits ?? null });
  return {
    readings: found.readings.map((reading) => ({ ...reading, caseNumber })),
    warnings: ['SUBJECT_SEPARATORS', ...found.warnings],
  };
}

function failed(code: SubjectWarningCode): ParsedPdfName {
  return { ok: false, actDate: null, ...nothing, tolerated: [warning(code)], candidates: [] };
}
