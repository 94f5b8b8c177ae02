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

interface Building {
  readonly element: XmlElement;
  readonly children: XmlNode[];
}

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
  const ancestors: Building[] = [];
  let current: Building | null = null;
  let root: XmlElement | null = null;

  const { value, warnings } = readXmlEvents(
    bytes,
    {
      instruction: (instruction) => void instructions.push(instruction),
      open: (tag, depth) => {
        const children: XmlNode[] = [];
        const element: XmlElement = { namespace: tag.namespace, name: tag.name, attributes: tag.attributes, children };
        if (current === null) root = element;
        else {
          current.children.push(element);
          ancestors.push(current);
        }
        current = { element, children };
        return prune?.(element, depth) === true ? 'skip' : undefined;
      },
      text: (data) => {
        if (current === null) return;
        const { children } = current;
        const last = children.length - 1;
        const before = children[last];
        if (typeof before === 'string') children[last] = before + data;
        else children.push(data);
      },
      close: () => {
        if (current?.children.length === 0) (current.element as { children: readonly XmlNode[] }).children = noChildren;
        current = ancestors.pop() ?? null;
      },
    },
    readOptions,
  );
  if (root === null) throw new MssError<XmlErrorCode>('ERR_MSS_XML_MALFORMED', 'not well-formed XML: no root element');
  return { value: { root, encoding: value.encoding, instructions }, warnings };
}
