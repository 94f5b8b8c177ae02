import type { XmlElement, XmlNode } from './types.js';

/** Whether a node is an element, not character data. */
export function isElement(node: XmlNode): node is XmlElement {
  return typeof node !== 'string';
}

/**
 * The value of an attribute, or `null`.
 *
 * @param namespace - `''`, no namespace, when omitted: `attributeOf(e, 'type')` never answers with `xsi:type`.
 */
export function attributeOf(element: XmlElement, name: string, namespace: string = ''): string | null {
  for (const attribute of element.attributes) {
    if (attribute.name === name && attribute.namespace === namespace) return attribute.value;
  }
  return null;
}

/**
 * The first child element with that local name, or `null`.
 *
 * @param namespace - any namespace when omitted.
 */
export function childOf(element: XmlElement, name: string, namespace?: string): XmlElement | null {
  for (const child of element.children) {
    if (typeof child !== 'string' && child.name === name && (namespace === undefined || child.namespace === namespace)) return child;
  }
  return null;
}

/**
 * The child elements with that local name, in order; all of them when no name is given.
 *
 * @param namespace - any namespace when omitted.
 */
export function childrenOf(element: XmlElement, name?: string, namespace?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    if ((name === undefined || child.name === name) && (namespace === undefined || child.namespace === namespace)) found.push(child);
  }
  return found;
}

/**
 * The elements below with that local name, in document order; all of them when no name is given. The element itself
 * is not among them.
 *
 * @param namespace - any namespace when omitted.
 */
export function* descendantsOf(element: XmlElement, name?: string, namespace?: string): Generator<XmlElement, void, undefined> {
  const stack: XmlElement[] = childrenOf(element).toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ((name === undefined || next.name === name) && (namespace === undefined || next.namespace === namespace)) yield next;
    for (let at = next.children.length - 1; at >= 0; at -= 1) {
      const child = next.children[at];
      if (typeof child === 'object') stack.push(child);
    }
  }
}

/** All character data below an element, in order, as written: white space is not touched. */
export function textOf(element: XmlElement): string {
  if (element.children.length === 1 && typeof element.children[0] === 'string') return element.children[0];
  let text = '';
  const stack: XmlNode[] = element.children.toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') text += next;
    else for (let at = next.children.length - 1; at >= 0; at -= 1) stack.push(next.children[at] ?? '');
  }
  return text;
}
