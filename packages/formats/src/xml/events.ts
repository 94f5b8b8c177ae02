import { MssError, resolveLimits, type Limits, type ReadResult } from '@mss/core';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { XmlErrorCode } from '../errors.js';
import { decodeXml } from './decode.js';
import { readProlog } from './prolog.js';
import { xmlnsNamespace, type XmlAttribute, type XmlProcessingInstruction, type XmlWarningCode } from './types.js';

/** What an element is called and carries, without what is below it. */
export interface XmlStartTag {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
}

/** Receives a document piece by piece. A method that throws stops the reading, and its error comes out unchanged. */
export interface XmlHandler {
  /**
   * An element begins; the root has depth 0.
   *
   * @returns `'skip'` to hear nothing of its content; its end is told all the same. The content is still checked.
   * `'stop'` to end the reading here: nothing more is told, and what follows is neither read nor checked.
   */
  open?(tag: XmlStartTag, depth: number): 'skip' | 'stop' | void;
  /** Character data inside the root, decoded; one run may come in several calls. */
  text?(data: string): void;
  /** The element opened last and not yet closed ends. */
  close?(namespace: string, name: string): void;
  /** A processing instruction before the root. */
  instruction?(instruction: XmlProcessingInstruction): void;
}

/** What is known of a document besides its content. */
export interface XmlSummary {
  /** The encoding that was used to read, in lower case. */
  readonly encoding: string;
}

export interface XmlReadOptions {
  /** Used: `xmlBytes`, `xmlDepth`, `xmlNodes`, `xmlAttributes`, `xmlAttributeLength`. */
  readonly limits?: Partial<Limits>;
}

const noAttributes: readonly XmlAttribute[] = Object.freeze([]);

type XmlLimit = 'xmlBytes' | 'xmlDepth' | 'xmlNodes' | 'xmlAttributes' | 'xmlAttributeLength';

function overLimit(limit: XmlLimit, limits: Limits): never {
  throw new MssError<XmlErrorCode>('ERR_MSS_XML_LIMIT', `the document is over the limit ${limit}`, {
    details: { limit, max: limits[limit] },
  });
}

/** The parser of the library, stopped by the first violation, without the piece of the document it quotes after a colon. */
class StrictParser extends SaxesParser<{ xmlns: true; position: true; defaultXMLVersion: '1.0'; forceXMLVersion: true }> {
  override fail(message: string): this {
    const [reason = 'malformed'] = message.split(':');
    throw new MssError<XmlErrorCode>('ERR_MSS_XML_MALFORMED', `not well-formed XML: ${reason.replace(/\.$/, '')}`, {
      details: { line: this.line, column: this.column },
    });
  }
}

/** The attributes of a tag, in an array of exactly their number: an array that grows keeps room for sixteen more. */
function attributesOf(tag: SaxesTagNS, scratch: XmlAttribute[]): readonly XmlAttribute[] {
  let count = 0;
  for (const key in tag.attributes) {
    const attribute = tag.attributes[key];
    if (attribute === undefined || attribute.uri === xmlnsNamespace) continue;
    scratch[count] = { namespace: attribute.uri, name: attribute.local, value: attribute.value };
    count += 1;
  }
  return count === 0 ? noAttributes : scratch.slice(0, count);
}

/**
 * Reads a document as a sequence of events, under limits, in memory that does not grow with the document.
 *
 * Strict: XML 1.0 with namespaces, no DOCTYPE, no entity but the five of XML and character references. Nothing is
 * resolved or fetched: `xsi:schemaLocation`, `xml-stylesheet` and links are plain data.
 *
 * Not checked: any schema. Namespace prefixes inside values (`xsi:type="x:CD"`) are not resolved.
 *
 * @throws MssError `ERR_MSS_XML_LIMIT` over a limit; the size is checked before anything else.
 * @throws MssError `ERR_MSS_XML_ENCODING` unreadable encoding.
 * @throws MssError `ERR_MSS_XML_DOCTYPE` a document type declaration.
 * @throws MssError `ERR_MSS_XML_MALFORMED` not well-formed; `details` has line and column, counted from the first
 * markup, never content.
 * @see XML 1.0 5th edition; Namespaces in XML 1.0 3rd edition
 */
export function readXmlEvents(
  bytes: Uint8Array,
  handler: XmlHandler,
  options: XmlReadOptions = {},
): ReadResult<XmlSummary, XmlWarningCode> {
  const limits = resolveLimits(options.limits);
  if (bytes.length > limits.xmlBytes) overLimit('xmlBytes', limits);
  const { encoding, pieces, warnings } = decodeXml(bytes);

  const parser = new StrictParser({ xmlns: true, position: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  let depth = 0;
  let nodes = 0;
  let attributeCount = 0;
  const scratch: XmlAttribute[] = [];
  // Depth of the element whose content is skipped, or -1.
  let skipped = -1;
  // Thrown through the parser, which has no other way to end in the middle of a piece.
  const stopped = new Error('stopped');

  const count = (): void => {
    nodes += 1;
    if (nodes > limits.xmlNodes) overLimit('xmlNodes', limits);
  };
  const onText = (data: string): void => {
    if (depth === 0) return;
    count();
    handler.text?.(data);
  };
  const listenToText = (): void => {
    parser.on('text', onText);
    parser.on('cdata', onText);
  };

  // Six listeners and no more: with a seventh V8 keeps the parser as a hash table, and reading is four times slower.
  parser.on('doctype', () => {
    throw new MssError<XmlErrorCode>('ERR_MSS_XML_DOCTYPE', 'document type declarations are refused');
  });
  parser.on('attribute', (attribute) => {
    attributeCount += 1;
    if (attributeCount > limits.xmlAttributes) overLimit('xmlAttributes', limits);
    if (attribute.value.length > limits.xmlAttributeLength) overLimit('xmlAttributeLength', limits);
  });
  parser.on('opentag', (tag) => {
    attributeCount = 0;
    count();
    if (depth >= limits.xmlDepth) overLimit('xmlDepth', limits);
    if (skipped < 0) {
      const answer = handler.open?.({ namespace: tag.uri, name: tag.local, attributes: attributesOf(tag, scratch) }, depth);
      if (answer === 'stop') throw stopped;
      if (answer === 'skip') {
        skipped = depth;
        // Without listeners the parser checks text without collecting it.
        parser.off('text');
        parser.off('cdata');
      }
    }
    depth += 1;
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    if (skipped >= 0) {
      if (skipped < depth) return;
      skipped = -1;
      listenToText();
    }
    handler.close?.(tag.uri, tag.local);
  });
  listenToText();

  const source = pieces[Symbol.iterator]();
  const next = (): string | null => {
    const { value, done } = source.next();
    return done === true ? null : value;
  };
  const prolog = readProlog(next);
  for (const instruction of prolog.instructions) {
    count();
    handler.instruction?.(instruction);
  }
  let complete = true;
  try {
    for (let piece: string | null = prolog.head; piece !== null; piece = next()) parser.write(piece);
  } catch (error) {
    if (error !== stopped) throw error;
    complete = false;
  }
  const { version } = parser.xmlDecl;
  if (version !== undefined && version !== '1.0')
    warnings.push({ code: 'XML_VERSION', message: 'the document says another version than XML 1.0' });
  if (complete) parser.close();
  return { value: { encoding }, warnings };
}
