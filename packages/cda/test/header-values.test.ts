import { describe, expect, it } from 'vitest';

import {
  caseNumber,
  documentIdentifier,
  mainServiceEvent,
  orderNumbers,
  readCda,
  serviceStart,
  visibility,
  type CdaDocument,
} from '@mss/cda';
import { minimal, section, structured, type MinimalParts } from './support/minimal.js';
import { changed, readTestDocument } from './support/testdata.js';

const headerOf = (parts: MinimalParts) => readCda(minimal(parts)).value.header;
const document = (name: string): CdaDocument => readCda(readTestDocument(name)).value;
const event = (content: string): string => `<documentationOf><serviceEvent>${content}</serviceEvent></documentationOf>`;
const low = (value: string): string => `<effectiveTime><low value="${value}"/></effectiveTime>`;
const order = (ids: string): string => `<inFulfillmentOf><order>${ids}</order></inFulfillmentOf>`;
const performer = '<performer typeCode="PRF"><assignedEntity><id root="1.2.3" extension="4"/></assignedEntity></performer>';

describe('serviceStart [ECO.2.1.6]', () => {
  it('is the low of the first act that has a performer and a low, zone kept', () => {
    const header = headerOf({
      header: [
        event(low('20250101')),
        event(performer),
        event(low('20250616080500+0200') + performer),
        event(low('2026') + performer),
      ].join(''),
    });
    expect(serviceStart(header)).toBe('20250616080500+0200');
    expect(mainServiceEvent(header)).toBe(header.serviceEvents[2]);
  });

  it.each([
    ['no act', ''],
    ['a high only', event(`<effectiveTime><high value="20250616"/></effectiveTime>${performer}`)],
    ['a moment instead of an interval', event(`<effectiveTime value="20250616"/>${performer}`)],
    ['no performer', event(low('20250616'))],
    ['a low without value', event(`<effectiveTime><low nullFlavor="UNK"/></effectiveTime>${performer}`)],
  ])('is null with %s: no other date takes its place', (_case, header) => {
    expect(serviceStart(headerOf({ header }))).toBeNull();
  });

  it('keeps the local day of an act shortly after midnight', () => {
    expect(serviceStart(document('007-lettre-adressage-mise-en-forme').header)).toBe('20250325002000+0100');
  });
});

describe('orderNumbers', () => {
  it('are extensions, or roots that identify alone, without repetition', () => {
    const header = headerOf({
      header: [
        order('<id root="1.2.3" extension="A"/><id root="9B04A0E5-AAA8-4643-BF83-931A56A4D0C1"/>'),
        order('<id root="1.2.4" extension="A"/>'),
        order('<id root="1.2.5"/><id nullFlavor="UNK"/>'),
      ].join(''),
    });
    expect(orderNumbers(header)).toEqual(['A', '9B04A0E5-AAA8-4643-BF83-931A56A4D0C1', '1.2.5']);
  });

  it('leave DICOM accession numbers out', () => {
    const { header } = document('006-imagerie-deux-prescriptions');
    expect(orderNumbers(header)).toEqual(['990375862', '990375863']);
    expect(header.orders.flatMap((one) => one.accessionNumbers.map((id) => id.extension))).toEqual(['A250520-1', 'A250520-2']);
  });

  it('give a case number only for a laboratory report with exactly one extension [ECO.2.1.6]', () => {
    expect(caseNumber(document('001-biologie-hemogramme').header)).toBe('25061600017');
    expect(caseNumber(document('010-biologie-masque-ps').header)).toBeNull();
    expect(caseNumber(document('020-entete-complet').header)).toBeNull();
    expect(caseNumber(headerOf({ header: order('<id root="1.2.5"/>') }))).toBeNull();
    expect(caseNumber(headerOf({ header: order('<id root="1" extension="A"/><id root="1" extension="B"/>') }))).toBeNull();
  });
});

