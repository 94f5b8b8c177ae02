import { Buffer, isUtf8 } from 'node:buffer';
import type { MssWarning } from '@mss/core';
import type { FileFormat } from '../directory/file-format.js';
import { syncError } from '../errors.js';
import { knownFormats } from './known-formats.js';

/** What reading an extraction tolerated. */
export type SyncWarningCode =
  /** A column that no known file has; it is not kept. */
  | 'ANNUAIRE_COLUMN_UNKNOWN'
  /** The columns are not in the published order. */
  | 'ANNUAIRE_COLUMN_ORDER'
  /** Headings that nobody knows where the published order has known ones: taken by position. */
  | 'ANNUAIRE_COLUMN_BY_POSITION'
  /** Optional columns are missing: their fields are empty. */
  | 'ANNUAIRE_COLUMN_ABSENT'
  /** A file of the archive that is no known extraction; it is not read. */
  | 'ANNUAIRE_FILE_IGNORED'
  /** What the archive reader tolerated. */
  | 'ANNUAIRE_ARCHIVE'
  /** A file that the archive of this address had before; its lines stay as they were. */
  | 'ANNUAIRE_FILE_ABSENT'
  /** The directory had a file that was published later. */
  | 'ANNUAIRE_OLDER';

/** How the lines of one file become canonical lines. */
export interface LineLayout {
  readonly format: FileFormat;
  /** Columns that every line of the file has. */
  readonly fileColumns: number;
  /** For each column of the canonical line its column in the file, or -1. */
  readonly sources: Int32Array;
  /** The file has the canonical columns in their order and nothing else: a line is its own canonical line. */
  readonly isCanonical: boolean;
  readonly warnings: readonly MssWarning<SyncWarningCode>[];
}

/** A heading without accents, case, punctuation and spaces. */
export function foldHeading(heading: string): string {
  return heading
    .normalize('NFD')
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
}

interface Headings {
  readonly headings: readonly string[];
  readonly trailing: boolean;
  readonly isUtf8: boolean;
}

/** Bytes that are not UTF-8 are read as Latin-1, to know what file it would be. */
function headingsOf(line: Uint8Array): Headings {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const text = bytes.toString(isUtf8(line) ? 'utf8' : 'latin1').replace(/^\ufeff/, '');
  const headings = text.split('|').map((heading) => heading.trim());
  const trailing = headings.length > 1 && headings.at(-1) === '';
  if (trailing) headings.pop();
  return { headings, trailing, isUtf8: isUtf8(line) };
}

/** For each column of the format its place among the headings, or -1. */
function placesOf(format: FileFormat, folded: readonly string[]): Int32Array {
  const places = new Int32Array(format.columns.length).fill(-1);
  const taken = new Set<number>();
  const claim = (index: number, title: string): void => {
    if (places[index] !== -1) return;
    const at = folded.indexOf(foldHeading(title));
    if (at === -1 || taken.has(at)) return;
    places[index] = at;
    taken.add(at);
  };
  // All titles first: an alias never takes a heading that is another column's title.
  format.columns.forEach((column, index) => claim(index, column.title));
  format.columns.forEach((column, index) => column.aliases?.forEach((alias) => claim(index, alias)));
  return places;
}

/** With as many columns as published and all known headings at home, an unknown heading is the one of its position. */
function fillByPosition(format: FileFormat, places: Int32Array, columns: number): readonly string[] {
  const known = places.filter((place) => place !== -1).length;
  const atHome = places.every((place, index) => place === -1 || place === index);
  if (!atHome || columns !== places.length || known * 4 < places.length * 3) return [];
  const filled: string[] = [];
  places.forEach((place, index) => {
    if (place !== -1) return;
    places[index] = index;
    filled.push(format.columns[index]?.title ?? '');
  });
  return filled;
}

/**
 * Finds out which file the headings belong to, and where each column is.
 *
 * Accents, case, punctuation and order do not matter. Columns may be added; those of `format.required` may not be missing.
 *
 * @param line - the first line of the file, with or without byte order mark and trailing `|`.
 * @throws MssError `ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION`, `ERR_MSS_ANNUAIRE_COLUMN_MISSING`, `ERR_MSS_ANNUAIRE_ENCODING`,
 *   `ERR_MSS_ANNUAIRE_AMBIGUOUS` (a heading twice)
 */
export function readLayout(line: Uint8Array): LineLayout {
  const { headings, trailing, ...text } = headingsOf(line);
  const folded = headings.map(foldHeading);
  const best = knownFormats
    .map((format) => ({ format, places: placesOf(format, folded) }))
    .map((candidate) => ({ ...candidate, known: candidate.places.filter((place) => place !== -1).length }))
    // Half of what the file has, and half of what the format has: the files share columns, but not so many.
    .filter(({ format, known }) => known * 2 >= format.columns.length && known * 2 >= headings.length)
    .reduce<{ format: FileFormat; places: Int32Array; known: number } | null>(
      (most, next) => (most === null || next.known > most.known ? next : most),
      null,
    );
  if (best === null) {
    throw syncError('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION', 'the first line has not the headings of any known extraction', {
      details: { columns: headings.length },
    });
  }
  if (!text.isUtf8) throw syncError('ERR_MSS_ANNUAIRE_ENCODING', 'the headings are not UTF-8', { details: { kind: best.format.kind } });
  const layout = layoutOf(best.format, best.places, headings, folded);
  return trailing ? { ...layout, isCanonical: false } : layout;
}

function layoutOf(format: FileFormat, places: Int32Array, headings: readonly string[], folded: readonly string[]): LineLayout {
  const warnings: MssWarning<SyncWarningCode>[] = [];
  const byPosition = fillByPosition(format, places, headings.length);
  if (byPosition.length > 0) {
    warnings.push({ code: 'ANNUAIRE_COLUMN_BY_POSITION', message: 'columns are taken by their position', where: byPosition.join(', ') });
  }
  const missing = format.columns.filter((_, index) => places[index] === -1);
  const lost = missing.filter(({ field }) => format.required.includes(field));
  if (lost.length > 0) {
    throw syncError('ERR_MSS_ANNUAIRE_COLUMN_MISSING', `columns are missing: ${lost.map(({ title }) => title).join(', ')}`, {
      details: { kind: format.kind, columns: lost.map(({ title }) => title) },
    });
  }
  const wanted = new Set(places);
  folded.forEach((heading, index) => {
    if (wanted.has(index) && folded.indexOf(heading) !== folded.lastIndexOf(heading)) {
      throw syncError('ERR_MSS_ANNUAIRE_AMBIGUOUS', `two columns have the heading ${headings[index] ?? ''}`);
    }
  });
  if (missing.length > 0) {
    const titles = missing.map(({ title }) => title);
    warnings.push({ code: 'ANNUAIRE_COLUMN_ABSENT', message: 'columns are not in this file', where: titles.join(', ') });
  }
  const unknown = headings.filter((_, index) => !wanted.has(index));
  if (unknown.length > 0) {
    const titles = unknown.slice(0, 20).map((heading) => heading.slice(0, 60));
    warnings.push({ code: 'ANNUAIRE_COLUMN_UNKNOWN', message: 'columns that no known file has are not kept', where: titles.join(', ') });
  }
  const present = [...places].filter((place) => place !== -1);
  if (present.some((place, index) => index > 0 && place < (present[index - 1] ?? 0))) {
    warnings.push({ code: 'ANNUAIRE_COLUMN_ORDER', message: 'the columns are in another order than published' });
  }
  const isCanonical = headings.length === places.length && places.every((place, index) => place === index);
  return { format, fileColumns: headings.length, sources: places, isCanonical, warnings };
}
