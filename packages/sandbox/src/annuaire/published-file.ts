import type { IncomingHttpHeaders } from 'node:http';

/** A file on the server. */
export interface PublishedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: Date;
}

export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const none = new Uint8Array();

/**
 * Answers a request for a file: conditions first, then one range. Several ranges, and units other than bytes, are answered
 * with the whole file, as RFC 9110 §14.2 allows.
 */
export function answerFor(file: PublishedFile, headers: IncomingHttpHeaders): FileAnswer {
  const lastModified = file.modifiedAt.toUTCString();
  const validators = { etag: file.etag, 'last-modified': lastModified, 'accept-ranges': 'bytes' };
  if (isUnmodified(file, headers)) return { status: 304, headers: validators, body: none };
  const described = {
    ...validators,
    'content-type': file.mediaType,
    'content-disposition': `attachment; filename=${file.name}`,
  };
  const ifRange = headers['if-range'];
  const sameFile = ifRange === undefined || ifRange === file.etag || ifRange === lastModified;
  const range = sameFile ? rangeOf(headers.range, file.bytes.length) : null;
  if (range === 'unsatisfiable') return { status: 416, headers: { 'content-range': `bytes */${file.bytes.length}` }, body: none };
  if (range === null) return answer(200, file.bytes, described);
  const { from, to } = range;
  return answer(206, file.bytes.subarray(from, to + 1), { ...described, 'content-range': `bytes ${from}-${to}/${file.bytes.length}` });
}

function answer(status: 200 | 206, body: Uint8Array, headers: Readonly<Record<string, string>>): FileAnswer {
  return { status, headers: { ...headers, 'content-length': String(body.length) }, body };
}

/** RFC 9110 §13.2.2: `If-None-Match` before `If-Modified-Since`. */
function isUnmodified(file: PublishedFile, headers: IncomingHttpHeaders): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) return match === '*' || match.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Number.isFinite(since) && Math.floor(file.modifiedAt.getTime() / 1000) * 1000 <= since;
}

function rangeOf(header: string | undefined, length: number): { readonly from: number; readonly to: number } | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') return last === '0' || length === 0 ? 'unsatisfiable' : { from: Math.max(0, length - Number(last)), to: length - 1 };
  const from = Number(first);
  const to = last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && Number(last) < from) return null;
  return from >= length ? 'unsatisfiable' : { from, to };
}
