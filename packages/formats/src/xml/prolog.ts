import { MssError } from '@mss/core';
import type { XmlErrorCode } from '../errors.js';
import type { XmlProcessingInstruction } from './types.js';

/** What stands before the root element. */
export interface Prolog {
  readonly instructions: readonly XmlProcessingInstruction[];
  /** The text that had to be looked at, from the beginning of the document. */
  readonly head: string;
}

/** The instructions of a text that begins a document, or `null` when the prolog goes on behind it. */
function scan(text: string): XmlProcessingInstruction[] | null {
  const instructions: XmlProcessingInstruction[] = [];
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('<', at);
    if (open < 0) return null;
    const isInstruction = text.startsWith('<?', open);
    if (!isInstruction && !text.startsWith('<!', open)) return open + 1 < text.length ? instructions : null;
    if (text.startsWith('<!DOCTYPE', open))
      throw new MssError<XmlErrorCode>('ERR_MSS_XML_DOCTYPE', 'document type declarations are refused');
    const isComment = text.startsWith('<!--', open);
    // Another "<!" is malformed: the parser says so. A cut one needs more text.
    if (!isInstruction && !isComment) return text.length - open > '<!DOCTYPE'.length ? instructions : null;
    const terminator = isInstruction ? '?>' : '-->';
    const end = text.indexOf(terminator, open + (isInstruction ? 2 : 4));
    if (end < 0) return null;
    const parts = isInstruction ? /^([^\s?]+)\s*([^]*)$/.exec(text.slice(open + 2, end)) : null;
    if (parts !== null && parts[1] !== 'xml')
      instructions.push({ target: parts[1] ?? '', data: (parts[2] ?? '').replaceAll(/\r\n?/g, '\n') });
    at = end + terminator.length;
  }
  return null;
}

/**
 * Looks at what stands before the root: a DOCTYPE is refused before the parser sees any of it, instructions are kept.
 *
 * Text is taken in doubling amounts, so that an endless comment costs no more than reading it twice. The parser checks
 * the syntax of all of it again.
 *
 * @param next - the next piece of the document, `null` at the end.
 * @throws MssError `ERR_MSS_XML_DOCTYPE`
 */
export function readProlog(next: () => string | null): Prolog {
  let head = '';
  for (let wanted = 1; ; wanted *= 2) {
    let piece: string | null = '';
    for (let count = 0; count < wanted && piece !== null; count += 1) {
      piece = next();
      head += piece ?? '';
    }
    const instructions = scan(head);
    if (instructions !== null) return { instructions, head };
    if (piece === null) return { instructions: [], head };
  }
}
