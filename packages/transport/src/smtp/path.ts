import { MssError } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import type { SmtpErrorCode } from '../errors.js';

/** An address as it goes between the angle brackets of MAIL FROM and RCPT TO. */
export interface SmtpPath {
  /** Without angle brackets; the domain in A-labels unless the local part itself needs UTF-8. */
  readonly text: string;
  /** The local part is not ASCII: only a server with SMTPUTF8 takes it. */
  readonly needsUtf8: boolean;
}

const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
const atextUtf8 = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\p{L}\\p{M}\\p{N}\\p{S}]";
const dotString = new RegExp(`^${atext}+(\\.${atext}+)*$`);
const dotStringUtf8 = new RegExp(`^${atextUtf8}+(\\.${atextUtf8}+)*$`, 'u');
const quotedString = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const addressLiteral = /^\[[A-Za-z0-9:.-]{2,60}\]$/;

/**
 * Writes an address for the envelope.
 *
 *     Mailbox = ( Dot-string / Quoted-string ) "@" ( Domain / address-literal )
 *
 * The domain becomes lower case and A-labels. Lengths: local part 64 octets, whole path 254 octets (RFC 5321 §4.5.3.1).
 * Not checked: whether the domain exists, or belongs to the trust space.
 *
 * @throws MssError `ERR_MSS_SMTP_ADDRESS`; the error does not repeat the address
 */
export function writePath(address: string): SmtpPath {
  const at = address.lastIndexOf('@');
  const localPart = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1);
  const ascii = dotString.test(localPart) || quotedString.test(localPart);
  if (!ascii && !dotStringUtf8.test(localPart)) throw addressError();
  const asciiDomain = addressLiteral.test(domain) ? domain : toAsciiDomain(domain);
  if (asciiDomain === null) throw addressError();
  const text = `${ascii ? localPart : localPart.normalize('NFC')}@${asciiDomain}`;
  if (Buffer.byteLength(localPart) > 64 || Buffer.byteLength(text) > 254) throw addressError();
  return { text, needsUtf8: !ascii };
}

function addressError(): MssError<SmtpErrorCode> {
  return new MssError('ERR_MSS_SMTP_ADDRESS', 'an address of the envelope is not an SMTP mailbox');
}
