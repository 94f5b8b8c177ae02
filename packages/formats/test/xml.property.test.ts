import { parseXml, writeXml, type XmlAttribute, type XmlElement, type XmlNode } from '@mss/formats/xml';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, seed, utf8 } from './support.js';

const name = fc.stringMatching(/^[A-Za-zé_][A-Za-z0-9é_.-]{0,8}$/u);
const namespace = fc.constantFrom('', 'urn:a', 'urn:b', 'urn:hl7-org:v3');
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u;
const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !forbidden.test(value));
const attributes = fc.uniqueArray(fc.record({ namespace, name, value: text }), {
  maxLength: 4,
  selector: (attribute: XmlAttribute) => `${attribute.namespace} ${attribute.name}`,
});

/** Neighbouring texts are one text, and empty ones are none. */
function merged(children: readonly XmlNode[]): XmlNode[] {
  const result: XmlNode[] = [];
  for (const child of children) {
    const last = result.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') result[result.length - 1] = last + child;
    else result.push(child);
  }
  return result;
}

const { element } = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
  element: fc
    .record({ namespace, name, attributes, children: fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }) })
    .map((value) => ({ ...value, children: merged(value.children) })),
  node: fc.oneof({ depthIdentifier: 'tree', maxDepth: 4 }, text, tie('element')),
}));

describe(`XML, seed ${seed}`, () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        element,
        fc.constantFrom<Record<string, string>>({}, { 'urn:a': '' }, { 'urn:a': 'a', 'urn:b': 'b' }),
        (root, prefixes) => {
          const { value, warnings } = parseXml(writeXml(root, { prefixes }));
          expect(warnings).toEqual([]);
          expect(value.root).toEqual(root);
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('is read, or refused with a code, whatever it is', () => {
    const piece = fc.constantFrom(
      '<a',
      '<b>',
      '</b>',
      '>',
      '/>',
      ' c="',
      '"',
      '&amp;',
      '&x;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?p',
      '?>',
      'é',
      ' ',
      '\u0000',
      '<!DOCTYPE',
      'xmlns:q="u"',
      '<q:b/>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(codeOf(() => parseXml(utf8(pieces.join(''))))).toMatch(/^(none|ERR_MSS_XML_[A-Z]+)$/);
      }),
      { seed, numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(codeOf(() => parseXml(bytes))).toMatch(/^(none|ERR_MSS_XML_[A-Z]+)$/);
      }),
      { seed, numRuns: 1000 },
    );
  });
});
