import { concatBytes, utf8Encode } from '@mss/core';
import { writeXml, xmlElement, type XmlElement, type XmlNode } from '@mss/formats/xml';

import { institutionLine, type XdmSender } from './readme.js';

const xhtml = 'http://www.w3.org/1999/xhtml';
const html = (name: string, children: readonly XmlNode[] = [], attributes: Readonly<Record<string, string>> = {}): XmlElement =>
  xmlElement({ namespace: xhtml, name }, attributes, children);

const prologue = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">
`;

/**
 * INDEX.HTM: XHTML Basic 1.1 in French that links README.TXT and the documents. It names the institution and the kinds
 * of the documents, never the patient.
 *
 * @see IHE ITI TF-2 3.32.4.1.2: INDEX.HTM in XHTML Basic, with a link to README.TXT
 */
export function writeIndex(sender: XdmSender, documents: readonly { readonly name: string; readonly label: string | null }[]): Uint8Array {
  const institution = institutionLine(sender);
  const items = documents.map(({ name, label }) =>
    html('li', [html('a', [label ?? name], { href: `IHE_XDM/SUBSET01/${name}` }), ` (${name})`]),
  );
  const body = [
    html('h1', ['Documents de santé']),
    ...(institution === null ? [] : [html('p', [`Émetteur : ${institution}`])]),
    html('p', ['Voir le fichier ', html('a', ['README.TXT'], { href: 'README.TXT' }), '.']),
    html('ul', items),
  ];
  const head = html('head', [
    html('title', ['Documents de santé (IHE XDM)']),
    html('meta', [], { 'http-equiv': 'Content-Type', content: 'application/xhtml+xml; charset=UTF-8' }),
  ]);
  const root = html('html', [head, html('body', body)], { 'xml:lang': 'fr' });
  return concatBytes([utf8Encode(prologue), writeXml(root, { prefixes: { [xhtml]: '' }, declaration: false, indent: true })]);
}
