import { describe, expect, it } from 'vitest';
import { isMssError } from '@mss/core';
import { runInChild } from '@mss/testkit';

import { readCda, type CdaReadErrorCode } from '@mss/cda';
import { matricule, minimal, minimalXml, section, structured } from './support/minimal.js';
import { readTestDocument, testDocumentNames } from './support/testdata.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The error of a document that must not be read; fails on any other kind of error. */
function refusal(
  bytes: Uint8Array,
  limits = {},
): { readonly code: string; readonly text: string; readonly requirement: string | undefined } {
  try {
    readCda(bytes, { limits });
  } catch (error) {
    if (isMssError(error))
      return { code: error.code, requirement: error.requirement, text: `${error.message} ${JSON.stringify(error.details)}` };
    throw error;
  }
  throw new Error('not refused');
}
const codeOf = (text: string, limits = {}): string => refusal(encode(text), limits).code;
const is = (code: CdaReadErrorCode): CdaReadErrorCode => code;

const level1 = (text: string): Uint8Array => minimal({ body: `<nonXMLBody>${text}</nonXMLBody>` });
const pdf = Buffer.from('%PDF-1.4').toString('base64');

const doctype = (internal: string): string => `<!DOCTYPE ClinicalDocument [${internal}]>${minimalXml()}`;
const nest = (name: string, depth: number, inner: string): string => `<${name}>`.repeat(depth) + inner + `</${name}>`.repeat(depth);

