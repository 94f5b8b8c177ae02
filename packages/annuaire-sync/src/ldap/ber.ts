import { ldapError } from './errors.js';

/** One element: its tag octet and its contents. */
export interface BerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const malformed = (): Error => ldapError('ERR_MSS_ANNUAIRE_LDAP_PROTOCOL', 'the server does not speak LDAP');

/** Octets of a length that may be written before the length itself is looked at (RFC 4511 §5.1: definite form only). */
const maxLengthOctets = 4;

/**
 * The head of an element: how long the head is, and how long its contents are; `null` when more bytes are needed.
 *
 * @throws ERR_MSS_ANNUAIRE_LDAP_PROTOCOL for the indefinite form and for lengths above 32 bits
 */
export function headOf(bytes: Uint8Array, at: number): { readonly start: number; readonly length: number } | null {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { start: at + 2, length: first };
  const digits = first & 0x7f;
  if (digits === 0 || digits > maxLengthOctets) throw malformed();
  if (bytes.length < at + 2 + digits) return null;
  // QUIRK: more octets than needed are read: Active Directory writes all lengths in four (RFC 4511 §5.1 allows it).
  const length = bytes.subarray(at + 2, at + 2 + digits).reduce((sum, octet) => sum * 256 + octet, 0);
  return { start: at + 2 + digits, length };
}

/** The elements that fill some bytes exactly. */
export class BerCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The tag that comes next, or -1 at the end. */
  get tag(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  /** @throws ERR_MSS_ANNUAIRE_LDAP_PROTOCOL when there is none, when it is cut, or when it has another tag */
  next(tag?: number): BerElement {
    const found = this.tag;
    const head = headOf(this.#bytes, this.#at);
    if (head === null || head.start + head.length > this.#bytes.length || (tag !== undefined && tag !== found)) throw malformed();
    this.#at = head.start + head.length;
    return { tag: found, content: this.#bytes.subarray(head.start, this.#at) };
  }
}

/** A non-negative integer or enumeration of at most 31 bits. */
export function naturalOf({ content }: BerElement): number {
  if (content.length === 0 || content.length > 4 || (content[0] ?? 0) > 0x7f) throw malformed();
  return content.reduce((sum, octet) => sum * 256 + octet, 0);
}
