import { MssError, type Limits, type MssWarning } from '@mss/core';
import {
  readXmlEvents,
  type XmlElement,
  type XmlHandler,
  type XmlNode,
  type XmlProcessingInstruction,
  type XmlStartTag,
} from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import { hl7Namespace } from '../namespaces.js';
import type { CdaWarningCode } from '../warnings.js';

/** An observationMedia with the IDs of the regionOfInterest elements around it. */
export interface MediaElement {
  readonly element: XmlElement;
  readonly regionIds: readonly string[];
}

/** What is kept of a document's XML. */
export interface DocumentTree {
  /** ClinicalDocument without its entries. */
  readonly root: XmlElement;
  /** Every observationMedia of the entries, in document order. */
  readonly media: readonly MediaElement[];
  /** Whether ClinicalDocument is inside another root. */
  readonly wrapped: boolean;
  readonly instructions: readonly XmlProcessingInstruction[];
  readonly warnings: readonly MssWarning<CdaWarningCode>[];
}

interface Building {
  readonly element: XmlElement;
  readonly children: XmlNode[];
}

interface State {
  root: XmlElement | null;
  wrapped: boolean;
  /** Between the start and the end of ClinicalDocument. */
  inside: boolean;
  current: Building | null;
  readonly ancestors: Building[];
  /** Open elements from `entry` on; 0 outside of entries. */
  entryLevel: number;
  /** {@link entryLevel} of the open observationMedia; 0 when none is open. */
  mediaLevel: number;
  readonly regions: { readonly id: string; readonly level: number }[];
  readonly media: MediaElement[];
  readonly instructions: XmlProcessingInstruction[];
}

/** Whether an element is the body of the document: it is about to be opened inside a component of ClinicalDocument. */
function isBody(state: State, tag: XmlStartTag): boolean {
  return (
    (tag.name === 'structuredBody' || tag.name === 'nonXMLBody') &&
    tag.namespace === hl7Namespace &&
    state.ancestors.length === 1 &&
    state.current?.element.name === 'component' &&
    state.current.element.namespace === hl7Namespace
  );
}

function begin(state: State, tag: XmlStartTag): XmlElement {
  const children: XmlNode[] = [];
  const element: XmlElement = { namespace: tag.namespace, name: tag.name, attributes: tag.attributes, children };
  if (state.current !== null) state.ancestors.push(state.current);
  state.current = { element, children };
  return element;
}

function openInEntry(state: State, tag: XmlStartTag): void {
  state.entryLevel += 1;
  if (state.mediaLevel > 0) {
    const parent = state.current;
    parent?.children.push(begin(state, tag));
    return;
  }
  if (tag.namespace !== hl7Namespace) return;
  if (tag.name === 'observationMedia') {
    state.mediaLevel = state.entryLevel;
    state.media.push({ element: begin(state, tag), regionIds: state.regions.map((region) => region.id) });
  } else if (tag.name === 'regionOfInterest') {
    const id = tag.attributes.find((attribute) => attribute.name === 'ID')?.value;
    if (id !== undefined) state.regions.push({ id, level: state.entryLevel });
  }
}

function closeInEntry(state: State): void {
  if (state.mediaLevel > 0) {
    state.current = state.ancestors.pop() ?? null;
    if (state.mediaLevel === state.entryLevel) state.mediaLevel = 0;
  }
  if (state.regions.at(-1)?.level === state.entryLevel) state.regions.pop();
  state.entryLevel -= 1;
}

function handlerOf(state: State, part: 'whole' | 'header'): XmlHandler {
  return {
    instruction: (instruction) => void state.instructions.push(instruction),
    open: (tag, depth) => {
      if (tag.namespace === hl7Namespace && tag.name === 'ClinicalDocument') {
        if (state.root !== null) {
          throw new MssError<CdaErrorCode>('ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS', 'more than one ClinicalDocument in one file');
        }
        state.root = begin(state, tag);
        state.inside = true;
        state.wrapped = depth > 0;
      } else if (!state.inside) {
        return undefined;
      } else if (state.entryLevel > 0) {
        openInEntry(state, tag);
      } else if (tag.namespace === hl7Namespace && tag.name === 'entry') {
        state.entryLevel = 1;
      } else {
        const stop = part === 'header' && isBody(state, tag);
        const parent = state.current;
        parent?.children.push(begin(state, tag));
        if (stop) return 'stop';
      }
      return undefined;
    },
    text: (data) => {
      if (state.current === null || (state.entryLevel > 0 && state.mediaLevel === 0)) return;
      const { children } = state.current;
      const last = children.length - 1;
      const before = children[last];
      if (typeof before === 'string') children[last] = before + data;
      else children.push(data);
    },
    close: () => {
      if (!state.inside) return;
      if (state.entryLevel > 0) {
        closeInEntry(state);
        return;
      }
      state.current = state.ancestors.pop() ?? null;
      if (state.current === null) state.inside = false;
    },
  };
}

/**
 * Reads the XML of a document into a tree of header, sections and narrative. Coded entries are not built: they are
 * many times larger than what people read. Only the images and documents that they hold are kept.
 *
 * Wherever it stands, the single `{urn:hl7-org:v3}ClinicalDocument` is the document: an auto-presentable document has
 * an XSLT as root, which is neither run nor built.
 *
 * @param part - `header`: the reading ends at the start tag of the body, which stands in the tree without its content.
 * @throws MssError `ERR_MSS_CDA_NO_CLINICAL_DOCUMENT`
 * @throws MssError `ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS`
 * @throws MssError the codes of `readXmlEvents` of `@mss/formats/xml`.
 */
export function readDocumentTree(bytes: Uint8Array, limits: Limits, part: 'whole' | 'header' = 'whole'): DocumentTree {
  const state: State = {
    root: null,
    wrapped: false,
    inside: false,
    current: null,
    ancestors: [],
    entryLevel: 0,
    mediaLevel: 0,
    regions: [],
    media: [],
    instructions: [],
  };
  const { warnings } = readXmlEvents(bytes, handlerOf(state, part), { limits });
  if (state.root === null) throw new MssError<CdaErrorCode>('ERR_MSS_CDA_NO_CLINICAL_DOCUMENT', 'no CDA R2 ClinicalDocument in the XML');
  return { root: state.root, media: state.media, wrapped: state.wrapped, instructions: state.instructions, warnings };
}
