import { MssError } from '@mss/core';
import type { MimeErrorCode } from '../errors.js';
import { toAsciiDomain } from './domain.js';

/**
 * An e-mail address that can be written to, as it was given; made only by {@link parseMssAddress}, {@link ensureMssAddress}
 * and {@link isMssAddress}.
 *
 * ```
 * local part:  atom *( "." atom )            ASCII, at most 64 octets, no quoted string
 * domain:      label 1*( "." label )         letters, digits, hyphens, or an internationalised name
 * ```
 *
 * Not checked: that the domain belongs to the MSSanté trust space, or that the mailbox exists.
 *
 * @see RFC 5321 §4.1.2 and §4.5.3.1, RFC 5890
 */
export type MssAddress = string & { readonly __brand: 'MssAddress' };

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const localPart = new RegExp(`^${atom}(?:\\.${atom})*$`);

/** The address, or `null` when the text is not one. Spaces around it are not removed. */
export function parseMssAddress(text: string): MssAddress | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64 || text.length > 320) return null;
  const domain = toAsciiDomain(text.slice(at + 1));
  if (domain === null || at + 1 + domain.length > 254 || !localPart.test(text.slice(0, at))) return null;
  return text as MssAddress;
}

/** Whether a text is an address that can be written to. */
export function isMssAddress(text: string): text is MssAddress {
  return parseMssAddress(text) !== null;
}

/**
 * The address of a text that must be one.
 *
 * @throws MssError `ERR_MSS_MIME_ADDRESS_INVALID`; the text is not in the error, it may name a patient.
 */
export function ensureMssAddress(text: string): MssAddress {
  const address = parseMssAddress(text);
  if (address === null) throw new MssError<MimeErrorCode>('ERR_MSS_MIME_ADDRESS_INVALID', 'not an e-mail address that can be written to');
  return address;
}

/** The address as SMTP and header fields write it: the local part untouched, the domain in lower case and A-labels. */
export function formatMssAddress(address: MssAddress): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${toAsciiDomain(address.slice(at + 1)) ?? address.slice(at + 1)}`;
}

/**
 * Whether two addresses name the same mailbox: the same local part and the same domain, case and IDNA form apart.
 *
 * @param options.ignoreLocalCase - compares the local parts without case as well. RFC 5321 §2.4 makes them
 * case-sensitive; hardly any server does. Default `false`.
 */
export function equalAddresses(a: string, b: string, options: { readonly ignoreLocalCase?: boolean } = {}): boolean {
  const normal = (address: string): string => {
    const at = address.lastIndexOf('@');
    const domain = address.slice(at + 1);
    const local = address.slice(0, Math.max(at, 0));
    return `${options.ignoreLocalCase === true ? local.toLowerCase() : local}@${toAsciiDomain(domain) ?? domain.toLowerCase()}`;
  };
  return normal(a) === normal(b);
}
