import type { SourceRecord } from './source-record.js';

/** What the headers of a response say about a file. */
export interface RemoteFile {
  readonly name: string | null;
  readonly bytes: number | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** The address by which a source is recognised: no query, which may hold a key. */
export const locationOf = (url: URL): string => `${url.origin}${url.pathname}`;

/** RFC 6266: `filename*`, else `filename`; only the last part of a path. */
function fileNameOf(disposition: string | null): string | null {
  if (disposition === null) return null;
  const [, encoded] = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(disposition) ?? [];
  const [, quoted, bare] = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition) ?? [];
  let name = quoted ?? bare ?? '';
  try {
    if (encoded !== undefined) name = decodeURIComponent(encoded);
  } catch {
    // A percent sign that is none: the plain form stands.
  }
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return last === '' ? null : last.slice(0, 200);
}

/** Reads the headers of a response to HEAD or GET; of a 206 the length of the whole. */
export function remoteFile(headers: Headers, status: number): RemoteFile {
  const [, total] = /^bytes \d+-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  const length = status === 206 ? total : (headers.get('content-length') ?? undefined);
  return {
    name: fileNameOf(headers.get('content-disposition')),
    bytes: length !== undefined && /^\d+$/.test(length) ? Number(length) : null,
    etag: headers.get('etag'),
    lastModified: headers.get('last-modified'),
  };
}

/** Whether a response is the part that begins there. */
export const continuesAt = ({ status, headers }: Response, offset: number): boolean =>
  status === 206 && (headers.get('content-range') ?? '').startsWith(`bytes ${offset}-`);

/** Whether two descriptions cannot be of the same bytes. A part need not say everything (RFC 9110 §15.3.7). */
export function contradicts(one: RemoteFile, other: RemoteFile): boolean {
  return (['bytes', 'etag', 'lastModified', 'name'] as const).some(
    (fact) => one[fact] !== null && other[fact] !== null && one[fact] !== other[fact],
  );
}

/** Whether two descriptions are of the same bytes, as far as headers tell. */
export function isSameFile(one: RemoteFile, other: RemoteFile): boolean {
  if (one.bytes !== null && other.bytes !== null && one.bytes !== other.bytes) return false;
  if (one.etag !== null && other.etag !== null) return one.etag === other.etag;
  // The stamp in the name changes with each publication.
  if (one.name !== null && other.name !== null && /_\d{12}\./.test(one.name)) return one.name === other.name && one.bytes === other.bytes;
  return one.lastModified !== null && one.lastModified === other.lastModified && one.bytes === other.bytes;
}

/** Whether the directory already has this file. */
export function isKnownFile(remote: RemoteFile, known: readonly SourceRecord[]): boolean {
  return known.length > 0 && known.every(({ name, bytes, etag, lastModified }) => isSameFile(remote, { name, bytes, etag, lastModified }));
}
