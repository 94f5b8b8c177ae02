import type { MssWarning, ReadResult } from '@mss/core';
import { decodeCharset } from './charset.js';
import { decodeTransfer } from './transfer-encoding.js';
import type { MimeHeader, MimeMessage, MimePart, MimeWarningCode } from './types.js';

/** Everything that reading a part found out. */
export interface PartFields {
  readonly headers: readonly MimeHeader[];
  readonly mediaType: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: string | null;
  readonly fileName: string | null;
  readonly contentId: string | null;
  readonly children: readonly MimePart[];
  readonly source: Uint8Array;
  readonly raw: Uint8Array;
  /** Transfer encoding to undo. */
  readonly encoding: string;
}

/** A part as read: values, and decoding on demand. */
export class ParsedPart implements MimePart {
  readonly headers: readonly MimeHeader[];
  readonly mediaType: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: string | null;
  readonly fileName: string | null;
  readonly contentId: string | null;
  readonly children: readonly MimePart[];
  readonly source: Uint8Array;
  readonly raw: Uint8Array;
  readonly #encoding: string;

  constructor(fields: PartFields) {
    this.headers = fields.headers;
    this.mediaType = fields.mediaType;
    this.parameters = fields.parameters;
    this.disposition = fields.disposition;
    this.fileName = fields.fileName;
    this.contentId = fields.contentId;
    this.children = fields.children;
    this.source = fields.source;
    this.raw = fields.raw;
    this.#encoding = fields.encoding;
  }

  decode(): ReadResult<Uint8Array, MimeWarningCode> {
    const { bytes, warnings } = decodeTransfer(this.raw, this.#encoding);
    return { value: bytes, warnings };
  }

  content(): Uint8Array {
    return this.decode().value;
  }

  decodeText(): ReadResult<string, MimeWarningCode> {
    const { value: bytes, warnings } = this.decode();
    const { text, assumed } = decodeCharset(bytes, this.parameters['charset'] ?? null);
    if (assumed === null) return { value: text, warnings };
    const warning: MssWarning<MimeWarningCode> = { code: 'MIME_CHARSET', message: `the charset is unknown or wrong; read as ${assumed}` };
    return { value: text, warnings: [...warnings, warning] };
  }

  text(): string {
    return this.decodeText().value;
  }

  header(name: string): string | null {
    const wanted = name.toLowerCase();
    return this.headers.find((header) => header.name.toLowerCase() === wanted)?.value ?? null;
  }

  headersNamed(name: string): readonly MimeHeader[] {
    const wanted = name.toLowerCase();
    return this.headers.filter((header) => header.name.toLowerCase() === wanted);
  }
}

/** A whole message as read. */
export class ParsedMessage extends ParsedPart implements MimeMessage {
  get bytes(): Uint8Array {
    return this.source;
  }
}