describe('visibility [JDV_J08]', () => {
  const nobodyIsExcluded = { invisiblePatient: false, invisibleRepresentatives: false, maskedFromProfessionals: false };

  it.each([
    ['001-biologie-hemogramme', nobodyIsExcluded],
    ['008-anatomopathologie-invisible-patient', { ...nobodyIsExcluded, invisiblePatient: true }],
    ['009-consultation-mineure', { ...nobodyIsExcluded, invisibleRepresentatives: true }],
    ['010-biologie-masque-ps', { ...nobodyIsExcluded, maskedFromProfessionals: true }],
  ])('%s', (name, expected) => {
    expect(visibility(document(name))).toEqual(expected);
    expect(visibility(document(name).header)).toEqual(expected);
  });

  it.each([
    ['the only code', '<confidentialityCode code="INVISIBLE_PATIENT" codeSystem="1.2.250.1.213.1.1.4.13"/>'],
    ['a repetition', '<confidentialityCode code="N"/><confidentialityCode code="invisible_patient"/>'],
    ['a translation without code system', '<confidentialityCode code="N"><translation code="INVISIBLE_PATIENT"/></confidentialityCode>'],
  ])('a masking code counts as %s', (_where, confidentiality) => {
    expect(visibility(headerOf({ confidentiality })).invisiblePatient).toBe(true);
  });

  it('a section that the patient must not see makes a document that the patient must not be sent', () => {
    const inner =
      '<component><section><text>…</text><confidentialityCode code="R"><translation code="INVISIBLE_PATIENT"/></confidentialityCode></section></component>';
    const { value } = readCda(minimal({ body: structured(section('Bonjour', inner)) }));
    expect(visibility(value).invisiblePatient).toBe(true);
    expect(visibility(value.header).invisiblePatient).toBe(false);
  });
});

