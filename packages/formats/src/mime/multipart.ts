/** The regions of a multipart body. */
export interface MultipartRegions {
  /** From after each delimiter line to before the line break of the next. */
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** Whether the last delimiter (`--boundary--`) is there. */
  readonly closed: boolean;
}

/** The end of a delimiter line that begins at `at`, or -1 when the boundary goes on, being another one. */
function delimiterEnd(body: Buffer, at: number): number {
  let end = at;
  while (body[end] === 0x20 || body[end] === 0x09) end += 1;
  if (end >= body.length) return end;
  if (body[end] === 0x0d && body[end + 1] === 0x0a) return end + 2;
  return body[end] === 0x0a ? end + 1 : -1;
}

/**
 * Splits a multipart body at its delimiters. Lines may end with CRLF or LF; text before the first and after the last
 * delimiter is left out.
 *
 * @param maxParts - stops, with one part more than this, when there are more.
 * @see RFC 2046 §5.1.1
 */
export function splitMultipart(body: Buffer, boundary: string, options: { readonly maxParts: number }): MultipartRegions {
  const delimiter = Buffer.from(`--${boundary}`, 'utf8');
  const parts: [number, number][] = [];
  let partAt = -1;
  let from = 0;
  while (parts.length <= options.maxParts) {
    const at = body.indexOf(delimiter, from);
    if (at < 0) break;
    from = at + delimiter.length;
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const closes = body[from] === 0x2d && body[from + 1] === 0x2d && delimiterEnd(body, from + 2) >= 0;
    const end = closes ? delimiterEnd(body, from + 2) : delimiterEnd(body, from);
    if (end < 0) continue;
    if (partAt >= 0) {
      const lineBreak = body[at - 2] === 0x0d ? 2 : 1;
      parts.push([partAt, Math.max(partAt, at - lineBreak)]);
    }
    partAt = end;
    from = end;
    if (closes) return { parts, closed: true };
  }
  if (partAt >= 0 && parts.length <= options.maxParts) parts.push([partAt, body.length]);
  return { parts, closed: false };
}
