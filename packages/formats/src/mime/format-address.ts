import { MssError } from '@mss/core';
import type { MimeErrorCode } from '../errors.js';
import type { MailAddress } from './address-list.js';
import { encodeWords } from './encode-words.js';
import { formatMssAddress, parseMssAddress } from './mss-address.js';
import { checkHeaderText } from './refuse.js';

const atoms = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** A display name as a header field writes it: atoms, a quoted string, or RFC 2047 words. */
function formatName(name: string): string {
  checkHeaderText(name);
  const ascii = /^[ -~]*$/.test(name) && !name.includes('=?') && !/^ | $| {2}/.test(name);
  if (!ascii) return encodeWords(name, { context: 'phrase', column: 1 }).words.join(' ');
  return atoms.test(name) ? name : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/**
 * One mailbox as a header field writes it, on one line: `Dupont <a@b.fr>`, `"Dupont, J." <a@b.fr>`,
 * `=?UTF-8?Q?H=C3=A9l=C3=A8ne?= <a@b.fr>`, or the address alone. The domain in A-labels.
 *
 * @throws MssError `ERR_MSS_MIME_ADDRESS_INVALID` the address is not one that can be written to.
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` a control character in the name.
 * @see RFC 5322 §3.4, RFC 2047 §5(3)
 */
export function formatAddress(mailbox: MailAddress): string {
  const parsed = parseMssAddress(mailbox.address);
  if (parsed === null) throw new MssError<MimeErrorCode>('ERR_MSS_MIME_ADDRESS_INVALID', 'not an e-mail address that can be written to');
  const address = formatMssAddress(parsed);
  return mailbox.name === null || mailbox.name.trim() === '' ? address : `${formatName(mailbox.name)} <${address}>`;
}
