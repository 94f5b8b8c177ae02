import { childrenOf, isElement, type XmlElement } from '@mss/formats/xml';

import { hl7Namespace } from '../namespaces.js';
import { isTechnicalHeaderElement } from '../technical-elements.js';
import type { CdaUnmappedElement } from '../types/header.js';
import { attribute, type HeaderReader } from './header-reader.js';

/** Warnings at most; the list itself is whole. */
const maxReported = 50;

/** Attributes that a person would miss; the others say how an element relates to its parent. */
const telling = ['displayName', 'code', 'value', 'extension', 'root'];

function textsOf(element: XmlElement): readonly string[] {
  const texts: string[] = [];
  const visit = (one: XmlElement): void => {
    for (const name of telling) {
      const value = attribute(one, name);
      if (value !== null) texts.push(value);
    }
    for (const child of one.children) {
      if (isElement(child)) visit(child);
      else if (child.trim() !== '') texts.push(child.replaceAll(/[ \t\r\n]+/g, ' ').trim());
    }
  };
  visit(element);
  return texts;
}

/** The header elements that nobody asked the reader for, technical ones and the body left out. */
export function findUnmapped(reader: HeaderReader, root: XmlElement): readonly CdaUnmappedElement[] {
  const unmapped: CdaUnmappedElement[] = [];
  const visit = (parent: XmlElement, path: string, depth: number): void => {
    for (const child of childrenOf(parent)) {
      if (depth === 1 && child.name === 'component' && child.namespace === hl7Namespace) continue;
      const here = path === '' ? child.name : `${path}/${child.name}`;
      if (reader.seen.has(child)) {
        visit(child, here, depth + 1);
        continue;
      }
      if (isTechnicalHeaderElement({ namespace: child.namespace, name: child.name, code: attribute(child, 'code'), depth })) continue;
      const texts = textsOf(child);
      if (texts.length === 0) continue;
      unmapped.push({ path: here, texts });
      if (unmapped.length <= maxReported) reader.warn('CDA_HEADER_UNMAPPED', 'a header element without a typed field', here);
    }
  };
  visit(root, '', 1);
  return unmapped;
}
