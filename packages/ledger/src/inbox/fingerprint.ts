import { createHash, type Hash } from 'node:crypto';

import { concatBytes, isMssError, type Limits } from '@mss/core';
import { parseMessageIds, parseMime, type MimeMessage } from '@mss/formats/mime';

/**
 * Fields that the sender's software writes. Everything else (Received, Return-Path, Delivered-To, Authentication-Results,
 * X-Spam-…, X-UID …) is written by the servers on the way or by the one that holds the mailbox: it differs between two copies of one
 * message and changes when a folder is made anew, so it is left out.
 */
const originatorFields: ReadonlySet<string> = new Set([
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'comments',
  'keywords',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'content-description',
  'content-language',
  'auto-submitted',
  'disposition-notification-to',
  'disposition-notification-options',
  'return-receipt-to',
  'importance',
  'priority',
]);

/** What a message is known by. */
export interface Fingerprint {
  /** With angle brackets; `null` without a usable one. */
  readonly messageId: string | null;
  /** SHA-256, hex, of the originator fields and the body; see {@link originatorFields}. */
  readonly content: string;
  /** The header section, parsed; `null` when it is over a limit. */
  readonly header: MimeMessage | null;
  /** Code of the error that the header was refused with. */
  readonly headerError: string | null;
  readonly sizeBytes: number;
}

/**
 * Takes the fingerprint of a message piece by piece, in memory bounded by `limits.headerBytes`.
 *
 * Two copies have the same one when the sender's header fields (unfolded, runs of white space as one, in the order of their names)
 * and the bytes of the body are equal, empty lines at the end apart. A body that a gateway encoded anew is another content.
 */
export class Fingerprinter {
  readonly #limits: Limits;
  readonly #body: Hash = createHash('sha256');
  /** The state after the last byte that is not part of the line ends at the very end. */
  #bodyUpToText: Hash = createHash('sha256');
  #start: Uint8Array[] = [];
  #startBytes = 0;
  #header: Uint8Array | null = null;
  #sizeBytes = 0;
  #overLimit = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  update(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (this.#header !== null) {
      this.#updateBody(chunk);
      return;
    }
    this.#start.push(chunk);
    this.#startBytes += chunk.length;
    const all = this.#start.length === 1 ? chunk : concatBytes(this.#start);
    this.#start = [all];
    const end = endOfHeader(all);
    if (end === null && this.#startBytes <= this.#limits.headerBytes) return;
    // The cut is the same whether the message comes whole or in pieces.
    const fits = end !== null && end.header <= this.#limits.headerBytes;
    const at = fits ? end : { header: this.#limits.headerBytes, body: this.#limits.headerBytes };
    this.#overLimit = !fits;
    this.#header = all.subarray(0, at.header);
    this.#start = [];
    this.#updateBody(all.subarray(at.body));
  }

  digest(): Fingerprint {
    const bytes = this.#header ?? this.#start[0] ?? new Uint8Array();
    const { header, error } = this.#overLimit ? { header: null, error: 'ERR_MSS_MIME_LIMIT' } : parseHeader(bytes, this.#limits);
    const hash = createHash('sha256');
    if (header === null) hash.update(bytes);
    else {
      const fields = header.headers
        .map(({ name, raw }) => [name.toLowerCase(), raw.replaceAll(/\s+/g, ' ').trim()] as const)
        .filter(([name]) => originatorFields.has(name) || name.startsWith('x-mss-'));
      // Stable: fields of the same name stay in their order.
      for (const [name, value] of fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) hash.update(`${name}:${value}\n`);
    }
    hash.update('\n').update(this.#bodyUpToText.copy().digest());
    return {
      messageId: header === null ? null : (parseMessageIds(header.header('message-id') ?? '')[0] ?? null),
      content: hash.digest('hex'),
      header,
      headerError: error,
      sizeBytes: this.#sizeBytes,
    };
  }

  #updateBody(chunk: Uint8Array): void {
    let end = chunk.length;
    while (end > 0 && (chunk[end - 1] === 0x0a || chunk[end - 1] === 0x0d)) end -= 1;
    if (end > 0) {
      this.#body.update(chunk.subarray(0, end));
      this.#bodyUpToText = this.#body.copy();
    }
    this.#body.update(chunk.subarray(end));
  }
}

/** The fingerprint of a message in memory. */
export function fingerprintOf(bytes: Uint8Array, limits: Limits): Fingerprint {
  const fingerprinter = new Fingerprinter(limits);
  fingerprinter.update(bytes);
  return fingerprinter.digest();
}

/** Where the first empty line is; `null` without one. */
function endOfHeader(bytes: Uint8Array): { readonly header: number; readonly body: number } | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crlf = view.indexOf('\r\n\r\n');
  const lf = view.subarray(0, crlf < 0 ? view.length : crlf).indexOf('\n\n');
  if (lf >= 0) return { header: lf + 1, body: lf + 2 };
  return crlf < 0 ? null : { header: crlf + 2, body: crlf + 4 };
}

function parseHeader(bytes: Uint8Array, limits: Limits): { readonly header: MimeMessage | null; readonly error: string | null } {
  try {
    return { header: parseMime(concatBytes([bytes, new Uint8Array([0x0d, 0x0a])]), { limits }).value, error: null };
  } catch (error) {
    if (!isMssError(error)) throw error;
    return { header: null, error: error.code };
  }
}