describe('documents that cannot be read are refused with a code of their own', () => {
  it.each([
    ['no bytes', '', is('ERR_MSS_XML_MALFORMED')],
    ['not XML', 'Cher confrère,', is('ERR_MSS_XML_MALFORMED')],
    ['another XML', '<html/>', is('ERR_MSS_CDA_NO_CLINICAL_DOCUMENT')],
    ['ClinicalDocument of another namespace', '<ClinicalDocument/>', is('ERR_MSS_CDA_NO_CLINICAL_DOCUMENT')],
    ['two documents in one file', `<x>${minimalXml()}${minimalXml()}</x>`, is('ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS')],
    ['a document inside a document', minimalXml({ header: minimalXml() }), is('ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS')],
    [
      'a document inside an entry',
      minimalXml({ body: structured(section('x', `<entry>${minimalXml()}</entry>`)) }),
      is('ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS'),
    ],
    ['no identifier', minimalXml().replace('<id root="1.2.3"/>', ''), is('ERR_MSS_CDA_NO_ID')],
    ['an identifier that says nothing', minimalXml().replace('<id root="1.2.3"/>', '<id nullFlavor="UNK"/>'), is('ERR_MSS_CDA_NO_ID')],
    ['no type', minimalXml().replace(/<code [^>]*>/, ''), is('ERR_MSS_CDA_NO_TYPE')],
    ['no recordTarget', minimalXml().replace(/<recordTarget>.*<\/recordTarget>/s, ''), is('ERR_MSS_CDA_NO_PATIENT')],
    ['an empty recordTarget', minimalXml().replace(/<recordTarget>.*<\/recordTarget>/s, '<recordTarget/>'), is('ERR_MSS_CDA_NO_PATIENT')],
    [
      'a patient of whom only a local number is known',
      minimalXml({ ids: '<id root="1.2.9" extension="7"/>', names: '' }),
      is('ERR_MSS_CDA_NO_PATIENT'),
    ],
    [
      'two patients',
      minimalXml({ header: '<recordTarget><patientRole><id root="1.2.9" extension="7"/></patientRole></recordTarget>' }),
      is('ERR_MSS_CDA_TWO_PATIENTS'),
    ],
    ['no body', minimalXml({ body: '' }), is('ERR_MSS_CDA_NO_BODY')],
    ['no component', minimalXml().replace(/<component>.*<\/component>/s, ''), is('ERR_MSS_CDA_NO_BODY')],
  ])('%s', (_case, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('what is wrong with the patient names the requirement', () => {
    expect(refusal(minimal({ ids: '', names: '' })).requirement).toBe('ECO.2.1.1');
  });

  it.each([
    ['no content', '<text mediaType="application/pdf" representation="B64"/>', is('ERR_MSS_CDA_EMBEDDED_EMPTY')],
    ['white space only', '<text mediaType="application/pdf" representation="B64"> \n </text>', is('ERR_MSS_CDA_EMBEDDED_EMPTY')],
    ['no text element', '', is('ERR_MSS_CDA_EMBEDDED_EMPTY')],
    [
      'a reference',
      '<text mediaType="application/pdf"><reference value="http://192.0.2.1/x.pdf"/></text>',
      is('ERR_MSS_CDA_EMBEDDED_EXTERNAL'),
    ],
    [
      'compression',
      `<text mediaType="application/pdf" representation="B64" compression="DF">${pdf}</text>`,
      is('ERR_MSS_CDA_EMBEDDED_COMPRESSED'),
    ],
    ['no base64', '<text mediaType="application/pdf" representation="B64">%PDF-1.4</text>', is('ERR_MSS_CDA_EMBEDDED_BASE64')],
    [
      'base64 with padding inside',
      '<text mediaType="application/pdf" representation="B64">JVBE=Ri0x</text>',
      is('ERR_MSS_CDA_EMBEDDED_BASE64'),
    ],
    [
      'base64 of an impossible length',
      '<text mediaType="application/pdf" representation="B64">JVBERi0xL</text>',
      is('ERR_MSS_CDA_EMBEDDED_BASE64'),
    ],
    ['URL-safe base64', '<text mediaType="application/pdf" representation="B64">JVBERi0x_-==</text>', is('ERR_MSS_CDA_EMBEDDED_BASE64')],
  ])('level 1 body: %s', (_case, text, code) => {
    expect(refusal(level1(text)).code).toBe(code);
  });

  it('an embedded body over its limit', () => {
    const body = `<text mediaType="application/pdf" representation="B64">${Buffer.from(`%PDF-${'x'.repeat(2000)}`).toString('base64')}</text>`;
    expect(refusal(level1(body), { embeddedBytes: 2000 }).code).toBe('ERR_MSS_CDA_EMBEDDED_LIMIT');
    expect(readCda(level1(body), { limits: { embeddedBytes: 2005 } }).value.level).toBe(1);
  });

  it('an image over its limit', () => {
    const entry = `<entry><observationMedia ID="a"><value mediaType="image/png" representation="B64">${'QUFB'.repeat(1000)}</value></observationMedia></entry>`;
    expect(codeOf(minimalXml({ body: structured(section('x', entry)) }), { embeddedBytes: 2999 })).toBe('ERR_MSS_CDA_EMBEDDED_LIMIT');
  });
});

describe('XML attacks [§7.2]', () => {
  it.each([
    ['a DOCTYPE', '<!DOCTYPE ClinicalDocument SYSTEM "http://192.0.2.1/x.dtd">' + minimalXml()],
    ['an external entity', doctype('<!ENTITY x SYSTEM "file:///etc/passwd">').replace('Bonjour', '&x;')],
    [
      'a billion laughs',
      doctype('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">').replace(
        'Bonjour',
        '&c;',
      ),
    ],
  ])('%s is refused', (_case, text) => {
    expect(codeOf(text)).toBe('ERR_MSS_XML_DOCTYPE');
  });

  it('an undeclared entity is not well-formed', () => {
    expect(codeOf(minimalXml().replace('Bonjour', '&bonjour;'))).toBe('ERR_MSS_XML_MALFORMED');
  });

  it('deep nesting is refused, in narrative, in entries and around the document', () => {
    const limit = is('ERR_MSS_XML_LIMIT');
    expect(codeOf(minimalXml({ body: structured(section(nest('content', 200, 'x'))) }))).toBe(limit);
    expect(codeOf(minimalXml({ body: structured(section('x', `<entry>${nest('act', 200, '')}</entry>`)) }))).toBe(limit);
    expect(codeOf(nest('x', 200, minimalXml()))).toBe(limit);
    expect(codeOf(minimalXml({ body: structured(section(nest('content', 1000, 'x'))) }))).toBe(limit);
    expect(codeOf(minimalXml({ header: nest('inconnu', 1000, 'x') }))).toBe(limit);
    expect(codeOf(nest('x', 20_000, ''), { xmlDepth: 1_000_000 })).toBe(limit);
  });

  it('as deep as a host may allow, nothing overflows', () => {
    const deep = '<content>'.repeat(900) + 'x' + '</content>'.repeat(900);
    expect(readCda(minimal({ body: structured(section(deep)) }), { limits: { xmlDepth: 1000 } }).value.level).toBe(3);
  });

  it('a huge attribute, too many attributes, too many nodes and too many bytes are refused', () => {
    const limit = is('ERR_MSS_XML_LIMIT');
    expect(
      codeOf(
        minimalXml()
          .replace('Titre', 'Titre')
          .replace('<title>', `<title language="${'x'.repeat(70_000)}">`),
      ),
    ).toBe(limit);
    expect(codeOf(minimalXml().replace('<title>', `<title ${Array.from({ length: 200 }, (_, n) => `a${n}="1"`).join(' ')}>`))).toBe(limit);
    expect(codeOf(minimalXml({ body: structured(section('<br/>'.repeat(1000))) }), { xmlNodes: 1000 })).toBe(limit);
    expect(codeOf(minimalXml(), { xmlBytes: 1000 })).toBe(limit);
  });

  it('UTF-16 and windows-1252 are read, an unknown encoding is not', () => {
    const text = minimalXml({ body: structured(section('é')) });
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    const latin = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1');
    for (const bytes of [utf16, latin]) {
      const { body } = readCda(new Uint8Array(bytes)).value;
      expect(body).toMatchObject({ sections: [{ text: [{ value: 'é' }] }] });
    }
    expect(codeOf(`<?xml version="1.0" encoding="EBCDIC-CP-FR"?>${text}`)).toBe('ERR_MSS_XML_ENCODING');
  });

  it('a document that holds thousands of strange elements makes few warnings', () => {
    const strange = Array.from({ length: 5000 }, (_, n) => `<x${n}>a</x${n}>`).join('');
    const references = Array.from({ length: 5000 }, (_, n) => `<renderMultiMedia referencedObject="r${n}"/>`).join('');
    const { value, warnings } = readCda(minimal({ header: strange, body: structured(section(strange + references)) }));
    expect(value.header.unmapped).toHaveLength(5000);
    expect(warnings.length).toBeLessThan(100);
  });
});

describe('truncated documents', () => {
  it.each(testDocumentNames.filter((_, index) => index % 4 === 0))('%s, cut anywhere, is refused with a code', (name) => {
    const bytes = readTestDocument(name);
    for (let at = 0; at < bytes.length - 20; at += Math.ceil(bytes.length / 40))
      expect(refusal(bytes.subarray(0, at)).code).toMatch(/^ERR_MSS_XML_/);
  });
});

describe('errors name nobody', () => {
  it('whatever is wrong, the message and the details hold nothing of the patient', () => {
    const identifying = new RegExp(`${matricule}|ROCHEBRUNE|JEANNE|19580312`);
    const texts = [
      minimalXml().replace('</patient>', '</patien>'),
      minimalXml().replace('<id root="1.2.3"/>', ''),
      minimalXml({ body: '' }),
      minimalXml({ header: '<recordTarget/>' }),
      minimalXml({ body: structured(section('&ROCHEBRUNE;')) }),
      `<x>${minimalXml()}${minimalXml()}</x>`,
    ];
    for (const text of texts) expect(refusal(encode(text)).text).not.toMatch(identifying);
  });
});

describe('documents of many megabytes', () => {
  it('200 MB of narrative is refused at once, fewer under the node limit, and entries take no memory', async () => {
    const { stdout, stderr, exitCode } = await runInChild(new URL('support/large-child.ts', import.meta.url), { heapMb: 96 });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ refused: 'xmlBytes', overNodes: 'xmlNodes', level: 3, sections: 1 });
  }, 60_000);
});
