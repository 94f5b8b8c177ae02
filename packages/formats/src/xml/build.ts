import { xmlNamespace, type XmlAttribute, type XmlElement, type XmlNode } from './types.js';

/** A name without namespace, or with one. */
export type XmlName = string | { readonly namespace: string; readonly name: string };

function attributeOfKey(key: string, value: string): XmlAttribute {
  if (key.startsWith('xml:')) return { namespace: xmlNamespace, name: key.slice(4), value };
  const clark = /^\{([^}]*)\}(.*)$/s.exec(key);
  if (clark !== null) return { namespace: clark[1] ?? '', name: clark[2] ?? '', value };
  return { namespace: '', name: key, value };
}

/**
 * An element for {@link writeXml}.
 *
 * @param name - a string is a name in no namespace.
 * @param attributes - keys are local names, `xml:lang`-like names, or `{namespace}name`; `null` and `undefined` values
 * are left out.
 * @param children - elements and text; `null` is left out.
 */
export function xmlElement(
  name: XmlName,
  attributes: Readonly<Record<string, string | null | undefined>> = {},
  children: readonly (XmlNode | null)[] = [],
): XmlElement {
  const list: XmlAttribute[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'string') list.push(attributeOfKey(key, value));
  }
  return {
    namespace: typeof name === 'string' ? '' : name.namespace,
    name: typeof name === 'string' ? name : name.name,
    attributes: list,
    children: children.filter((child) => child !== null),
  };
}
