import { describe, expect, it } from 'vitest';
import { isMssError } from '@mss/core';

import { readCda, readCdaHeader, type CdaReadErrorCode } from '@mss/cda';
import { corpusAvailable, corpusDocuments, corpusNote } from './support/corpus.js';
import { minimal, minimalXml, section, structured } from './support/minimal.js';
import { readTestDocument, testDocumentNames } from './support/testdata.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const codeOf = (bytes: Uint8Array, limits = {}): string => {
  try {
    readCdaHeader(bytes, { limits });
  } catch (error) {
    if (isMssError(error)) return error.code;
    throw error;
  }
  return 'read';
};

/** Warnings that only the body can give. */
const ofTheBody = /^CDA_(?:BODY|NARRATIVE|SECTION|MEDIA|REPRESENTATION)/;

function expectSameHeader(bytes: Uint8Array): void {
  const whole = readCda(bytes);
  const front = readCdaHeader(bytes);
  const { header, level, autoPresentable, stylesheetHref } = whole.value;
  expect(front.value).toEqual({ header, level, autoPresentable, stylesheetHref });
  expect(front.warnings).toEqual(whole.warnings.filter((one) => !ofTheBody.test(one.code)));
}

describe('readCdaHeader reads what readCda reads before the body', () => {
  it.each(testDocumentNames)('%s', (name) => {
    expectSameHeader(readTestDocument(name));
  });

  it.skipIf(!corpusAvailable)(`of every archive of ANS${corpusNote}`, () => {
    for (const one of corpusDocuments()) expectSameHeader(one.cda());
  });

  it('with the same warnings', () => {
    const names = '<name><family>SEUL</family></name>';
    expectSameHeader(
      minimal({ prolog: '<?xml-stylesheet href="a.xsl"?>', names, header: '<inconnu>a</inconnu><versionNumber value="x"/>' }),
    );
  });
});

describe('readCdaHeader ends at the body', () => {
  const upTo = (marker: string): Uint8Array => encode(minimalXml().slice(0, minimalXml().indexOf(marker) + marker.length));

  it('and neither reads nor checks what follows', () => {
    expect(codeOf(upTo('<structuredBody>'))).toBe('read');
    expect(codeOf(encode(minimalXml().replace('Bonjour', '&rien; <a> & <!DOCTYPE x>')))).toBe('read');
    expect(codeOf(minimal({ body: structured(section('<br/>'.repeat(2000))) }), { xmlNodes: 1000 })).toBe('read');
    expect(codeOf(minimal({ body: '<nonXMLBody><text mediaType="application/pdf" representation="B64">*</text></nonXMLBody>' }))).toBe(
      'read',
    );
  });

  it('but not at an element of that name elsewhere', () => {
    const strange = '<author><component><structuredBody/></component></author><x:component xmlns:x="urn:x"><structuredBody/></x:component>';
    const { value } = readCdaHeader(minimal({ header: `${strange}<versionNumber value="7"/>` }));
    expect(value.header.versionNumber).toBe(7);
  });

  it('tells the level of the document by its body', () => {
    expect(readCdaHeader(minimal({ body: '<nonXMLBody/>' })).value.level).toBe(1);
    expect(readCdaHeader(minimal()).value.level).toBe(3);
  });
});

describe('readCdaHeader refuses what readCda refuses before the body', () => {
  const is = (code: CdaReadErrorCode): CdaReadErrorCode => code;

  it.each([
    ['not XML', 'Cher confrère,', is('ERR_MSS_XML_MALFORMED')],
    ['cut before the body', minimalXml().slice(0, minimalXml().indexOf('<component>')), is('ERR_MSS_XML_MALFORMED')],
    ['a DOCTYPE', `<!DOCTYPE x>${minimalXml()}`, is('ERR_MSS_XML_DOCTYPE')],
    ['another XML', '<html/>', is('ERR_MSS_CDA_NO_CLINICAL_DOCUMENT')],
    ['a document in the header', minimalXml({ header: minimalXml() }), is('ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS')],
    ['no body', minimalXml({ body: '' }), is('ERR_MSS_CDA_NO_BODY')],
    ['no body in the first component', minimalXml({ header: '<component/>' }), is('ERR_MSS_CDA_NO_BODY')],
    ['no identifier', minimalXml().replace('<id root="1.2.3"/>', ''), is('ERR_MSS_CDA_NO_ID')],
    ['two patients', minimalXml({ header: '<recordTarget/>' }), is('ERR_MSS_CDA_TWO_PATIENTS')],
  ])('%s', (_case, text, code) => {
    expect(codeOf(encode(text))).toBe(code);
    expect(() => readCda(encode(text))).toThrow(expect.objectContaining({ code }));
  });

  it('a document over its limits', () => {
    expect(codeOf(minimal(), { xmlBytes: 1000 })).toBe('ERR_MSS_XML_LIMIT');
    expect(codeOf(minimal({ header: '<x>'.repeat(200) }), {})).toBe('ERR_MSS_XML_LIMIT');
    expect(codeOf(minimal({ header: '<x/>'.repeat(2000) }), { xmlNodes: 1000 })).toBe('ERR_MSS_XML_LIMIT');
  });
});
