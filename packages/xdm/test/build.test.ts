import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDocumentSet, type CdaDocument } from '@mss/cda';
import { equalBytes, utf8Decode, type RandomSource } from '@mss/core';
import { attributeOf, childrenOf, descendantsOf, parseXml } from '@mss/formats/xml';
import { readZip } from '@mss/formats/zip';
import { buildXdm, parseXcn, parseXon, readXdm, type BuiltXdm, type XdmBuildOptions } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

import { changedDocument, documentNames, documentText, manyDocuments, testDocument } from './documents.js';

const submissionTime = '20260301081500';
const identifying = /ROCHEBRUNE|VALLONGUE|JEANNE|258038708599044|19580312/i;

/** UUIDs that count. */
function counting(): RandomSource {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`,
    bytes: (length) => new Uint8Array(length),
  };
}

const build = (documents: readonly CdaDocument[], options: Partial<XdmBuildOptions> = {}): BuiltXdm =>
  buildXdm(createDocumentSet(documents), { submissionTime, ...options });
const filesOf = (built: BuiltXdm): Map<string, Uint8Array> =>
  new Map(readZip(built.bytes).value.entries.map((entry) => [entry.name, entry.isDirectory ? new Uint8Array() : entry.read()]));
const textOf = (built: BuiltXdm, name: string): string => utf8Decode(filesOf(built).get(name) ?? new Uint8Array());
const confidentialityOf = (documents: readonly CdaDocument[], options: Partial<XdmBuildOptions> = {}): readonly string[] =>
  build(documents, options).documents[0]?.confidentialityCode.map((code) => code.code) ?? [];
const codeError = (code: string): object => expect.objectContaining({ code });

const laboratory = testDocument('001-biologie-hemogramme');
const replacement = testDocument('011-biologie-remplacement');

describe('the archive [XDM §1.1]', () => {
  it('has the files of IHE in their order, and the bytes of the documents untouched', () => {
    const built = build([laboratory, replacement]);
    const files = filesOf(built);
    expect([...files.keys()]).toEqual([
      'README.TXT',
      'INDEX.HTM',
      'IHE_XDM/',
      'IHE_XDM/SUBSET01/',
      'IHE_XDM/SUBSET01/METADATA.XML',
      'IHE_XDM/SUBSET01/DOC0001.XML',
      'IHE_XDM/SUBSET01/DOC0002.XML',
    ]);
    expect(equalBytes(files.get('IHE_XDM/SUBSET01/DOC0001.XML') ?? new Uint8Array(), laboratory.bytes)).toBe(true);
    expect(equalBytes(files.get('IHE_XDM/SUBSET01/DOC0002.XML') ?? new Uint8Array(), replacement.bytes)).toBe(true);
  });

  it('is the same byte for byte with the same random source and time, and another one otherwise', () => {
    const one = build([laboratory], { random: counting() });
    const two = build([laboratory], { random: counting(), submissionTime: new Date(Date.UTC(2026, 2, 1, 8, 15)) });
    expect(equalBytes(one.bytes, two.bytes)).toBe(true);
    expect(equalBytes(one.bytes, build([laboratory]).bytes)).toBe(false);
    expect(equalBytes(one.bytes, build([laboratory], { random: counting(), modifiedAt: new Date(Date.UTC(2026, 5, 1)) }).bytes)).toBe(
      false,
    );
  });

  it('names documents in 8.3 beyond the ninth', () => {
    const built = build(manyDocuments(12));
    expect(built.documents.map((entry) => entry.URI).slice(8)).toEqual(['DOC0009.XML', 'DOC0010.XML', 'DOC0011.XML', 'DOC0012.XML']);
    const { value } = readXdm(built.bytes);
    expect(value.ok).toBe(true);
    expect(value.documents).toHaveLength(12);
    expect(value.submissionSet?.title).toBe('12 documents');
  });

  it('refuses more documents than such names', () => {
    const many: readonly [CdaDocument, ...CdaDocument[]] = [laboratory, ...Array.from({ length: 9999 }, () => laboratory)];
    expect(() => buildXdm({ patient: laboratory.header.patient.traits, documents: many }, { submissionTime })).toThrow(
      codeError('ERR_MSS_XDM_TOO_MANY_DOCUMENTS'),
    );
  });

  it('refuses the same document twice', () => {
    const documents: readonly [CdaDocument, CdaDocument] = [laboratory, laboratory];
    expect(() => buildXdm({ patient: laboratory.header.patient.traits, documents }, { submissionTime })).toThrow(
      codeError('ERR_MSS_XDM_DUPLICATE_UNIQUE_ID'),
    );
  });

  it('carries a stylesheet that documents cite, and says when one is missing', () => {
    const cited = changedDocument('001-biologie-hemogramme', ['?>', '?>\n<?xml-stylesheet type="text/xsl" href="FSTYLE.XSL"?>']);
    expect(build([cited]).missing).toContainEqual({ where: 'DOC0001.XML', attribute: 'stylesheet' });
    const built = build([cited], {
      stylesheet: new TextEncoder().encode('<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'),
    });
    expect(built.missing).toEqual([]);
    const { value, warnings } = readXdm(built.bytes);
    expect(value.undescribed).toEqual([expect.objectContaining({ path: 'IHE_XDM/SUBSET01/FSTYLE.XSL', citedStylesheet: true })]);
    expect(warnings.map((warning) => warning.code)).not.toContain('XDM_UNDESCRIBED_FILE');
  });

  it.each(['2026030108150', '20260230081500', '20260301081500Z', '', '20261301000000'])('refuses the time %j', (time) => {
    expect(() => build([laboratory], { submissionTime: time })).toThrow(codeError('ERR_MSS_XDM_SUBMISSION_TIME'));
  });
  it('refuses a Date that is none', () => {
    expect(() => build([laboratory], { submissionTime: new Date(Number.NaN) })).toThrow(codeError('ERR_MSS_XDM_SUBMISSION_TIME'));
  });
});

describe('README.TXT and INDEX.HTM [ITI TF-2 3.32.4.1.2]', () => {
  const sender = {
    name: 'DR Zoé Lœuvre–Ça',
    institution: 'Maison de santé « Les Œillets » n° 3',
    institutionId: '1990000033',
    address: '8 rue de l’Église 92100 Boulogne',
    telephone: '+33 1 00 00 00 00',
    software: { name: 'Cabinet', version: '1.2', vendor: 'Éditeur' },
  };
  it('README.TXT is 7-bit ASCII with CRLF, in French, and lists the tree', () => {
    const built = build([laboratory, replacement], { sender });
    const bytes = filesOf(built).get('README.TXT') ?? new Uint8Array();
    expect(bytes.every((byte) => byte === 0x0d || byte === 0x0a || (byte >= 0x20 && byte < 0x7f))).toBe(true);
    const text = utf8Decode(bytes);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text).toContain('. Nom : DR Zoe Loeuvre-Ca\r\n');
    expect(text).toContain('. Organisme : Maison de sante " Les OEillets " no 3 (1990000033)\r\n');
    expect(text).toContain(". Adresse : 8 rue de l'Eglise 92100 Boulogne\r\n");
    expect(text).toContain('. Editeur : Editeur\r\n');
    expect(text).toContain('            DOC0002.XML\r\n');
  });
  it('INDEX.HTM is well-formed XHTML that links README.TXT and the documents', () => {
    const built = build([laboratory], { sender: { ...sender, institution: 'Labo <A> & "B"' } });
    const text = textOf(built, 'INDEX.HTM');
    expect(text).toContain('-//W3C//DTD XHTML Basic 1.1//EN');
    const { root } = parseXml(new TextEncoder().encode(text.replace(/<!DOCTYPE[^>]*>/, ''))).value;
    expect(root).toMatchObject({ name: 'html', namespace: 'http://www.w3.org/1999/xhtml' });
    const links = [...descendantsOf(root, 'a')].map((link) => attributeOf(link, 'href'));
    expect(links).toEqual(['README.TXT', 'IHE_XDM/SUBSET01/DOC0001.XML']);
  });
  it('neither of them names the patient', () => {
    const built = build([laboratory]);
    expect(identifying.test(textOf(built, 'README.TXT') + textOf(built, 'INDEX.HTM'))).toBe(false);
    expect(textOf(built, 'README.TXT')).toContain('. Nom : DR Helene CHAMBERLAND\r\n');
  });
});

describe('METADATA.XML [XDM §1.2, IHE ITI TF-3 4.2]', () => {
  it('refers from every part to the object that holds it, and ties every entry to the submission set', () => {
    const built = build([laboratory, replacement]);
    const { root } = parseXml(new TextEncoder().encode(textOf(built, 'IHE_XDM/SUBSET01/METADATA.XML'))).value;
    const [list] = childrenOf(root);
    if (list === undefined) throw new Error('no list');
    const objects = childrenOf(list);
    expect(objects.map((object) => object.name)).toEqual([
      'RegistryPackage',
      'ExtrinsicObject',
      'ExtrinsicObject',
      'Association',
      'Association',
    ]);
    const ids = [...descendantsOf(root)].map((element) => attributeOf(element, 'id')).filter((id) => id !== null);
    expect(new Set(ids).size).toBe(ids.length);
    for (const object of objects.slice(0, 3)) {
      const id = attributeOf(object, 'id');
      for (const child of childrenOf(object, 'Classification')) expect(attributeOf(child, 'classifiedObject')).toBe(id);
      for (const child of childrenOf(object, 'ExternalIdentifier')) expect(attributeOf(child, 'registryObject')).toBe(id);
      const order = ['Slot', 'Name', 'Description', 'Classification', 'ExternalIdentifier'];
      const places = childrenOf(object).map((child) => order.indexOf(child.name));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
    const targets = objects.slice(3).map((one) => attributeOf(one, 'targetObject'));
    expect(targets).toEqual(objects.slice(1, 3).map((one) => attributeOf(one, 'id')));
    const names = [...descendantsOf(root, 'ExternalIdentifier')]
      .flatMap((one) => [...descendantsOf(one, 'LocalizedString')])
      .map((one) => attributeOf(one, 'value'));
    expect(names).toContain('XDSSubmissionSet.sourceId');
  });

  it('derives the entry from the document', () => {
    const { documents, submissionSet } = build([laboratory], { random: counting() });
    expect(documents[0]).toMatchObject({
      entryUUID: 'urn:uuid:00000000-0000-4000-8000-000000000003',
      mimeType: 'text/xml',
      size: laboratory.bytes.length,
      creationTime: '20250616122500',
      serviceStartTime: '20250616060500',
      languageCode: 'fr-FR',
      patientId: '258038708599044^^^&1.2.250.1.213.1.4.8&ISO^NH',
      uniqueId: '2.25.72329909196365351834159336376864794379',
      classCode: { code: '10', codingScheme: '1.2.250.1.213.1.1.4.1', displayName: 'Compte rendu' },
      formatCode: { code: 'urn:ihe:lab:xd-lab:2008', codingScheme: '1.3.6.1.4.1.19376.1.2.3' },
      typeCode: { code: '11502-2', codingScheme: '2.16.840.1.113883.6.1', displayName: "CR d'examens biologiques" },
      confidentialityCode: [{ code: 'N', codingScheme: '2.16.840.1.113883.5.25', displayName: 'Normal' }],
      action: null,
    });
    expect(submissionSet).toMatchObject({
      entryUUID: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      uniqueId: `2.25.${BigInt('0x00000000000040008000000000000002')}`,
      submissionTime,
      sourceId: '1.2.250.1.71.4.2.2.1990000011',
      title: "Compte rendu d'examens biologiques",
    });
  });

  it('tells a replacement by the version, and a deletion by the host', () => {
    expect(build([replacement]).documents[0]?.action).toBe('C');
    expect(build([replacement], { documents: [{ action: 'delete' }] }).documents[0]?.action).toBe('D');
    expect(build([laboratory], { documents: [{ action: 'replace' }] }).documents[0]?.action).toBe('C');
    expect(build([replacement], { documents: [{ action: 'create' }] }).documents[0]?.action).toBeNull();
  });

  it('says from whom a document is hidden, by the document or by the host', () => {
    expect(confidentialityOf([testDocument('008-anatomopathologie-invisible-patient')])).toEqual(['N', 'INVISIBLE_PATIENT']);
    expect(confidentialityOf([testDocument('009-consultation-mineure')])).toEqual(['N', 'INVISIBLE_REPRESENTANTS_LEGAUX']);
    expect(confidentialityOf([testDocument('010-biologie-masque-ps')])).toEqual(['N', 'MASQUE_PS']);
    expect(confidentialityOf([laboratory], { documents: [{ visibility: { invisiblePatient: true } }] })).toEqual([
      'N',
      'INVISIBLE_PATIENT',
    ]);
    expect(() => build([testDocument('010-biologie-masque-ps')], { documents: [{ visibility: { invisiblePatient: true } }] })).toThrow(
      codeError('ERR_MSS_XDM_VISIBILITY'),
    );
  });

  it('never guesses a class: the host gives it, or the attribute stays out when asked to', () => {
    const unknown = changedDocument('001-biologie-hemogramme', ['code="11502-2"', 'code="60280-5"']);
    const details: unknown = expect.objectContaining({ typeCode: '60280-5' });
    expect(() => build([unknown])).toThrow(expect.objectContaining({ code: 'ERR_MSS_XDM_CLASS_UNKNOWN', details }));
    expect(build([unknown], { documents: [{ classCode: '11' }] }).documents[0]?.classCode).toEqual({
      code: '11',
      codingScheme: '1.2.250.1.213.1.1.4.1',
      displayName: 'Synthèse',
    });
    const omitted = build([unknown], { unknownClass: 'omit' });
    expect(omitted.documents[0]?.classCode).toBeNull();
    expect(omitted.missing).toContainEqual({ where: 'DOC0001.XML', attribute: 'classCode' });
    expect(readXdm(omitted.bytes).value.ok).toBe(true);
  });

  it('never guesses a format: it stays out and is reported as missing', () => {
    const built = build([testDocument('009-consultation-mineure')]);
    expect(built.documents[0]?.formatCode).toBeNull();
    expect(built.missing).toContainEqual({ where: 'DOC0001.XML', attribute: 'formatCode' });
    const formatCode = { code: 'urn:x:1', codingScheme: '1.2.3', displayName: 'X' };
    expect(build([testDocument('009-consultation-mineure')], { documents: [{ formatCode }] }).documents[0]?.formatCode).toEqual(formatCode);
  });

  it.each([
    ['002-lettre-de-liaison-pdf', 'urn:ihe:iti:xds-sd:pdf:2008'],
    ['014-suivi-infirmier-texte', 'urn:ihe:iti:xds-sd:text:2008'],
    ['015-photographie-jpeg', 'urn:ihe:iti-fr:xds-sd:jpeg:2010'],
    ['018-certificat-rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
    ['019-courrier-numerise-tiff', 'urn:ihe:iti-fr:xds-sd:tiff:2010'],
  ])('%s has the format of its body', (name, code) => {
    const format = build([testDocument(name)]).documents[0]?.formatCode;
    expect(format).toMatchObject({ code, codingScheme: '1.3.6.1.4.1.19376.1.2.3' });
    expect(format?.displayName).toMatch(/^Document à corps non structuré/);
  });

  it('takes contentTypeCode from the encounter or the host, never from the facility', () => {
    expect(build([laboratory]).submissionSet.contentTypeCode).toMatchObject({ code: '07', codingScheme: '1.2.250.1.213.2.2' });
    expect(build([testDocument('002-lettre-de-liaison-pdf')]).submissionSet.contentTypeCode).toMatchObject({ code: '03' });
    const silent = testDocument('014-suivi-infirmier-texte');
    expect(build([silent]).submissionSet.contentTypeCode).toBeNull();
    expect(build([silent]).missing).toContainEqual({ where: 'submissionSet', attribute: 'contentTypeCode' });
    const contentTypeCode = { code: '97', codingScheme: '1.2.250.1.213.2.2', displayName: "Type d'activité indifférencié" };
    expect(build([silent], { contentTypeCode }).submissionSet.contentTypeCode).toEqual(contentTypeCode);
  });

  it('takes the institution of the sender from the host', () => {
    const plain = build([laboratory], { authorInstitution: 'Cabinet "A & B"' }).submissionSet.author[0]?.authorInstitution[0] ?? '';
    expect(plain).toBe('Cabinet "A \\T\\ B"');
    expect(parseXon(plain)?.name).toBe('Cabinet "A & B"');
    const full = build([laboratory], { authorInstitution: { name: 'Cabinet', id: '499700000017001' } }).submissionSet.author[0]
      ?.authorInstitution[0];
    expect(full).toBe('Cabinet^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499700000017001');
    expect(build([laboratory], { authorInstitution: 'X' }).documents[0]?.author[0]?.authorInstitution[0]).toContain('Tanneurs');
    expect(() => build([laboratory], { authorInstitution: ' ' })).toThrow(codeError('ERR_MSS_XDM_VALUE_INVALID'));
  });

  it('derives sourceId from the custodian: an OID whatever its identifier looks like', () => {
    const withCustodian = (extension: string): BuiltXdm =>
      build([
        changedDocument('001-biologie-hemogramme', [
          /(<representedCustodianOrganization[\s\S]*?<id root="[\d.]+" extension=")\d+"/,
          `$1${extension}"`,
        ]),
      ]);
    expect(withCustodian('1990000099').submissionSet.sourceId).toBe('1.2.250.1.71.4.2.2.1990000099');
    const named = withCustodian('0AB/12').submissionSet.sourceId;
    expect(named).toMatch(/^2\.25\.\d{30,39}$/);
    expect(withCustodian('0AB/12').submissionSet.sourceId).toBe(named);
    expect(build([laboratory], { sourceId: '1.2.3.4' }).submissionSet.sourceId).toBe('1.2.3.4');
    expect(() => build([laboratory], { sourceId: 'me' })).toThrow(codeError('ERR_MSS_XDM_VALUE_INVALID'));
    const nobody = changedDocument('001-biologie-hemogramme', [
      /(<representedCustodianOrganization[\s\S]*?)<id root="[\d.]+" extension="\d+"\/>/,
      '$1',
    ]);
    expect(() => build([nobody])).toThrow(codeError('ERR_MSS_XDM_SOURCE_ID_UNKNOWN'));
  });

  it('identifies a patient without INS by the internal number, and refuses one without any number', () => {
    const built = build([testDocument('021-sans-ins')]);
    expect(built.submissionSet.patientId).toMatch(/\^PI$/);
    const text = documentText('021-sans-ins');
    const id = /<patientRole[^>]*>\s*(<id [^>]*\/>)/.exec(text)?.[1] ?? '';
    const nobody = changedDocument('021-sans-ins', [id, '']);
    expect(() => build([nobody])).toThrow(codeError('ERR_MSS_XDM_NO_PATIENT_ID'));
  });

  it('writes people, devices and patients as XCN', () => {
    const author = build([laboratory]).documents[0]?.author[0]?.authorPerson ?? '';
    expect(parseXcn(author)).toMatchObject({ familyName: 'CHAMBERLAND', givenName: 'Hélène', typeCode: 'IDNPS', nameType: 'D' });
    const device = changedDocument('001-biologie-hemogramme', [
      /<assignedPerson>[\s\S]*?<\/assignedPerson>/,
      '<assignedAuthoringDevice><manufacturerModelName>M1</manufacturerModelName><softwareName>Automate ^ 2</softwareName></assignedAuthoringDevice>',
    ]);
    const system = build([device]).documents[0]?.author[0]?.authorPerson ?? '';
    expect(parseXcn(system)).toMatchObject({ familyName: 'Automate ^ 2', givenName: 'M1', typeCode: 'RI', nameType: 'U' });
  });

  it('adds what the host knows', () => {
    const event = { code: 'X1', codingScheme: '1.2.3', displayName: 'Ajouté' };
    const built = build([laboratory], {
      title: 'Envoi',
      comments: 'Note',
      intendedRecipient: ['^^Internet^x@y.mssante.fr'],
      repositoryUniqueId: '1.2.3',
      documents: [
        {
          eventCodeList: [event],
          referenceIdList: ['42^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession'],
          mimeType: 'application/xslt+xml',
          title: 'T',
          comments: 'C',
        },
      ],
    });
    const { value } = readXdm(built.bytes);
    expect(value.submissionSet).toMatchObject({ title: 'Envoi', comments: 'Note', intendedRecipient: ['^^Internet^x@y.mssante.fr'] });
    expect(value.documents[0]?.entry).toMatchObject({
      title: 'T',
      comments: 'C',
      mimeType: 'application/xslt+xml',
      repositoryUniqueId: '1.2.3',
      referenceIdList: ['42^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession'],
      extraMetadata: {},
    });
    expect(value.documents[0]?.entry.eventCodeList.at(-1)).toEqual(event);
  });

  it('converts dates to UTC and keeps those without zone as they are, unless told their zone', () => {
    const floating = changedDocument('001-biologie-hemogramme', [
      /<effectiveTime value="(\d{14})[+-]\d{4}"\/>/,
      '<effectiveTime value="$1"/>',
    ]);
    const local = /<effectiveTime value="(\d{14})/.exec(documentText('001-biologie-hemogramme'))?.[1];
    expect(build([floating]).documents[0]?.creationTime).toBe(local);
    expect(build([floating], { assumedZone: '+0200' }).documents[0]?.creationTime).toBe('20250616122500');
  });
});

