/**
 * Encodes a parameter value.
 *
 *     xtext = *( xchar / hexchar ) ; xchar = "!" to "~" except "+" and "=" ; hexchar = "+" 2HEXDIGIT (upper case)
 *
 * @throws RangeError when the text is not printable ASCII or space
 * @see RFC 3461 §4
 */
export function encodeXtext(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw new RangeError('xtext holds printable ASCII only');
  return text.replaceAll(/[^!-~]|[+=]/g, (character) => `+${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/**
 * Encodes a UTF-8 address for ORCPT on a server with SMTPUTF8.
 *
 *     utf-8-addr-unitext: QCHAR and UTF-8; "\x{" HEXPOINT "}" for backslash, plus, equals and everything unprintable
 *
 * @see RFC 6533 §3
 */
export function encodeUtf8Address(address: string): string {
  return address.replaceAll(/[\\+=\p{C}\p{Z}]/gu, (character) => `\\x{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}
