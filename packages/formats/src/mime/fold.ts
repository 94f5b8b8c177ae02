import { maxLineLength } from './encode-words.js';
import { refuseDraft } from './refuse.js';

/** Longest line that SMTP carries, without its CRLF (RFC 5321 §4.5.3.1.6, RFC 5322 §2.1.1). */
export const maxSmtpLine = 998;

/** White space and what follows it; a quoted string stays whole when a line can hold it. */
function piecesOf(value: string): string[] {
  const pieces = value.match(/[ \t]*(?:"(?:[^"\\]|\\.)*"|[^ \t])+|[ \t]+$/g) ?? [];
  return pieces.flatMap((piece) => (piece.length < maxLineLength ? [piece] : (piece.match(/[ \t]*[^ \t]+|[ \t]+$/g) ?? [])));
}

/**
 * Folds a prepared ASCII value at its spaces, so that lines have 76 characters at most where a space allows it.
 *
 * @param nameLength - characters before the value on its first line.
 * @throws MssError `ERR_MSS_MIME_WRITE` when a word alone is longer than a line may be.
 * @see RFC 5322 §2.2.3
 */
export function foldValue(value: string, nameLength: number): string {
  if (nameLength + value.length <= maxLineLength) return value;
  let result = '';
  let column = nameLength;
  for (const [index, piece] of piecesOf(value).entries()) {
    // The first piece goes on a line of its own when that makes it fit: a long encoded name must not be cut in two.
    const first = index === 0 && !/^[ \t]/.test(piece) && piece.length < maxLineLength;
    const folds = (first || /^[ \t]+[^ \t]/.test(piece)) && column + piece.length > maxLineLength;
    if (folds) result += first ? '\r\n ' : '\r\n';
    result += piece;
    column = folds ? piece.length + (first ? 1 : 0) : column + piece.length;
    if (column > maxSmtpLine) refuseDraft('a header value that cannot be folded');
  }
  return result;
}
