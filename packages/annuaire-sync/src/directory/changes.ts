import { Buffer } from 'node:buffer';
import { columnsOf } from './columns-of.js';
import type { FileKind } from './file-format.js';

/** One field that differs. */
export interface ChangedField {
  /** English name, as `DirectoryEntry` or the file's own: `dematerialisation`, `legalName`, `postalCode` … */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** One line that a snapshot added, removed or changed. */
export interface DirectoryChange {
  /** Which snapshot: 0 for a comparison of two files. */
  readonly snapshot: number;
  readonly kind: 'added' | 'changed' | 'removed';
  readonly file: FileKind;
  /** In lower case. `null` for a line without mailbox. */
  readonly address: string | null;
  /** All fields of the line, by name; `null` for an added one. */
  readonly before: Readonly<Record<string, string>> | null;
  readonly after: Readonly<Record<string, string>> | null;
  /** Of a changed line. */
  readonly fields: readonly ChangedField[];
}

/** A change as it is stored. */
export interface StoredChange {
  readonly snapshot: number;
  readonly kind: DirectoryChange['kind'];
  readonly file: FileKind;
  readonly address: string | null;
  readonly before: Uint8Array | string | null;
  readonly after: Uint8Array | string | null;
}

function fieldsOf(file: FileKind, line: Uint8Array | string | null): Readonly<Record<string, string>> | null {
  if (line === null) return null;
  const text = typeof line === 'string' ? line : Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  const values = text.split('|');
  return Object.fromEntries(columnsOf(file).map(({ field }, index) => [field, values[index] ?? '']));
}

/** Reads a stored change. */
export function decodeChange(stored: StoredChange): DirectoryChange {
  const { snapshot, kind, file, address } = stored;
  const before = fieldsOf(file, stored.before);
  const after = fieldsOf(file, stored.after);
  const fields: ChangedField[] = [];
  if (before !== null && after !== null) {
    for (const [field, value] of Object.entries(before)) {
      if (after[field] !== value) fields.push({ field, before: value, after: after[field] ?? '' });
    }
  }
  return { snapshot, kind, file, address, before, after, fields };
}
