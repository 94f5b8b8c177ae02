import type { StoredMessage } from '../store/folder.js';
import type { SectionItem } from './fetch-items.js';
import { findPart, headerBytes, nestedMessage, partTree, type ImapPart } from './part-tree.js';

/** Whether the bytes at this line begin a field that is asked for. */
function selectFields(header: Uint8Array, names: readonly string[], invert: boolean): Uint8Array {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const fields =
    Buffer.from(header)
      .toString('latin1')
      .match(/[^\r\n][^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? [];
  const kept = fields.filter((field) => wanted.has((field.split(':')[0] ?? '').trim().toLowerCase()) !== invert);
  return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
}

function ofMessage(message: ImapPart, item: SectionItem): Uint8Array {
  switch (item.what) {
    case 'HEADER':
      return headerBytes(message);
    case 'HEADER.FIELDS':
      return selectFields(headerBytes(message), item.fields, false);
    case 'HEADER.FIELDS.NOT':
      return selectFields(headerBytes(message), item.fields, true);
    default:
      return message.raw;
  }
}

/** The bytes of a section; `null` when the message has no such part. */
export function sectionBytes(stored: StoredMessage, item: SectionItem): Uint8Array | null {
  const bytes = wholeSection(stored, item);
  if (bytes === null || item.partial === null) return bytes;
  return bytes.subarray(item.partial.offset, item.partial.offset + item.partial.count);
}

function wholeSection(stored: StoredMessage, item: SectionItem): Uint8Array | null {
  if (item.path.length === 0) return item.what === 'all' ? stored.content : ofMessage(partTree(stored), item);
  const part = findPart(partTree(stored), item.path);
  if (part === null) return null;
  if (item.what === 'all') return part.raw;
  if (item.what === 'MIME') return headerBytes(part);
  const nested = nestedMessage(part);
  return nested === null ? null : ofMessage(nested, item);
}
