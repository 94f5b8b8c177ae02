import { MssError, type ReadResult } from '@mss/core';
import type { XmlErrorCode } from '../errors.js';
import { readXmlEvents, type XmlReadOptions } from './events.js';
import type { XmlDocument, XmlElement, XmlNode, XmlProcessingInstruction, XmlWarningCode } from './types.js';

export interface XmlParseOptions extends XmlReadOptions {
  /**
   * Says which elements lose their content: `true` keeps the element and its attributes and drops everything below,
   * without building it. The root has depth 0. The dropped content is still checked for well-formedness and limits.
   */
  readonly prune?: (element: { readonly namespace: string; readonly name: string }, depth: number) => boolean;
}

/** An element whose children are not known yet. */
type Building = { -readonly [Key in keyof XmlElement]: XmlElement[Key] };

/** Shared by all elements without children: most elements of a health document have none. */
const noChildren: readonly XmlNode[] = Object.freeze([]);

/**
 * Reads a document into a small immutable tree.
 *
 * @throws MssError the codes of {@link readXmlEvents}.
 */
export function parseXml(bytes: Uint8Array, options: XmlParseOptions = {}): ReadResult<XmlDocument, XmlWarningCode> {
  const { prune, ...readOptions } = options;
  const instructions: XmlProcessingInstruction[] = [];
  let root: XmlElement | null = null;
  // Open elements, the nodes read so far that still lack their parent, and where each element's own begin among these.
  const open: Building[] = [];
  const nodes: XmlNode[] = [];
  const starts: number[] = [];
  let top = 0;

  const { value, warnings } = readXmlEvents(
    bytes,
    {
      instruction: (instruction) => void instructions.push(instruction),
      open: (tag, depth) => {
        const element: Building = { namespace: tag.namespace, name: tag.name, attributes: tag.attributes, children: noChildren };
        if (depth === 0) root = element;
        else {
          nodes[top] = element;
          top += 1;
        }
        open.push(element);
        starts.push(top);
        return prune?.(element, depth) === true ? 'skip' : undefined;
      },
      text: (data) => {
        const before = top > (starts.at(-1) ?? 0) ? nodes[top - 1] : undefined;
        if (typeof before === 'string') nodes[top - 1] = before + data;
        else {
          nodes[top] = data;
          top += 1;
        }
      },
      close: () => {
        const element = open.pop();
        const start = starts.pop() ?? 0;
        if (element !== undefined && top > start) element.children = nodes.slice(start, top);
        top = start;
      },
    },
    readOptions,
  );
  if (root === null) throw new MssError<XmlErrorCode>('ERR_MSS_XML_MALFORMED', 'not well-formed XML: no root element');
  return { value: { root, encoding: value.encoding, instructions }, warnings };
}
