import { describe, expect, it } from 'vitest';

import { readCda, sniffMediaType, type CdaStructuredBody, type NarrativeElement, type NarrativeNode } from '@mss/cda';
import { minimal, section, structured } from './support/minimal.js';
import { readTestDocument } from './support/testdata.js';

const b64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');
const png = '\x89PNG\r\n\x1a\n rest';
const pngBase64 = Buffer.from(png, 'latin1').toString('base64');

const media = (id: string | null, value: string): string =>
  `<observationMedia classCode="OBS" moodCode="EVN"${id === null ? '' : ` ID="${id}"`}>${value}</observationMedia>`;
const structuredBodyOf = (bytes: Uint8Array): CdaStructuredBody => {
  const { body } = readCda(bytes).value;
  if (body.kind !== 'structured') throw new Error('not structured');
  return body;
};
const withMedia = (text: string, ...entries: readonly string[]) => {
  const bytes = minimal({ body: structured(section(text, entries.map((one) => `<entry>${one}</entry>`).join(''))) });
  return { body: structuredBodyOf(bytes), codes: readCda(bytes).warnings.map((one) => one.code) };
};
const element = (node: NarrativeNode | undefined): NarrativeElement => {
  if (node?.kind !== 'element') throw new Error('no element');
  return node;
};

const nonXml = (text: string) => readCda(minimal({ body: `<nonXMLBody>${text}</nonXMLBody>` }));

const mediaOf = (text: string) => {
  const { body } = nonXml(text).value;
  if (body.kind !== 'nonXml') throw new Error('not level 1');
  return body.media;
};

