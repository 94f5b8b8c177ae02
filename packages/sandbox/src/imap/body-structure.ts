import { asciiText, formatEnvelope, join } from './envelope.js';
import { formatNullable, formatString } from './format.js';
import { isMultipart, nestedMessage, type ImapPart } from './part-tree.js';

function parameters(values: Readonly<Record<string, string>>): string | Uint8Array {
  const pairs = Object.entries(values).flatMap(([name, value]) => [formatString(name), formatString(asciiText(value))]);
  return pairs.length === 0 ? 'NIL' : join(pairs);
}

function disposition(part: ImapPart): string | Uint8Array {
  if (part.disposition === null) return 'NIL';
  return join([formatString(part.disposition), parameters(part.fileName === null ? {} : { filename: part.fileName })]);
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x0a) count += 1;
  return count;
}

const rawValue = (part: ImapPart, name: string): string | null => part.headersNamed(name)[0]?.raw.trim() ?? null;

/**
 * BODYSTRUCTURE, or BODY without the extension data.
 *
 * A multipart whose parts cannot be found is shown as text: the grammar knows no multipart without parts.
 *
 * @see RFC 3501 §7.4.2
 */
export function formatBodyStructure(part: ImapPart, options: { readonly extended: boolean }): Uint8Array {
  const { extended } = options;
  const tail = extended ? [disposition(part), 'NIL', 'NIL'] : [];
  if (isMultipart(part)) {
    const children = Buffer.concat(part.children.map((child) => formatBodyStructure(child, options)));
    const subtype = formatString(part.mediaType.slice('multipart/'.length).toUpperCase());
    return join([children, subtype, ...(extended ? [parameters(part.parameters), ...tail] : [])]);
  }
  const shown = part.mediaType.startsWith('multipart/') ? 'text/plain' : part.mediaType;
  const [type = 'text', subtype = 'plain'] = shown.split('/');
  const nested = nestedMessage(part);
  const isText = type === 'text';
  return join([
    formatString(type.toUpperCase()),
    formatString(subtype.toUpperCase()),
    parameters(part.parameters),
    part.contentId === null ? 'NIL' : formatString(`<${part.contentId}>`),
    formatNullable(rawValue(part, 'Content-Description')),
    formatString((rawValue(part, 'Content-Transfer-Encoding') ?? '7bit').toUpperCase()),
    String(part.raw.length),
    ...(shown === 'message/rfc822' && nested !== null ? [formatEnvelope(nested), formatBodyStructure(nested, options)] : []),
    ...(isText || (shown === 'message/rfc822' && nested !== null) ? [String(countLines(part.raw))] : []),
    ...(extended ? [formatNullable(rawValue(part, 'Content-MD5')), ...tail] : []),
  ]);
}
