import { parseMime, type MimePart } from '@mss/formats/mime';
import type { StoredMessage } from '../store/folder.js';

/** What FETCH needs of a message: the tree of its parts. */
export type ImapPart = Pick<
  MimePart,
  'headers' | 'headersNamed' | 'mediaType' | 'parameters' | 'disposition' | 'fileName' | 'contentId' | 'raw' | 'source'
> & {
  readonly children: readonly ImapPart[];
};

const trees = new WeakMap<StoredMessage, ImapPart>();

/** The parts of a stored message, read once; a message over the reader's limits is one part of text. */
export function partTree(message: StoredMessage): ImapPart {
  let tree = trees.get(message);
  if (tree === undefined) trees.set(message, (tree = read(message.content)));
  return tree;
}

function read(content: Uint8Array): ImapPart {
  try {
    return parseMime(content).value;
  } catch {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const end = bytes.indexOf('\r\n\r\n');
    return {
      headers: [],
      headersNamed: () => [],
      mediaType: 'text/plain',
      parameters: {},
      disposition: null,
      fileName: null,
      contentId: null,
      raw: end === -1 ? bytes : bytes.subarray(end + 4),
      source: content,
      children: [],
    };
  }
}

export const isMultipart = (part: ImapPart): boolean => part.mediaType.startsWith('multipart/') && part.children.length > 0;

/** The message inside a message/rfc822 part. */
export function nestedMessage(part: ImapPart): ImapPart | null {
  return part.mediaType.startsWith('multipart/') ? null : (part.children[0] ?? null);
}

/** The header section of a part, its empty line included. */
export function headerBytes(part: ImapPart): Uint8Array {
  return part.source.subarray(0, part.source.length - part.raw.length);
}

/**
 * The part with a number, `1.2.3` (RFC 3501 §6.4.5).
 *
 * @param path - not empty.
 * @returns `null` when there is none.
 */
export function findPart(message: ImapPart, path: readonly number[]): ImapPart | null {
  const [number = 0, ...rest] = path;
  // A message that is no multipart has one part, itself.
  const children = isMultipart(message) ? message.children : [message];
  const part = children[number - 1];
  if (part === undefined) return null;
  if (rest.length === 0) return part;
  if (isMultipart(part)) return part === message ? null : findPart(part, rest);
  const nested = nestedMessage(part);
  return nested === null ? null : findPart(nested, rest);
}
