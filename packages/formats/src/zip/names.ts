import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Limits } from '@mss/core';
import { decodeCp437 } from './cp437.js';
import type { ZipWarningCode } from './types.js';

const control = /[\u0000-\u001f\u007f]/;

/** Why a name is not accepted, or `null`. The name has `/` between folders. */
export function unsafeName(name: string, limits: Limits): string | null {
  if (name === '' || name === '/') return 'an empty name';
  if (name.startsWith('/')) return 'an absolute name';
  if (/^[A-Za-z]:/.test(name)) return 'a name with a drive letter';
  if (control.test(name)) return 'a control character in a name';
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (segments.includes('..')) return 'a name that climbs with ".."';
  if (segments.length - 1 > limits.entryDepth) return 'more folders above an entry than the limit entryDepth';
  return null;
}

/** The form in which two names must differ: case folded, composed, a folder like a file. */
export function foldName(name: string): string {
  return name.replace(/\/$/, '').normalize('NFC').toLowerCase();
}

/** The Unicode name of the Info-ZIP extra field 0x7075, when it belongs to this name. */
function unicodePath(name: Buffer, extra: Buffer): string | null {
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    const field = extra.subarray(at + 4, at + 4 + size);
    if (extra.readUInt16LE(at) === 0x7075 && field.length === size && size > 5 && field[0] === 1) {
      const text = field.subarray(5);
      if (field.readUInt32LE(1) === crc32(name) && isUtf8(text)) return text.toString('utf8');
    }
    at += 4 + size;
  }
  return null;
}

/**
 * The name of an entry as text, and how it had to be read.
 *
 * | bytes | read as |
 * |---|---|
 * | ASCII | itself |
 * | UTF-8 flag, or a valid Info-ZIP Unicode path field | UTF-8 |
 * | no flag, valid UTF-8 | UTF-8, with a warning: macOS and many libraries forget the flag |
 * | anything else | code page 437, with a warning |
 *
 * Then `\` is `/` (.NET before 4.6.1 and PowerShell write it), and `./` and `//` are removed.
 *
 * @see APPNOTE.TXT 6.3.10, §4.4.17, §4.6.9, appendix D
 */
export function decodeName(
  bytes: Buffer,
  options: { readonly utf8Flag: boolean; readonly extra: Buffer },
): { readonly name: string; readonly tolerated: readonly ZipWarningCode[] } {
  const tolerated: ZipWarningCode[] = [];
  let name: string;
  let ascii = true;
  for (const byte of bytes) if (byte > 0x7f) ascii = false;
  if (ascii) name = bytes.toString('latin1');
  else {
    const unicode = options.utf8Flag ? null : unicodePath(bytes, options.extra);
    const valid = isUtf8(bytes);
    if (unicode !== null) name = unicode;
    else if (valid) name = bytes.toString('utf8');
    else name = decodeCp437(bytes);
    if (unicode === null && !valid) tolerated.push('ZIP_NAME_CP437');
    else if (unicode === null && !options.utf8Flag) tolerated.push('ZIP_NAME_UTF8_UNFLAGGED');
  }
  if (name.includes('\\')) {
    name = name.replaceAll('\\', '/');
    tolerated.push('ZIP_NAME_BACKSLASH');
  }
  if (/(^|\/)\.?\/|(^|\/)\.$/.test(name) && !name.startsWith('/')) {
    const isDirectory = /(^|\/)\.?$/.test(name);
    name =
      name
        .split('/')
        .filter((segment) => segment !== '' && segment !== '.')
        .join('/') + (isDirectory ? '/' : '');
    tolerated.push('ZIP_NAME_NORMALISED');
  }
  return { name, tolerated };
}
