import { MssError } from '@mss/core';
import type { XmlErrorCode } from '../errors.js';
import { ownBytes } from '../own-bytes.js';
import { xmlNamespace, xmlnsNamespace, type XmlElement, type XmlProcessingInstruction } from './types.js';

export interface XmlWriteOptions {
  /** Prefix by namespace, `''` for the default namespace; all of them are declared on the root. */
  readonly prefixes?: Readonly<Record<string, string>>;
  /** Whether to begin with `<?xml version="1.0" encoding="UTF-8"?>`. Default `true`. */
  readonly declaration?: boolean;
  /** Two spaces a level, only inside elements that hold elements and no text. Default `false`. */
  readonly indent?: boolean;
  /** Processing instructions before the root. */
  readonly instructions?: readonly XmlProcessingInstruction[];
}

/** Deeper trees are refused: a tree that contains itself has no end. */
const maxDepth = 1000;

// NameStartChar and NameChar of XML 1.0 without the colon.
const startCharacters =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const ncName = new RegExp(`^[${startCharacters}][${startCharacters}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*$`, 'u');
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u;

function refuse(message: string): never {
  throw new MssError<XmlErrorCode>('ERR_MSS_XML_WRITE', message);
}

function checkCharacters(text: string): void {
  if (forbidden.test(text)) refuse('a character that XML 1.0 cannot hold');
}

