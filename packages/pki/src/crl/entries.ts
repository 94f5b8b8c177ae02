import { concatBytes, equalBytes } from '@mss/core';
import { childrenOf, contentOf, readTlv, tags, type Tlv } from '../der/reader.js';
import { hexOf, timeOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { readExtensions } from '../x509/extensions.js';

/** What a CRL says about a serial number. */
export interface CrlEntry {
  readonly revokedAt: Date;
  /** RFC 5280 §5.3.1, `null` when it gives none. */
  readonly reason: string | null;
}

/** The revoked serial numbers of one CRL, ready to be asked. */
export interface CrlEntries {
  readonly count: number;
  /** Whether a serial number is listed, whatever else its entry says. @param serial - the bytes of the INTEGER. */
  has(serial: Uint8Array): boolean;
  /** @throws ERR_MSS_PKI_DER | ERR_MSS_PKI_CRL_MALFORMED when the entry's date or extensions cannot be read */
  find(serial: Uint8Array): CrlEntry | null;
}

const reasons: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

const malformed = (): Error => pkiError('ERR_MSS_PKI_CRL_MALFORMED', 'an entry of the CRL is malformed');

/** Reason codes and invalidity dates ask for nothing; any other critical extension makes the whole CRL unusable (RFC 5280 §5.3). */
function checkEntryExtensions(der: Uint8Array, list: Tlv): void {
  for (const { oid, critical } of readExtensions(der, list)) {
    if (critical && oid !== '2.5.29.21' && oid !== '2.5.29.24') {
      throw pkiError('ERR_MSS_PKI_CRL_UNSUPPORTED', `an entry of the CRL has the critical extension ${oid}, which is not processed`);
    }
  }
}

function readEntry(der: Uint8Array, at: number, limit: number): CrlEntry {
  const [, time, list] = childrenOf(der, readTlv(der, at, limit), 3);
  if (time === undefined) throw malformed();
  const reason = list === undefined ? undefined : readExtensions(der, list).find((one) => one.oid === '2.5.29.21');
  const code = reason === undefined ? null : contentOf(der, reason.value)[0];
  return { revokedAt: timeOf(der, time), reason: code === null || code === undefined ? null : (reasons[code] ?? String(code)) };
}

/** A critical extension holds a BOOLEAN, which begins like this. Where it does not occur, nothing critical can be. */
const markOfBoolean = Uint8Array.of(0x01, 0x01);

/** Answers that are remembered. */
const maxAnswers = 1000;

/** Instead of an offset: not listed. A CRL begins with its header, so that no entry stands at 0. */
const notListed = 0;

/**
 * The entries where they stand in the DER. The first question is answered by a native search, the next ones from a hash table of
 * offsets (4 bytes a slot, at most 16 bytes an entry), which is made when there is a second question: most CRLs are asked about one
 * server. No object is made for an entry, and an entry's extensions are opened only where something critical may stand.
 */
class DerEntries implements CrlEntries {
  readonly count: number;
  readonly #der: Uint8Array;
  readonly #list: Tlv;
  /** Where the entries stand that were asked for. */
  readonly #answers = new Map<string, number>();
  #slots: Uint32Array | null = null;

  constructor(der: Uint8Array, list: Tlv) {
    this.#der = der;
    this.#list = list;
    this.count = this.#walk();
  }

  has(serial: Uint8Array): boolean {
    return this.#locate(serial) !== notListed;
  }

  find(serial: Uint8Array): CrlEntry | null {
    const at = this.#locate(serial);
    return at === notListed ? null : readEntry(this.#der, at, this.#list.end);
  }

  #locate(serial: Uint8Array): number {
    const key = hexOf(serial);
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#answers.size === 0 ? this.#scan(serial) : this.#ask(serial);
      if (this.#answers.size < maxAnswers) this.#answers.set(key, answer);
    }
    return answer;
  }

  /**
   * Checks the frame of every entry. One loop without calls, because it runs for each of 200,000 entries.
   *
   * @returns the number of entries
   */
  #walk(): number {
    const der = this.#der;
    const limit = this.#list.end;
    let suspect = this.#nextBoolean(this.#list.start);
    let count = 0;
    for (let at = this.#list.start; at < limit; count++) {
      let start = at + 2;
      let end = start + (der[at + 1] ?? 0);
      if ((der[at + 1] ?? 0) >= 0x80) ({ start, end } = readTlv(der, at, limit));
      const serialLength = der[start + 1] ?? 0;
      const time = start + 2 + serialLength;
      const extensions = time + 2 + (der[time + 1] ?? 0);
      const framed = der[at] === 0x30 && end <= limit && der[start] === 0x02 && serialLength > 0 && serialLength <= 64;
      if (!framed || (der[time] !== 0x17 && der[time] !== 0x18) || extensions > end) throw malformed();
      // A serial is minimal DER, so that it can be written in one way only: no superfluous zeros or ones before it.
      if (serialLength > 1 && (((der[start + 2] ?? 0) << 1) | ((der[start + 3] ?? 0) >> 7)) % 511 === 0) throw malformed();
      if (suspect < end) {
        if (extensions < end) this.#checkRest(extensions, end);
        suspect = this.#nextBoolean(end);
      }
      at = end;
    }
    return count;
  }

  #nextBoolean(from: number): number {
    const found = Buffer.from(this.#der.buffer, this.#der.byteOffset, this.#list.end).indexOf(markOfBoolean, from);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }

  #checkRest(at: number, end: number): void {
    const list = readTlv(this.#der, at, end);
    if (list.tag !== tags.sequence || list.end !== end) throw malformed();
    checkEntryExtensions(this.#der, list);
  }

  /** Searches the serial's bytes natively; only a hit is looked at more closely, because they may stand inside something else. */
  #scan(wanted: Uint8Array): number {
    const element = concatBytes([Uint8Array.of(0x02, wanted.length), wanted]);
    const hit = Buffer.from(this.#der.buffer, this.#der.byteOffset, this.#list.end).indexOf(element, this.#list.start);
    return hit < 0 ? notListed : this.#ask(wanted);
  }

  #ask(wanted: Uint8Array): number {
    const slots = (this.#slots ??= this.#makeTable());
    const mask = slots.length - 1;
    let slot = hashSerial(wanted, 0, wanted.length) & mask;
    for (let entry = slots[slot] ?? notListed; entry !== notListed; entry = slots[slot] ?? notListed) {
      const { start, end } = readTlv(this.#der, readTlv(this.#der, entry, this.#list.end).start, this.#list.end);
      if (equalBytes(this.#der.subarray(start, end), wanted)) return entry;
      slot = (slot + 1) & mask;
    }
    return notListed;
  }

  /** The frames were checked before: here they are only followed. */
  #makeTable(): Uint32Array {
    const der = this.#der;
    const limit = this.#list.end;
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(this.count * 1.4 + 4)));
    const mask = slots.length - 1;
    for (let at = this.#list.start; at < limit;) {
      let start = at + 2;
      let end = start + (der[at + 1] ?? 0);
      if ((der[at + 1] ?? 0) >= 0x80) ({ start, end } = readTlv(der, at, limit));
      let slot = hashSerial(der, start + 2, start + 2 + (der[start + 1] ?? 0)) & mask;
      while (slots[slot] !== notListed) slot = (slot + 1) & mask;
      slots[slot] = at;
      at = end;
    }
    return slots;
  }
}

/** The last four bytes of a serial: they differ, whether an authority counts or draws. Bytes that a short serial lacks are zero. */
function hashSerial(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let index = to - 4 > from ? to - 4 : from; index < to; index++) value = (value << 8) | (bytes[index] ?? 0);
  const hash = Math.imul(value, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const none: CrlEntries = Object.freeze({ count: 0, has: () => false, find: () => null });

/**
 * Walks the entries of a CRL once, verifying each one's frame, and returns a table to ask.
 *
 * @throws ERR_MSS_PKI_CRL_MALFORMED when an entry is malformed
 * @throws ERR_MSS_PKI_CRL_UNSUPPORTED when an entry has a critical extension that is not processed (an indirect CRL's, for example)
 */
export function indexEntries(der: Uint8Array, list: Tlv | null): CrlEntries {
  return list === null || list.start === list.end ? none : new DerEntries(der, list);
}
