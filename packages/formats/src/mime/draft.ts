import type { MimeHeaderDraft } from './header-fields.js';

/**
 * One part to write. Exactly one of `text`, `bytes` and `children` is there.
 *
 * | content | media type | written as |
 * |---|---|---|
 * | `text` | text/* | UTF-8, 7bit when it is short ASCII lines, quoted-printable otherwise |
 * | `text` or `bytes` | message/* | as it is, 7bit or 8bit, never base64 (RFC 2046 §5.2.1) |
 * | `bytes` | any other | base64 |
 * | `children` | multipart/* | a boundary that is in none of them |
 */
export interface MimePartDraft {
  /** For example `text/plain`, `multipart/mixed`, `multipart/report`. */
  readonly mediaType: string;
  /** Of Content-Type. `charset` (for text) and `boundary` are set by the writer and refused here. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Other fields, in this order, before those the writer sets; on the root these are the fields of the message. */
  readonly headers?: readonly MimeHeaderDraft[];
  readonly disposition?: 'attachment' | 'inline';
  /** Written as `filename` (with RFC 2231 when needed) of Content-Disposition and as `name` of Content-Type. */
  readonly fileName?: string;
  /** Without angle brackets. */
  readonly contentId?: string;
  readonly description?: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly children?: readonly MimePartDraft[];
}
