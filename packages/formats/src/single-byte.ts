import { viewAsBuffer } from './own-bytes.js';

/** What the bytes 0x80 to 0x9F mean in windows-1252; five of them mean nothing and stay C1 controls, as WHATWG has it. */
const windows1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The eight characters in which ISO-8859-15 differs from ISO-8859-1. */
const latin9: Readonly<Record<string, string>> = {
  '\u00a4': '\u20ac',
  '\u00a6': '\u0160',
  '\u00a8': '\u0161',
  '\u00b4': '\u017d',
  '\u00b8': '\u017e',
  '\u00bc': '\u0152',
  '\u00bd': '\u0153',
  '\u00be': '\u0178',
};

const latin1 = (bytes: Uint8Array): string => viewAsBuffer(bytes).toString('latin1');

/**
 * Bytes in windows-1252 as text; ISO-8859-1 is read the same way, since its bytes 0x80 to 0x9F are controls that no
 * document holds and Windows software that declares ISO-8859-1 writes its quotes and dashes there.
 *
 * QUIRK: not `new TextDecoder('windows-1252')`: Node 22.13 to 22.18 and 24.0 to 24.6, at least, decode 0x80 to 0x9F as C1 controls.
 *
 * @see WHATWG Encoding Standard, §4.2 (label "iso-8859-1") and index-windows-1252.txt
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  return latin1(bytes).replaceAll(/[\u0080-\u009f]/g, (character) => windows1252.charAt(character.charCodeAt(0) - 0x80));
}

/** Bytes in ISO-8859-15 (latin-9: the euro sign and œ) as text. */
export function decodeIso885915(bytes: Uint8Array): string {
  return latin1(bytes).replaceAll(/[\u00a4\u00a6\u00a8\u00b4\u00b8\u00bc-\u00be]/g, (character) => latin9[character] ?? character);
}
