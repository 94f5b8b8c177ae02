import type { ReadResult } from '@mss/core';

/** One field of a header section. */
export interface MimeHeader {
  /** As written. */
  readonly name: string;
  /** Unfolded, not decoded; bytes above 127 read as UTF-8, or as windows-1252 when they are not UTF-8. */
  readonly raw: string;
  /** {@link raw} with its RFC 2047 words decoded and its ends trimmed. */
  readonly value: string;
}

/** What the MIME reader tolerated. */
export type MimeWarningCode =
  /** A mailbox separator ("From …") or empty lines before the header section. */
  | 'MIME_LEADING_LINES'
  /** A line in a header section that is no field. */
  | 'MIME_HEADER_MALFORMED'
  /** Bytes above 127 in a header section. */
  | 'MIME_HEADER_8BIT'
  /** A field that must be alone appears more than once; the first one counts. */
  | 'MIME_HEADER_REPEATED'
  /** A Content-Type that is no media type; the part is read as text/plain. */
  | 'MIME_CONTENT_TYPE'
  /** A multipart without boundary parameter, or whose boundary never appears; it has no children. */
  | 'MIME_BOUNDARY_MISSING'
  /** A multipart whose last delimiter is missing: the message was perhaps cut. */
  | 'MIME_BOUNDARY_UNCLOSED'
  /** A message inside the message that is base64 or quoted-printable, which RFC 2046 forbids; it is read all the same. */
  | 'MIME_MESSAGE_ENCODED'
  /** A message inside the message that has no header field. */
  | 'MIME_MESSAGE_WITHOUT_HEADER'
  /** A Content-Transfer-Encoding that is unknown, or not allowed there; the bytes are taken as they are. */
  | 'MIME_TRANSFER_ENCODING'
  /** base64 with foreign characters, inner padding or an incomplete end. */
  | 'MIME_BASE64'
  /** quoted-printable with "=" before something else than two digits. */
  | 'MIME_QUOTED_PRINTABLE'
  /** A charset that is unknown or that is not that of the bytes; what was used instead is in the message. */
  | 'MIME_CHARSET'
  /** An address that is not one of RFC 5322, kept as written or left out. */
  | 'MIME_ADDRESS';

/** One part of a message: a leaf, a multipart, or a message inside the message. */
export interface MimePart {
  readonly headers: readonly MimeHeader[];
  /** Lower case; `text/plain` when none is given (`message/rfc822` in a multipart/digest). */
  readonly mediaType: string;
  /** Of Content-Type, names in lower case, RFC 2231 decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `attachment`, `inline` or another word in lower case; `null` without Content-Disposition. */
  readonly disposition: string | null;
  /**
   * `filename` of Content-Disposition, else `name` of Content-Type; RFC 2231, RFC 2047 or raw UTF-8. It is the sender's
   * text, perhaps with `/` or `..`: never a path.
   */
  readonly fileName: string | null;
  /** Without angle brackets. */
  readonly contentId: string | null;
  /** Parts of a multipart; of a message/rfc822 part, its message. */
  readonly children: readonly MimePart[];
  /** Header section and body as received. */
  readonly source: Uint8Array;
  /** The body as received, still encoded. */
  readonly raw: Uint8Array;
  /** The body without its transfer encoding; what was tolerated is told by {@link decode}. */
  content(): Uint8Array;
  /** {@link content}, with what was tolerated. */
  decode(): ReadResult<Uint8Array, MimeWarningCode>;
  /** The body as text, line ends as received; what was tolerated is told by {@link decodeText}. */
  text(): string;
  /** {@link text}, with what was tolerated. */
  decodeText(): ReadResult<string, MimeWarningCode>;
  /** Decoded value of the first field with that name, whatever its case; `null` without one. */
  header(name: string): string | null;
  /** Every field with that name, in order. */
  headersNamed(name: string): readonly MimeHeader[];
}

/** A whole message. */
export interface MimeMessage extends MimePart {
  /** The message as received. */
  readonly bytes: Uint8Array;
}