describe('narrative', () => {
  it('keeps elements, attributes, texts and white space as written', () => {
    const body = structuredBodyOf(
      minimal({ body: structured(section(' a <content ID="c1" styleCode="Bold Italics">b<br/>c</content>\n<sub>2</sub>')) }),
    );
    expect(body.sections[0]?.text).toEqual([
      { kind: 'text', value: ' a ' },
      {
        kind: 'element',
        name: 'content',
        attributes: { ID: 'c1', styleCode: 'Bold Italics' },
        children: [
          { kind: 'text', value: 'b' },
          { kind: 'element', name: 'br', attributes: {}, children: [] },
          { kind: 'text', value: 'c' },
        ],
      },
      { kind: 'text', value: '\n' },
      { kind: 'element', name: 'sub', attributes: {}, children: [{ kind: 'text', value: '2' }] },
    ]);
  });

  it('a table is a tree of its parts, spans and styles as written', () => {
    const cell = (name: string, attributes: Record<string, string>, value: string): NarrativeNode => ({
      kind: 'element',
      name: name as NarrativeElement['name'],
      attributes,
      children: [{ kind: 'text', value }],
    });
    const group = (name: string, ...children: readonly NarrativeNode[]): NarrativeNode => ({
      kind: 'element',
      name: name as NarrativeElement['name'],
      attributes: {},
      children,
    });
    const body = structuredBodyOf(
      minimal({
        body: structured(
          section(
            '<table border="1"><caption>Bilan</caption><colgroup><col width="30%"/><col span="2"/></colgroup>' +
              '<thead><tr><th colspan="2" scope="col">A</th></tr></thead><tfoot><tr><td>total</td></tr></tfoot>' +
              '<tbody><tr><td rowspan="2" styleCode="Lrule Rrule">b</td></tr></tbody></table>',
          ),
        ),
      }),
    );
    expect(body.sections[0]?.text).toEqual([
      {
        kind: 'element',
        name: 'table',
        attributes: { border: '1' },
        children: [
          cell('caption', {}, 'Bilan'),
          group(
            'colgroup',
            { kind: 'element', name: 'col', attributes: { width: '30%' }, children: [] },
            { kind: 'element', name: 'col', attributes: { span: '2' }, children: [] },
          ),
          group('thead', group('tr', cell('th', { colspan: '2', scope: 'col' }, 'A'))),
          group('tfoot', group('tr', cell('td', {}, 'total'))),
          group('tbody', group('tr', cell('td', { rowspan: '2', styleCode: 'Lrule Rrule' }, 'b'))),
        ],
      },
    ]);
  });

  it.each([
    [
      '<list listType="ordered"><caption>c</caption><item>1</item><item><list><item>1a</item></list></item></list>',
      ['list', 'caption', 'item', 'item', 'list', 'item'],
    ],
    ['H<sub>2</sub>O m<sup>2</sup>', ['sub', 'sup']],
    ['a<footnote ID="n1">note</footnote> b<footnoteRef IDREF="n1"/>', ['footnote', 'footnoteRef']],
    ['<paragraph>a<br/>b</paragraph><linkHtml href="x.pdf">c</linkHtml>', ['paragraph', 'br', 'linkHtml']],
    ['<content styleCode="Bold"><content styleCode="Italics">a</content></content>', ['content', 'content']],
    ['<renderMultiMedia referencedObject="m"><caption>légende</caption></renderMultiMedia>', ['renderMultiMedia', 'caption']],
  ])('%s', (markup, expected) => {
    const found: string[] = [];
    const visit = (nodes: readonly NarrativeNode[]): string =>
      nodes.map((node) => (node.kind === 'text' ? node.value : (found.push(node.name), visit(node.children)))).join('');
    const text = visit(structuredBodyOf(minimal({ body: structured(section(markup)) })).sections[0]?.text ?? []);
    expect(found).toEqual(expected);
    expect(text).toBe(markup.replaceAll(/<[^>]*>/g, ''));
  });

  it('knows every construct of NarrativeBlock.xsd', () => {
    const names = new Set<string>();
    const visit = (nodes: readonly NarrativeNode[]): void => {
      for (const node of nodes) {
        if (node.kind === 'text') continue;
        names.add(node.name);
        visit(node.children);
      }
    };
    for (const name of ['007-lettre-adressage-mise-en-forme', '001-biologie-hemogramme']) {
      const collect = (sections: CdaStructuredBody['sections']): void =>
        sections.forEach((one) => (visit(one.text ?? []), collect(one.sections)));
      collect(structuredBodyOf(readTestDocument(name)).sections);
    }
    expect([...names].sort()).toEqual(
      [
        'br',
        'caption',
        'col',
        'colgroup',
        'content',
        'footnote',
        'footnoteRef',
        'item',
        'linkHtml',
        'list',
        'paragraph',
        'renderMultiMedia',
        'sub',
        'sup',
        'table',
        'tbody',
        'td',
        'tfoot',
        'th',
        'thead',
        'tr',
      ].sort(),
    );
  });

  it('keeps what the schema does not know as unknown, content included, with a warning', () => {
    const bytes = minimal({ body: structured(section('<blink>a <b>b</b></blink><x:content xmlns:x="urn:autre">c</x:content>')) });
    const { value, warnings } = readCda(bytes);
    const text = value.body.kind === 'structured' ? value.body.sections[0]?.text : null;
    expect(text?.map((node) => (node.kind === 'element' ? node.name : node.value))).toEqual(['unknown', 'unknown']);
    expect(JSON.stringify(text)).toContain('"b"');
    expect(warnings.filter((one) => one.code === 'CDA_NARRATIVE_UNKNOWN').map((one) => one.where)).toEqual([
      'section/text//blink',
      'section/text//b',
      'section/text//content',
    ]);
  });

  it('an attribute called __proto__ is data', () => {
    const node = element(
      structuredBodyOf(minimal({ body: structured(section('<content __proto__="x">a</content>')) })).sections[0]?.text?.[0],
    );
    expect(Object.hasOwn(node.attributes, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(node.attributes)).toBe(Object.prototype);
  });

  it('sections nest, and one without text has none', () => {
    const body = structuredBodyOf(readTestDocument('005-synthese-medicale-date-lunaire'));
    expect(body.sections[0]).toMatchObject({ title: 'Pathologies en cours, antécédents, allergies et facteurs de risque', text: null });
    expect(body.sections[0]?.sections.map((one) => one.code?.code)).toEqual(['11450-4', '11348-0', '47519-4', '48765-2', '57207-3']);
  });

  it('several texts of one section follow each other, with a warning', () => {
    const bytes = minimal({ body: structured('<component><section><text>a</text><text>b</text></section></component>') });
    expect(structuredBodyOf(bytes).sections[0]?.text).toEqual([
      { kind: 'text', value: 'a' },
      { kind: 'text', value: 'b' },
    ]);
    expect(readCda(bytes).warnings.map((one) => one.code)).toEqual(['CDA_SECTION_TEXTS']);
  });

  it('a body without any text is a warning', () => {
    expect(
      readCda(minimal({ body: structured('<component><section><title>Vide</title></section></component>') })).warnings.map(
        (one) => one.code,
      ),
    ).toEqual(['CDA_BODY_EMPTY']);
  });

  it('section authors, language and templates are kept', () => {
    const inner =
      '<component><section><templateId root="1.2.9"/><text>x</text><languageCode code="br"/><author><time value="2025"/><assignedAuthor><id root="1" extension="a"/></assignedAuthor></author></section></component>';
    expect(structuredBodyOf(minimal({ body: structured(inner) })).sections[0]).toMatchObject({
      templateIds: [{ root: '1.2.9' }],
      languageCode: 'br',
      authors: [{ time: { value: '2025' }, entity: { ids: [{ extension: 'a' }] } }],
    });
  });
});

describe('media of a structured body', () => {
  it('are found however deep in the entries, decoded on demand, their type told by their bytes', () => {
    const deep = `<act><entryRelationship><organizer><component>${media('a', `<value mediaType="image/jpeg" representation="B64">${pngBase64}</value>`)}</component></organizer></entryRelationship></act>`;
    const { body, codes } = withMedia('<renderMultiMedia referencedObject="a"/>', deep);
    const found = body.media.get('a');
    expect(found).toMatchObject({ id: 'a', declaredMediaType: 'image/jpeg', mediaType: 'image/png', byteLength: png.length });
    expect(Buffer.from(found?.bytes() ?? []).toString('latin1')).toBe(png);
    expect(codes).toEqual(['CDA_MEDIA_TYPE']);
  });

  it('entries leave nothing else in the tree', () => {
    const { body } = withMedia(
      'texte',
      '<observation><text>codé</text><value>codé</value></observation>',
      media('a', `<value mediaType="image/png" representation="B64">${pngBase64}</value>`),
    );
    expect(JSON.stringify(body.sections)).not.toContain('codé');
    expect([...body.media.keys()]).toEqual(['a']);
  });

  it('a region of interest leads to the media inside it', () => {
    const region = `<regionOfInterest classCode="ROIOVL" moodCode="EVN" ID="zone"><entryRelationship typeCode="SUBJ">${media('image', `<value mediaType="image/png" representation="B64">${pngBase64}</value>`)}</entryRelationship></regionOfInterest>`;
    const { body, codes } = withMedia(
      '<renderMultiMedia referencedObject="zone"/>',
      region,
      media('apres', `<value mediaType="image/png" representation="B64">${pngBase64}</value>`),
    );
    expect([...body.media.keys()]).toEqual(['image', 'zone', 'apres']);
    expect(body.media.get('zone')).toBe(body.media.get('image'));
    expect(codes).toEqual([]);
  });

  it('references that lead nowhere, and IDs that are missing or taken, are warnings', () => {
    const value = `<value mediaType="image/png" representation="B64">${pngBase64}</value>`;
    const { body, codes } = withMedia(
      '<renderMultiMedia referencedObject="rien"/>',
      media('a', value),
      media('a', value),
      media(null, value),
    );
    expect([...body.media.keys()]).toEqual(['a', ' media 2', ' media 3']);
    expect(codes).toEqual(['CDA_MEDIA_ID', 'CDA_MEDIA_ID', 'CDA_MEDIA_UNRESOLVED']);
  });

  it.each([
    ['broken base64', '<value mediaType="image/png" representation="B64">iVBOR*</value>', 'CDA_MEDIA_BASE64'],
    ['a base64 length that cannot be', '<value mediaType="image/png" representation="B64">iVBOR</value>', 'CDA_MEDIA_BASE64'],
    ['a reference', '<value mediaType="image/png"><reference value="http://192.0.2.1/x.png"/></value>', 'CDA_MEDIA_EXTERNAL'],
    ['a compressed value', `<value mediaType="image/png" representation="B64" compression="DF">${pngBase64}</value>`, 'CDA_MEDIA_EXTERNAL'],
    ['nothing', '<value mediaType="image/png"/>', 'CDA_MEDIA_EXTERNAL'],
    ['no value', '', 'CDA_MEDIA_EXTERNAL'],
  ])('%s is left out with a warning', (_case, value, code) => {
    const { body, codes } = withMedia('texte', media('a', value));
    expect(body.media.size).toBe(0);
    expect(codes).toEqual([code]);
  });

  it.each(['constructor', '__proto__', 'toString', 'valueOf'])('a mediaType %s is a text like any other', (type) => {
    const zip = Buffer.from('PK\x03\x04rest', 'latin1').toString('base64');
    const { body } = withMedia(
      'texte',
      media('a', `<value mediaType="${type}" representation="B64">${zip}</value>`),
      media('b', `<value mediaType="${type}" representation="B64">QUFB</value>`),
    );
    expect(body.media.get('a')?.mediaType).toBe('application/zip');
    expect(body.media.get('b')?.mediaType).toBe(type.toLowerCase());
  });

  it('base64 with line breaks and without its padding is read', () => {
    const folded = pngBase64.replaceAll(/(.{5})/g, '$1\r\n').replace(/=+$/, '');
    const { body } = withMedia('texte', media('a', `<value mediaType="image/png" representation="B64">${folded}</value>`));
    expect(Buffer.from(body.media.get('a')?.bytes() ?? []).toString('latin1')).toBe(png);
    expect(body.media.get('a')?.byteLength).toBe(png.length);
  });
});

describe('body of a level 1 document', () => {
  it.each([
    ['002-lettre-de-liaison-pdf', 'application/pdf', '%PDF-1.4'],
    ['003-consultation-pdfa-nia', 'application/pdf', '%PDF-1.4'],
    ['014-suivi-infirmier-texte', 'text/plain', 'FICHE DE SUIVI'],
    ['015-photographie-jpeg', 'image/jpeg', '\xff\xd8\xff'],
    ['018-certificat-rtf', 'application/rtf', '{\\rtf1'],
    ['019-courrier-numerise-tiff', 'image/tiff', 'II*'],
  ])('%s is %s', (name, mediaType, start) => {
    const { value, warnings } = readCda(readTestDocument(name));
    expect(value.level).toBe(1);
    if (value.body.kind !== 'nonXml') throw new Error('not level 1');
    expect(value.body.media.mediaType).toBe(mediaType);
    expect(Buffer.from(value.body.media.bytes()).toString('latin1').startsWith(start)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('text keeps its lines', () => {
    const media = mediaOf('<text mediaType="text/plain">ligne 1\n  ligne 2 é</text>');
    expect(new TextDecoder().decode(media.bytes())).toBe('ligne 1\n  ligne 2 é');
    expect(media.byteLength).toBe(20);
  });

  it('the bytes decide the type, the declaration stays', () => {
    const { value, warnings } = nonXml(`<text mediaType="image/jpeg" representation="B64">${b64('%PDF-1.4 x')}</text>`);
    expect(value.body).toMatchObject({ media: { mediaType: 'application/pdf', declaredMediaType: 'image/jpeg' } });
    expect(warnings.map((one) => one.code)).toEqual(['CDA_MEDIA_TYPE']);
  });

  it('base64 that does not say so is taken as such, with a warning', () => {
    const { value, warnings } = nonXml(`<text mediaType="application/pdf">${b64('%PDF-1.4 x')}</text>`);
    expect(value.body).toMatchObject({ media: { mediaType: 'application/pdf', byteLength: 10 } });
    expect(warnings.map((one) => one.code)).toEqual(['CDA_REPRESENTATION']);
  });

  it.each([
    ['<text mediaType="text/plain; charset=utf-8">é</text>', 'text/plain'],
    ['<text>texte</text>', 'text/plain'],
    [`<text mediaType="IMAGE/JPG" representation="B64">${b64(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))}</text>`, 'image/jpeg'],
    [`<text representation="B64">${b64(Buffer.from([0, 1, 2, 3]))}</text>`, 'application/octet-stream'],
    [
      `<text mediaType="application/vnd.oasis.opendocument.text" representation="B64">${b64('PK\x03\x04')}</text>`,
      'application/vnd.oasis.opendocument.text',
    ],
  ])('%s', (text, mediaType) => {
    const result = nonXml(text);
    expect(result.value.body).toMatchObject({ media: { mediaType } });
    expect(result.warnings).toEqual([]);
  });
});

describe('sniffMediaType', () => {
  it.each([
    ['%PDF-1.7', 'application/pdf'],
    ['junk before %PDF-1.4', 'application/pdf'],
    ['GIF89a', 'image/gif'],
    ['MM\0*', 'image/tiff'],
    ['BM\0\0\0\0', 'image/bmp'],
    ['RIFF....WEBPVP8 ', 'image/webp'],
    ['BMW est une marque', null],
    ['<?xml version="1.0"?>', null],
    ['', null],
  ])('%j', (start, expected) => {
    expect(sniffMediaType(Buffer.from(start, 'latin1'))).toBe(expected);
  });
});