function checkName(name: string): void {
  if (!ncName.test(name)) refuse('a name that XML does not allow');
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeText(text: string): string {
  checkCharacters(text);
  return text.replaceAll(/[&<>\r]/g, (character) => references[character] ?? character);
}

function escapeAttribute(text: string): string {
  checkCharacters(text);
  return text.replaceAll(/[&<>"\t\n\r]/g, (character) => references[character] ?? character);
}

function checkDeclaration(namespace: string, prefix: string): void {
  if (prefix !== '') checkName(prefix);
  if (namespace === '') refuse('the empty namespace cannot have a prefix');
  if (/^xml/i.test(prefix) || namespace === xmlnsNamespace || namespace === xmlNamespace) refuse('a prefix or namespace that XML reserves');
}

/** Which prefix each namespace has. Namespaces without a given prefix get `ns1`, `ns2` … in order of appearance. */
class Prefixes {
  readonly #given: ReadonlyMap<string, string>;
  readonly #forAttributes = new Map<string, string>();
  readonly #forElements = new Map<string, string>();
  readonly #used: Set<string>;
  #next = 1;

  constructor(root: XmlElement, given: Readonly<Record<string, string>>) {
    this.#given = new Map(Object.entries(given));
    this.#used = new Set(this.#given.values());
    if (this.#used.size !== this.#given.size) refuse('one prefix for two namespaces');
    for (const [namespace, prefix] of this.#given) {
      checkDeclaration(namespace, prefix);
      this.#forElements.set(namespace, prefix);
      if (prefix !== '') this.#forAttributes.set(namespace, prefix);
    }
    if (root.namespace !== '' && !this.#used.has('') && !this.#forElements.has(root.namespace)) {
      checkDeclaration(root.namespace, '');
      this.#forElements.set(root.namespace, '');
      this.#used.add('');
    }
    this.#collect(root, 0);
  }

  #invent(namespace: string): string {
    let prefix = `ns${this.#next++}`;
    while (this.#used.has(prefix)) prefix = `ns${this.#next++}`;
    checkDeclaration(namespace, prefix);
    this.#used.add(prefix);
    return prefix;
  }

  #collect(element: XmlElement, depth: number): void {
    if (depth > maxDepth) refuse('more levels than can be written');
    const { namespace } = element;
    if (namespace !== '' && !this.#forElements.has(namespace)) {
      this.#forElements.set(namespace, this.#forAttributes.get(namespace) ?? this.#invent(namespace));
    }
    const own = this.#forElements.get(namespace);
    if (own !== undefined && own !== '') this.#forAttributes.set(namespace, own);
    for (const attribute of element.attributes) {
      if (attribute.namespace === '' || attribute.namespace === xmlNamespace || this.#forAttributes.has(attribute.namespace)) continue;
      this.#forAttributes.set(attribute.namespace, this.#forElements.get(attribute.namespace) || this.#invent(attribute.namespace));
    }
    for (const child of element.children) if (typeof child !== 'string') this.#collect(child, depth + 1);
  }

  /** The declarations of the root, the default namespace apart: that one is declared where it begins. */
  declarations(): string {
    let text = '';
    const written = new Set<string>();
    for (const [namespace, prefix] of [...this.#forElements, ...this.#forAttributes]) {
      if (prefix === '' || written.has(prefix)) continue;
      written.add(prefix);
      text += ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
    }
    return text;
  }

  ofElement(namespace: string): string {
    return namespace === '' ? '' : (this.#forElements.get(namespace) ?? refuse('a namespace without prefix'));
  }

  ofAttribute(namespace: string): string {
    if (namespace === '') return '';
    return namespace === xmlNamespace ? 'xml:' : `${this.#forAttributes.get(namespace) ?? refuse('a namespace without prefix')}:`;
  }
}

function writeElement(
  element: XmlElement,
  prefixes: Prefixes,
  context: { readonly defaultNamespace: string; readonly declarations: string; readonly lineBreak: string },
): string {
  checkName(element.name);
  const prefix = prefixes.ofElement(element.namespace);
  const name = prefix === '' ? element.name : `${prefix}:${element.name}`;
  let { defaultNamespace } = context;
  let text = `<${name}`;
  if (prefix === '' && element.namespace !== defaultNamespace) {
    defaultNamespace = element.namespace;
    text += ` xmlns="${escapeAttribute(defaultNamespace)}"`;
  }
  text += context.declarations;
  const seen = element.attributes.length > 1 ? new Set<string>() : null;
  for (const attribute of element.attributes) {
    checkName(attribute.name);
    if (attribute.namespace === '' && attribute.name === 'xmlns') refuse('a declaration of a namespace among the attributes');
    const attributeName = prefixes.ofAttribute(attribute.namespace) + attribute.name;
    if (seen?.has(attributeName)) refuse('one attribute twice on an element');
    seen?.add(attributeName);
    text += ` ${attributeName}="${escapeAttribute(attribute.value)}"`;
  }
  if (element.children.length === 0) return `${text}/>`;
  text += '>';
  const { lineBreak } = context;
  const breaks = lineBreak !== '' && element.children.every((child) => typeof child !== 'string');
  const inner = { defaultNamespace, declarations: '', lineBreak: breaks ? `${lineBreak}  ` : '' };
  for (const child of element.children) {
    if (breaks) text += inner.lineBreak;
    text += typeof child === 'string' ? escapeText(child) : writeElement(child, prefixes, inner);
  }
  return `${text}${breaks ? lineBreak : ''}</${name}>`;
}

function writeInstruction({ target, data }: XmlProcessingInstruction): string {
  checkName(target);
  checkCharacters(data);
  if (/^xml$/i.test(target) || data.includes('?>') || /^[ \t\r\n]/.test(data) || data.includes('\r'))
    refuse('a processing instruction that XML does not allow');
  return data === '' ? `<?${target}?>` : `<?${target} ${data}?>`;
}

/**
 * Writes a tree as XML 1.0 in UTF-8, so that {@link parseXml} gives back the same tree.
 *
 * The writer is our own and not fast-xml-parser's XMLBuilder (the library chosen for building), because that one, in version
 * 5.12.1 with `preserveOrder`, writes line breaks and tabulations of attributes and carriage returns of text as they are (a
 * reader turns them into spaces and line feeds), writes U+0001, NUL and lone surrogates, checks no name (`a b` becomes an
 * element with a broken attribute), and knows no namespaces. The test "fast-xml-parser's builder" holds these facts.
 *
 * Line breaks and tabulations of attributes and carriage returns of text become character references, because a reader
 * would otherwise normalise them; `>` is always escaped, so that `]]>` cannot appear.
 *
 * @throws MssError `ERR_MSS_XML_WRITE` for characters XML 1.0 cannot hold (controls, lone surrogates, U+FFFE, U+FFFF),
 * names that are none, reserved or repeated prefixes, an attribute given twice, more than 1000 levels.
 * @see XML 1.0 5th edition, §2.2, §2.4, §2.11, §3.3.3; Namespaces in XML 1.0 3rd edition
 */
export function writeXml(root: XmlElement, options: XmlWriteOptions = {}): Uint8Array {
  const prefixes = new Prefixes(root, options.prefixes ?? {});
  const lineBreak = options.indent === true ? '\n' : '';
  let text = options.declaration === false ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n';
  for (const instruction of options.instructions ?? []) text += `${writeInstruction(instruction)}\n`;
  text += writeElement(root, prefixes, { defaultNamespace: '', declarations: prefixes.declarations(), lineBreak });
  if (lineBreak !== '') text += '\n';
  return ownBytes(Buffer.from(text, 'utf8'));
}
