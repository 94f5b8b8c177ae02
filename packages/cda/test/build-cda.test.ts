import { describe, expect, it } from 'vitest';
import { isMssError } from '@mss/core';

import {
  buildCda,
  createDocumentSet,
  formatOf,
  orderNumbers,
  readCda,
  serviceStart,
  visibility,
  type CdaDraft,
  type CdaErrorCode,
} from '@mss/cda';
import { xsdAvailable } from './support/corpus.js';
import { fullDraft, leastDraft, oid } from './support/draft.js';
import { validateCda } from './support/xsd.js';

const decoder = new TextDecoder();
const bytesOf = (...codes: readonly (number | string)[]): Uint8Array =>
  Buffer.concat(codes.map((one) => (typeof one === 'number' ? Buffer.from([one]) : Buffer.from(one, 'latin1'))));

function refusal(draft: CdaDraft, options = {}): { readonly code: string; readonly field: unknown; readonly text: string } {
  try {
    buildCda(draft, options);
  } catch (error) {
    if (isMssError(error))
      return { code: error.code, field: error.details['field'], text: `${error.message} ${JSON.stringify(error.details)}` };
    throw error;
  }
  throw new Error('not refused');
}

/** A copy of an object with one value, found by its path, replaced or removed. */
function replaced(holder: object, path: readonly string[], value: unknown): object {
  const [name = '', ...rest] = path;
  const copy: Record<string, unknown> = { ...holder };
  const inner = copy[name];
  if (rest.length > 0) copy[name] = replaced(typeof inner === 'object' && inner !== null ? inner : {}, rest, value);
  else if (value === undefined) delete copy[name];
  else copy[name] = value;
  return Array.isArray(holder) ? Object.values(copy) : copy;
}

/** The full draft with one value replaced or removed, whatever the types say: plain JavaScript calls us too. */
function withValue(path: string, value: unknown): CdaDraft {
  return replaced(fullDraft, path.split('.'), value) as CdaDraft;
}

