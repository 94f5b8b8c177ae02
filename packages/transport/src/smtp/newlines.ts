import { findBareNewline } from '@mss/formats/mime';

/**
 * The message with every line ended by CRLF: a bare LF or a bare CR becomes one. The very array that was given when
 * there is none.
 *
 * For content whose writer meant line ends, such as a `raw` message handed to nodemailer. A message that was signed,
 * or whose bytes are kept as evidence, must not be changed: submit that one as it is.
 */
export function normaliseNewlines(message: Uint8Array): Uint8Array {
  if (findBareNewline(message) === -1) return message;
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('latin1');
  return new Uint8Array(Buffer.from(text.replaceAll(/\r\n|\r|\n/g, '\r\n'), 'latin1'));
}
