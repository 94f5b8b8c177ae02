import type { FileKind } from '../directory/file-format.js';

/** Where a file of the directory came from. */
export interface SourceRecord {
  readonly file: FileKind;
  readonly rows: number;
  readonly location: string | null;
  readonly name: string;
  /** `202608260300`, of the file's name. */
  readonly published: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** The columns of table `source`, as both databases give them. */
export const sourceColumns = 'file, row_count, location, name, published, etag, last_modified, byte_count, sha256';

/** Reads a row of table `source`. */
export function sourceRecord(row: Readonly<Record<string, unknown>>): SourceRecord {
  const text = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null);
  return {
    file: text('file') as FileKind,
    rows: Number(row['row_count']),
    location: text('location'),
    name: text('name') ?? '',
    published: text('published'),
    etag: text('etag'),
    lastModified: text('last_modified'),
    bytes: row['byte_count'] === null ? null : Number(row['byte_count']),
    sha256: text('sha256'),
  };
}
