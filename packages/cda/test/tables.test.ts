import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import {
  authorSpecialties,
  classLabel,
  classOfType,
  classOfTypes,
  confidentialityCodes,
  documentTypes,
  facilityTypes,
  formatOf,
  formatOfTemplates,
  isTechnicalHeaderElement,
  loincTerms,
  practiceSettings,
  readCda,
  technicalHeaderElements,
  typeByCode,
  typeLabel,
} from '@mss/cda';
import { formatLabels } from '../src/tables/labels.js';
import { readTestDocument, testdataFolder, testDocumentNames } from './support/testdata.js';

const format = (name: string) => formatOf(readCda(readTestDocument(name)).value)?.code ?? null;
const isTechnical = (name: string, code: string | null = null, depth = 1): boolean =>
  isTechnicalHeaderElement({ namespace: 'urn:hl7-org:v3', name, code, depth });

describe('the ANS tables', () => {
  it.each([
    [documentTypes, 114],
    [loincTerms, 96],
    [facilityTypes, 69],
    [practiceSettings, 12],
    [confidentialityCodes, 6],
    [authorSpecialties, 396],
  ] as const)('$name holds every concept once', (table, count) => {
    expect(table.concepts).toHaveLength(count);
    expect(new Set(table.concepts.map((one) => `${one.codeSystem} ${one.code}`)).size).toBe(count);
    expect(table.version).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    for (const one of table.concepts) expect(one.displayName).not.toMatch(/^\s|\s$|&\w+;/);
  });

  it('the correspondences have all their rows', () => {
    expect(classOfTypes.pairs).toHaveLength(124);
    expect(formatOfTemplates.pairs).toHaveLength(62);
  });
});

describe('typeLabel and classOfType', () => {
  it.each([
    ['11490-0', '2.16.840.1.113883.6.1', "Lettre de liaison à la sortie d'un établissement de soins", '10'],
    ['CERT_DECL', '1.2.250.1.213.1.1.4.12', 'Certificat, déclaration', '52'],
    ['57833-6', null, 'Prescription de produits de santé', '42'],
    ['10213-7', null, "CR d'anesthésie", '10'],
  ])('%s', (code, system, label, className) => {
    expect(typeLabel(code, system)).toBe(label);
    expect(classOfType(code, system)?.code).toBe(className);
  });

  it('a code of another code system is not found', () => {
    expect(typeByCode('11490-0', '1.2.250.1.213.1.1.4.12')).toBeNull();
    expect(classOfType('11490-0', '1.2.3')).toBeNull();
    expect(typeLabel('0-0')).toBeNull();
  });

  it('exactly six types have no class and none is guessed', () => {
    const without = documentTypes.concepts.filter((one) => classOfType(one.code, one.codeSystem) === null).map((one) => one.code);
    expect(without.sort()).toEqual(['101881-1', '28617-9', '34120-6', '60280-5', '78341-5', '89233-1']);
  });

  it('a term out of use says since when', () => {
    expect(loincTerms.find('10213-7')?.endedOn).toBe('2017-10-13');
  });
});

describe('labels', () => {
  it('every class and every format of the tables has one', () => {
    const classes = documentTypes.concepts.map((one) => classOfType(one.code, one.codeSystem)).filter((one) => one !== null);
    // The class of a digital signature (E1762) is of ASTM: no table of ANS labels it.
    expect(classes.filter((one) => one.displayName === null).map((one) => one.codeSystem)).toEqual(['URN']);
    expect([classLabel('10'), classLabel('43'), classLabel('99'), classLabel('77')]).toEqual([
      'Compte rendu',
      'Dispensation',
      'Document technique',
      null,
    ]);
    const formats = [...new Set(formatOfTemplates.pairs.map((one) => one.to.code))];
    expect(formats.length).toBeGreaterThan(50);
    expect(formats.filter((code) => !formatLabels.has(code))).toEqual([]);
  });
});

describe('formatOf', () => {
  it.each([
    ['001-biologie-hemogramme', 'urn:ihe:lab:xd-lab:2008'],
    ['002-lettre-de-liaison-pdf', 'urn:ihe:iti:xds-sd:pdf:2008'],
    ['004-prescription-ins-test', 'urn:ihe:pharm:pre:2010'],
    ['005-synthese-medicale-date-lunaire', 'urn:asip:ci-sis:vsm:2012'],
    ['006-imagerie-deux-prescriptions', 'urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013'],
    ['007-lettre-adressage-mise-en-forme', null],
    ['014-suivi-infirmier-texte', 'urn:ihe:iti:xds-sd:text:2008'],
    ['015-photographie-jpeg', 'urn:ihe:iti-fr:xds-sd:jpeg:2010'],
    ['018-certificat-rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
    ['019-courrier-numerise-tiff', 'urn:ihe:iti-fr:xds-sd:tiff:2010'],
  ])('%s: %s', (name, code) => {
    expect(format(name)).toBe(code);
  });

  it('a level 1 body of another type has no format', () => {
    const document = readCda(readTestDocument('015-photographie-jpeg')).value;
    if (document.body.kind !== 'nonXml') throw new Error('not level 1');
    expect(formatOf({ ...document, body: { ...document.body, media: { ...document.body.media, mediaType: 'image/png' } } })).toBeNull();
  });
});

describe('technicalHeaderElements [ECO.2.1.5]', () => {
  it('are what every French document says or what names templates', () => {
    expect(technicalHeaderElements.map((one) => one.name)).toEqual([
      'realmCode',
      'typeId',
      'templateId',
      'languageCode',
      'confidentialityCode',
    ]);
    expect([
      isTechnical('realmCode'),
      isTechnical('typeId'),
      isTechnical('templateId', null, 4),
      isTechnical('languageCode', 'fr-FR'),
      isTechnical('confidentialityCode', 'N'),
    ]).toEqual([true, true, true, true, true]);
  });

  it('are not confidentiality other than N, another language, or anything else', () => {
    expect([
      isTechnical('confidentialityCode', 'R'),
      isTechnical('confidentialityCode'),
      isTechnical('languageCode', 'br'),
      isTechnical('languageCode', 'fr-FR', 2),
      isTechnical('title'),
      isTechnicalHeaderElement({ namespace: '', name: 'realmCode', code: null, depth: 1 }),
    ]).toEqual([false, false, false, false, false, false]);
  });
});

it('the test documents lie where every package finds them', () => {
  expect(existsSync(testdataFolder)).toBe(true);
  expect(testDocumentNames.length).toBeGreaterThanOrEqual(14);
});