describe('the typed header', () => {
  it('writes the identifier of a document as metadata do', () => {
    expect(documentIdentifier(document('002-lettre-de-liaison-pdf').header)).toMatch(/^2\.25\.\d+\^LDL-2025-0990$/);
    expect(documentIdentifier(document('001-biologie-hemogramme').header)).toMatch(/^2\.25\.\d+$/);
  });

  it('keeps every element that it has no field for, with a warning that tells no value', () => {
    const bytes = minimal({
      header:
        '<author><time value="2025"/><assignedAuthor><id root="1"/><sdtc:specialty displayName="Épicier"/></assignedAuthor></author><title>Autre titre</title><inconnu><a>texte 1</a><b value="2"/></inconnu>',
      patient: '<administrativeGenderCode code="F"/><birthTime value="1958"/><raceCode displayName="quelconque"/>',
    });
    const { value, warnings } = readCda(bytes);
    expect(value.header.unmapped).toEqual([
      { path: 'recordTarget/patientRole/patient/raceCode', texts: ['quelconque'] },
      { path: 'author/assignedAuthor/specialty', texts: ['Épicier'] },
      { path: 'title', texts: ['Autre titre'] },
      { path: 'inconnu', texts: ['texte 1', '2'] },
    ]);
    const reported = warnings.filter((one) => one.code === 'CDA_HEADER_UNMAPPED');
    expect(reported.map((one) => one.where)).toEqual(value.header.unmapped.map((one) => one.path));
    expect(JSON.stringify(reported)).not.toMatch(/quelconque|Épicier|texte/);
  });

  it('reads guardians, informants, the one who typed, authenticators, consents and devices', () => {
    const entity = (name: string, person: string): string =>
      `<${name} classCode="PRS"><id root="1.2.3" extension="x"/><code code="MTH" displayName="Mère"/><addr><city>Limoges</city></addr><telecom value="tel:+33500000000" use="HP"/><${person}><name><given>Anne</given><family>VALLONGUE</family></name></${person}></${name}>`;
    const header = headerOf({
      patient: `<administrativeGenderCode code="F"/><birthTime value="2015"/>${entity('guardian', 'guardianPerson')}<guardian><guardianOrganization><name>ASE 87</name></guardianOrganization></guardian>`,
      header: [
        '<author><functionCode code="PCP" displayName="Médecin traitant"/><time value="20250616"/><assignedAuthor><id root="1"/><assignedAuthoringDevice><manufacturerModelName>Modèle</manufacturerModelName><softwareName>Logiciel</softwareName></assignedAuthoringDevice></assignedAuthor></author>',
        `<dataEnterer><time value="20250616"/>${entity('assignedEntity', 'assignedPerson')}</dataEnterer>`,
        `<informant>${entity('relatedEntity', 'relatedPerson')}</informant>`,
        `<informant>${entity('assignedEntity', 'assignedPerson')}</informant>`,
        `<authenticator><time value="20250617"/><signatureCode code="S"/>${entity('assignedEntity', 'assignedPerson')}</authenticator>`,
        `<participant typeCode="INF"><time><low value="2024"/><high value="2025"/></time>${entity('associatedEntity', 'associatedPerson')}</participant>`,
        '<authorization><consent><id root="1.9"/><code code="GEN-366"/><statusCode code="completed"/></consent></authorization>',
      ].join(''),
    });
    const anne = {
      ids: [{ extension: 'x' }],
      code: { code: 'MTH' },
      person: { names: [{ parts: [{ value: 'Anne' }, { value: 'VALLONGUE' }] }] },
    };
    expect(header.patient.guardians).toMatchObject([anne, { person: null, organization: { names: ['ASE 87'] } }]);
    expect(header.authors).toMatchObject([
      {
        functionCode: { displayName: 'Médecin traitant' },
        entity: { device: { manufacturerModelName: 'Modèle', softwareName: 'Logiciel' } },
      },
    ]);
    expect(header.dataEnterer).toMatchObject({ time: { value: '20250616' }, entity: anne });
    expect(header.informants.map((one) => one.entity)).toMatchObject([anne, anne]);
    expect(header.authenticators).toMatchObject([{ signatureCode: 'S', time: { value: '20250617' }, entity: anne }]);
    expect(header.participants).toMatchObject([
      { typeCode: 'INF', time: { low: { value: '2024' }, high: { value: '2025' } }, entity: anne },
    ]);
    expect(header.consents).toMatchObject([{ code: { code: 'GEN-366' }, statusCode: 'completed' }]);
    expect(header.unmapped).toEqual([]);
  });

  it('reads a replaced version', () => {
    const { header } = document('011-biologie-remplacement');
    const first = document('001-biologie-hemogramme').header;
    expect(header.versionNumber).toBe(2);
    expect(header.setId).toEqual(first.setId);
    expect(header.relatedDocuments).toMatchObject([{ typeCode: 'RPLC', ids: [{ root: first.id.root }], versionNumber: 1 }]);
  });

  it('warns of a version number that is none', () => {
    const result = readCda(changed('001-biologie-hemogramme', ['versionNumber value="1"', 'versionNumber value="un"']));
    expect(result.value.header.versionNumber).toBeNull();
    expect(result.warnings.map((one) => one.code)).toContain('CDA_VERSION_NUMBER');
  });

  it('unwraps an auto-presentable document without running its stylesheet', () => {
    const { value, warnings } = readCda(readTestDocument('012-auto-presentable'));
    expect(value).toMatchObject({ autoPresentable: true, stylesheetHref: '#', level: 3 });
    expect(warnings.map((one) => one.code)).toContain('CDA_AUTO_PRESENTABLE');
  });

  it('reads a document with BOM, CRLF and no declaration, and says so', () => {
    const { warnings } = readCda(readTestDocument('013-urgences-bom-outre-mer'));
    expect(warnings.map((one) => one.code)).toEqual(['XML_BOM']);
  });

  it.each([
    ['<?xml-stylesheet type="text/xsl" href="FSTYLE.XSL"?>', 'FSTYLE.XSL'],
    ["<?xml-stylesheet href='a b.xsl' type='text/xsl'?>", 'a b.xsl'],
    ['<?autre href="x"?>', null],
  ])('%s', (prolog, href) => {
    expect(readCda(minimal({ prolog })).value.stylesheetHref).toBe(href);
  });
});
