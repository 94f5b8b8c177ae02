import { concatBytes } from '@mss/core';
import type { ClearDialogue } from '../types.js';
import { nonsense, refused, unavailable } from './refusals.js';

/** Most bytes of the server's answer. */
const maxAnswerBytes = 4096;

/** Results that may pass: busy, unavailable (RFC 4511 §4.1.9). */
const passing: ReadonlySet<number> = new Set([51, 52]);

/** `LDAPMessage { 1, extendedReq { requestName 1.3.6.1.4.1.1466.20037 } }` */
const request: Uint8Array = concatBytes([
  Uint8Array.of(0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16),
  Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1'),
]);

/** One element of BER with a definite length. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

/**
 * QUIRK: lengths in more octets than they need are read, too: Active Directory writes all of them in four, and LDAP's BER allows it
 * (RFC 4511 §5.1).
 */
function element(bytes: Uint8Array): Element {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || first === 0x80 || first > 0x84) throw nonsense('LDAP');
  const digits = first < 0x80 ? 0 : first & 0x7f;
  const start = 2 + digits;
  let length = first;
  if (digits > 0) length = bytes.subarray(2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  if (bytes.length < start + length) throw nonsense('LDAP');
  return { tag, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

/** One LDAPMessage, and not a byte more. */
async function readMessage(io: ClearDialogue): Promise<Uint8Array> {
  const head = await io.read(2);
  const [tag, first = 0] = head;
  if (tag !== 0x30 || first === 0x80 || first > 0x84) throw nonsense('LDAP');
  const digits = first < 0x80 ? new Uint8Array() : await io.read(first & 0x7f);
  const length = first < 0x80 ? first : digits.reduce((sum, octet) => sum * 256 + octet, 0);
  if (length > maxAnswerBytes) throw nonsense('LDAP');
  return io.read(length);
}

/** The StartTLS request of LDAP and its answer (RFC 4511 §4.14). No bind, no search goes before it. */
export async function ldap(io: ClearDialogue): Promise<void> {
  await io.write(request);
  const id = element(await readMessage(io));
  if (id.tag !== 0x02 || id.content.length !== 1) throw nonsense('LDAP');
  const answer = element(id.rest);
  // ExtendedResponse [APPLICATION 24]; under message 0 it is the notice of disconnection (§4.4.1).
  if (answer.tag !== 0x78 || (id.content[0] !== 1 && id.content[0] !== 0)) throw nonsense('LDAP');
  const result = element(answer.content);
  if (result.tag !== 0x0a || result.content.length !== 1) throw nonsense('LDAP');
  const [code = 0] = result.content;
  if (id.content[0] === 0) throw unavailable('LDAP', 'ends the connection');
  if (code !== 0) throw refused('LDAP', `answers ${code} to StartTLS`, passing.has(code));
}