const bodies = [
  ['application/pdf', 'application/pdf', bytesOf('%PDF-1.4'), 'urn:ihe:iti:xds-sd:pdf:2008'],
  ['image/jpeg', 'image/jpeg', bytesOf(0xff, 0xd8, 0xff, 0xe0), 'urn:ihe:iti-fr:xds-sd:jpeg:2010'],
  ['image/tiff', 'image/tiff', bytesOf('II*\0'), 'urn:ihe:iti-fr:xds-sd:tiff:2010'],
  ['text/rtf', 'application/rtf', bytesOf('{\\rtf1 a}'), 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
  ['text/plain', 'text/plain', new TextEncoder().encode('été'), 'urn:ihe:iti:xds-sd:text:2008'],
] as const;

describe('buildCda wraps a file in a level 1 document [ECO.2.1.4]', () => {
  it('every value of the draft comes back from the reader', () => {
    const { header, body, level } = buildCda(fullDraft);
    expect(level).toBe(1);
    expect(header.patient.traits).toEqual(fullDraft.patient.traits);
    expect(header.templateIds.map((one) => one.root)).toEqual([
      '2.16.840.1.113883.2.8.2.1',
      '1.2.250.1.213.1.1.1.1',
      '1.3.6.1.4.1.19376.1.2.20',
    ]);
    expect(header).toMatchObject({
      id: { root: '2.25.1', extension: 'LDL-1' },
      setId: { root: '2.25.2', extension: null },
      versionNumber: 2,
      code: {
        code: '11490-0',
        codeSystem: '2.16.840.1.113883.6.1',
        displayName: "Lettre de liaison à la sortie d'un établissement de soins",
      },
      title: fullDraft.title,
      effectiveTime: { value: fullDraft.effectiveTime },
      languageCode: 'fr-FR',
      confidentiality: { code: 'R', displayName: 'Restreint' },
      relatedDocuments: [{ typeCode: 'RPLC', ids: [{ root: '2.25.1', extension: 'LDL-0' }], setId: { root: '2.25.2' }, versionNumber: 1 }],
      authors: [
        {
          time: { value: '20250208112000+0100' },
          entity: { code: { code: 'G15_10/SM08' }, organization: { industry: { code: 'ETABLISSEMENT' } } },
        },
      ],
      legalAuthenticator: { signatureCode: 'S', entity: { ids: [{ extension: '899700000033' }] } },
      custodian: { names: ['Centre hospitalier du Belvédère'] },
      recipients: [{ entity: { person: { names: [{ parts: [{ value: 'Étienne' }, { value: 'LAFORÊT' }, { value: 'DR' }] }] } } }],
      encounter: {
        code: { code: 'IMP' },
        facility: { code: { code: 'SA01', displayName: 'Etablissement public de santé' }, name: "Service d'orthopédie" },
      },
    });
    expect(header.patient.addresses[0]?.parts.map((part) => part.value)).toEqual([
      'Résidence des Tanneurs',
      '12 rue & place',
      '87000',
      'LIMOGES',
      'FRANCE',
    ]);
    expect(header.unmapped).toEqual([]);
    expect(orderNumbers(header)).toEqual(['25020300001', '9B04A0E5-AAA8-4643-BF83-931A56A4D0C1']);
    expect(serviceStart(header)).toBe('20250203142000+0100');
    expect(header.serviceEvents).toHaveLength(2);
    expect(body.kind === 'nonXml' ? body.media.bytes() : null).toEqual(fullDraft.body.bytes);
  });

  it('gives back what a receiver reads, without a warning', () => {
    const built = buildCda(fullDraft);
    const { value, warnings } = readCda(built.bytes);
    expect(warnings).toEqual([]);
    expect(JSON.stringify(value.header)).toBe(JSON.stringify(built.header));
    expect(createDocumentSet([built]).patient).toEqual(fullDraft.patient.traits);
  });

  it('makes UUID-based identifiers where none is given, and no other', () => {
    const random = { uuid: () => '0b8e5fd2-8d5f-4d5a-9d2c-2f1f3b7a9c11', bytes: () => new Uint8Array() };
    const { header } = buildCda(leastDraft, { random });
    expect(header.id).toMatchObject({ root: `2.25.${BigInt('0x0b8e5fd28d5f4d5a9d2c2f1f3b7a9c11')}`, extension: null });
    expect(header.setId?.root).toMatch(/^2\.25\.\d+$/);
    expect(header.versionNumber).toBe(1);
  });

  it('the same draft gives the same bytes', () => {
    expect(buildCda(fullDraft).bytes).toEqual(buildCda(fullDraft).bytes);
  });

  it.each(bodies)('%s', (mediaType, read, bytes, format) => {
    const document = buildCda({ ...leastDraft, body: { mediaType, bytes } });
    expect(document.body).toMatchObject({ kind: 'nonXml', media: { mediaType: read, byteLength: bytes.length } });
    expect(formatOf(document)?.code).toBe(format);
  });

  it.each([
    [['INVISIBLE_PATIENT'], { invisiblePatient: true, invisibleRepresentatives: false, maskedFromProfessionals: false }],
    [
      ['MASQUE_PS', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
      { invisiblePatient: false, invisibleRepresentatives: true, maskedFromProfessionals: true },
    ],
  ] as const)('masking %j is read back', (masking, expected) => {
    const { header } = buildCda({ ...leastDraft, masking });
    expect(visibility(header)).toEqual(expected);
    expect(header.confidentiality?.code).toBe('N');
  });

  it('takes a whole coded value for what a table does not list', () => {
    const type = { code: 'NOUVEAU', codeSystem: '1.2.250.1.213.1.1.4.12', displayName: 'Type à venir' };
    expect(buildCda({ ...leastDraft, type }).header.code).toMatchObject(type);
  });

  it('takes a test INS only in the test environment', () => {
    const draft = withValue('patient.traits.ins', { value: '279035121518989', oid: oid('1.2.250.1.213.1.4.10') });
    expect(refusal(draft).code).toBe('ERR_MSS_CDA_BUILD_INS');
    expect(buildCda(draft, { environment: 'test' }).header.patient.traits.ins?.oid).toBe('1.2.250.1.213.1.4.10');
  });

  it.skipIf(!xsdAvailable)(
    'is valid against the CDA schema, whatever the body',
    async () => {
      const messages = await validateCda(
        new Map([
          ['full', decoder.decode(buildCda(fullDraft).bytes)],
          ['least', decoder.decode(buildCda(leastDraft).bytes)],
          ...bodies.map(
            ([mediaType, , bytes]) => [mediaType, decoder.decode(buildCda({ ...leastDraft, body: { mediaType, bytes } }).bytes)] as const,
          ),
        ]),
      );
      expect(messages).toEqual({ full: [], least: [], ...Object.fromEntries(bodies.map(([mediaType]) => [mediaType, []])) });
    },
    60_000,
  );
});

describe('buildCda refuses', () => {
  const missing = 'ERR_MSS_CDA_BUILD_MISSING' satisfies CdaErrorCode;
  const invalid = 'ERR_MSS_CDA_BUILD_INVALID' satisfies CdaErrorCode;
  const ins = 'ERR_MSS_CDA_BUILD_INS' satisfies CdaErrorCode;

  it.each([
    ['patient.traits.birthName', null, missing],
    ['patient.traits.birthName', '  ', missing],
    ['patient.traits.givenNames', [], missing],
    ['patient.traits.sex', null, missing],
    ['patient.traits.sex', 'U', invalid],
    ['patient.traits.birthDate', null, missing],
    ['patient.traits.birthDate', '12/03/1958', invalid],
    ['patient.traits.birthPlaceCode', null, missing],
    ['patient.traits.birthPlaceCode', 'LIMOGES', invalid],
    ['patient.telecoms', [{ value: '0555000101' }], invalid],
    ['patient.telecoms', [{ value: 'tel:+33', use: 'chez lui' }], invalid],
    ['title', '', missing],
    ['title', 'a\u0000b', invalid],
    ['title', 'a\ud800b', invalid],
    ['type', '99999-9', invalid],
    ['type', { code: 'a b', codeSystem: '1.2', displayName: 'x' }, invalid],
    ['type', { code: 'a', codeSystem: 'LOINC', displayName: 'x' }, invalid],
    ['effectiveTime', '20250208', invalid],
    ['effectiveTime', '20250208113000', invalid],
    ['effectiveTime', '2025-02-08T11:30:00Z', invalid],
    ['id', { root: 'urn:oid:1.2' }, invalid],
    ['id', { root: '1.2', extension: '' }, missing],
    ['setId', undefined, missing],
    ['versionNumber', 1, invalid],
    ['versionNumber', 1.5, invalid],
    ['confidentiality', 'X', invalid],
    ['masking', ['INVISIBLE_PATIENT', 'MASQUE_PS'], invalid],
    ['masking', ['SECRET'], invalid],
    ['authors', [], missing],
    ['authors.0.time', undefined, missing],
    ['authors.0.professional.id', undefined, missing],
    ['authors.0.professional.name.family', undefined, missing],
    ['authors.0.professional.specialty', 'G99', invalid],
    ['custodian.name', '', missing],
    ['legalAuthenticator.time', '20250208', invalid],
    ['acts', [], missing],
    ['acts.0.start', undefined, missing],
    ['acts.0.start', '20250203142000', invalid],
    ['acts.0.performer.organization.practiceSetting', undefined, missing],
    ['acts.0.performer.organization.practiceSetting', 'CLINIQUE', invalid],
    ['encounter.facility.type', 'SA99', invalid],
  ])('%s = %j', (path, value, code) => {
    const error = refusal(withValue(path, value));
    expect(error.code).toBe(code);
    expect(typeof error.field).toBe('string');
    expect(error.text).not.toMatch(/ROCHEBRUNE|JEANNE|19580312|258038708599/);
  });

  it.each([
    ['a wrong key', { value: '258038708599001', oid: oid('1.2.250.1.213.1.4.8') }],
    ['a malformed number', { value: '2580387085990', oid: oid('1.2.250.1.213.1.4.8') }],
    ['a social security number', { value: '258038708599044', oid: oid('1.2.250.1.213.1.4.13') }],
    ['a demonstration identity in production', { value: '258038708599044', oid: oid('1.2.250.1.213.1.4.11') }],
  ])('an INS with %s', (_case, value) => {
    const error = refusal(withValue('patient.traits.ins', value));
    expect(error.code).toBe(ins);
    expect(error.text).not.toContain('2580387');
  });

  it('a patient without any identifier', () => {
    expect(refusal({ ...leastDraft, patient: { traits: { ...leastDraft.patient.traits, otherIds: [] } } }).code).toBe(missing);
  });

  it.each([
    ['application/pdf', bytesOf(0xff, 0xd8, 0xff)],
    ['image/jpeg', bytesOf('%PDF-1.4')],
    ['text/plain', bytesOf('%PDF-1.4')],
    ['text/plain', bytesOf(0xe9, 0x74, 0xe9)],
    ['text/plain', bytesOf('a\0b')],
    ['application/pdf', new Uint8Array()],
    ['image/png', bytesOf(0x89, 'PNG\r\n\x1a\n')],
  ] as const)('a body that is no %s', (mediaType, bytes) => {
    expect(refusal(withValue('body', { mediaType, bytes })).code).toBe('ERR_MSS_CDA_BUILD_MEDIA' satisfies CdaErrorCode);
  });

  it('a body over the limit that readers have', () => {
    expect(refusal(leastDraft, { limits: { embeddedBytes: 5 } }).code).toBe('ERR_MSS_CDA_BUILD_MEDIA');
  });
});