describe('every document of the project', () => {
  it.each(documentNames)('%s is packed and read back as it is', (name) => {
    const document = testDocument(name);
    const built = build([document], { unknownClass: 'omit' });
    const { value, warnings } = readXdm(built.bytes);
    expect(value.problems).toEqual([]);
    expect(equalBytes(value.documents[0]?.bytes ?? new Uint8Array(), document.bytes)).toBe(true);
    expect(value.documents[0]?.entry).toEqual(built.documents[0]);
    expect(value.submissionSet).toEqual(built.submissionSet);
    expect(warnings.map((warning) => warning.code).filter((code) => !/^XDM_(INS_|PATIENT_ID_NOT_INS)/.test(code))).toEqual([]);
  });
});

interface ForeignTool {
  readonly name: string;
  readonly command: string;
  readonly version: readonly string[];
  /** Tests the archive, then prints one of its files. */
  readonly runs: (archive: string, file: string) => readonly (readonly string[])[];
}

const python =
  'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nsys.stdout.buffer.write(z.read(sys.argv[2]))';
const tools: readonly ForeignTool[] = [
  {
    name: 'unzip',
    command: 'unzip',
    version: ['-v'],
    runs: (archive, file) => [
      ['-tqq', archive],
      ['-p', archive, file],
    ],
  },
  { name: "Python's zipfile", command: 'python3', version: ['--version'], runs: (archive, file) => [['-c', python, archive, file]] },
  {
    name: 'bsdtar',
    command: 'bsdtar',
    version: ['--version'],
    runs: (archive, file) => [
      ['-tf', archive],
      ['-xOf', archive, file],
    ],
  },
];

function isInstalled(tool: ForeignTool): boolean {
  try {
    execFileSync(tool.command, tool.version, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('an archive that we write is read by foreign tools', () => {
  for (const tool of tools) {
    const installed = isInstalled(tool);
    it.skipIf(!installed)(`${tool.name}${installed ? '' : ' (skipped: not installed)'}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'xdm-'));
      try {
        const archive = join(folder, 'IHE_XDM.ZIP');
        writeFileSync(archive, build([laboratory, replacement]).bytes);
        let output = Buffer.alloc(0);
        for (const args of tool.runs(archive, 'IHE_XDM/SUBSET01/DOC0002.XML')) output = execFileSync(tool.command, args);
        expect(equalBytes(output, replacement.bytes)).toBe(true);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
