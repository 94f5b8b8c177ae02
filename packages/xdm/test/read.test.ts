import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createDocumentSet } from '@mss/cda';
import { isMssError } from '@mss/core';
import { readZip, writeZip } from '@mss/formats/zip';
import { buildXdm, describeXdm, ensureXdmOk, readXdm, type XdmArchive } from '@mss/xdm';
import { runInChild } from '@mss/testkit';
import { describe, expect, it } from 'vitest';

import { testDocument } from './documents.js';

const folder = fileURLToPath(new URL('../../../tooling/testdata/xdm/', import.meta.url));
const archive = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}${name}.zip`));
const problemsOf = (name: string): XdmArchive['problems'] => readXdm(archive(`failure/${name}`)).value.problems;
const codeError = (code: string): object => expect.objectContaining({ code });

const laboratory = testDocument('001-biologie-hemogramme');
const built = buildXdm(createDocumentSet([laboratory]), { submissionTime: '20260301081500' });

/** The archive with one of its files changed, added (`null` before) or dropped (`null` after). */
function changed(file: string, change: (bytes: Uint8Array) => Uint8Array | null, bytes: Uint8Array = built.bytes): Uint8Array {
  const entries = readZip(bytes).value.entries.map((entry) => ({
    name: entry.name,
    bytes: entry.isDirectory ? new Uint8Array() : entry.read(),
  }));
  const kept = entries.flatMap((entry) => {
    if (!entry.name.endsWith(file)) return [entry];
    const next = change(entry.bytes);
    return next === null ? [] : [{ ...entry, bytes: next }];
  });
  return writeZip(kept, { modifiedAt: new Date(Date.UTC(2026, 2, 1)) });
}

describe('readXdm', () => {
  it('gives patient, submission set, entries and documents', () => {
    const { value } = readXdm(built.bytes);
    expect(value).toMatchObject({ ok: true, problems: [], undescribed: [] });
    expect(value.patient).toMatchObject({
      ins: { value: '258038708599044', oid: '1.2.250.1.213.1.4.8' },
      birthName: 'ROCHEBRUNE',
      usualName: 'VALLONGUE',
      givenNames: ['JEANNE', 'MARIE', 'LOUISE'],
      birthDate: '19580312',
      sex: 'F',
      birthPlaceCode: '87085',
    });
    expect(value.documents).toHaveLength(1);
    expect(value.documents[0]).toMatchObject({
      uri: 'DOC0001.XML',
      path: 'IHE_XDM/SUBSET01/DOC0001.XML',
      submissionSet: 0,
      sizeOk: true,
      hashOk: true,
    });
    expect(value.documents[0]?.cda?.header.patient.traits.birthName).toBe('ROCHEBRUNE');
    expect(value.associations).toHaveLength(1);
    expect(ensureXdmOk(value).patient.ins?.value).toBe('258038708599044');
  });

  it('leaves documents alone when told to, and still verifies them', () => {
    const { value } = readXdm(built.bytes, { readDocuments: false });
    expect(value.documents[0]).toMatchObject({ cda: null, sizeOk: true, hashOk: true });
    const tampered = changed('DOC0001.XML', (bytes) => Buffer.concat([bytes, Buffer.from('\n')]));
    expect(readXdm(tampered, { readDocuments: false }).value.problems.map((problem) => problem.code)).toEqual([
      'ERR_MSS_XDM_SIZE_MISMATCH',
      'ERR_MSS_XDM_HASH_MISMATCH',
    ]);
  });

  it('reads headers alone when told to, and compares them all the same', () => {
    const header = { readDocuments: 'header' } as const;
    const whole = readXdm(built.bytes).value;
    const { value } = readXdm(built.bytes, header);
    const [document] = value.documents;
    expect(document).toMatchObject({ cda: null, sizeOk: true, hashOk: true });
    expect(document?.cdaHeader?.header).toEqual(whole.documents[0]?.cda?.header);
    expect(document?.cdaHeader?.level).toBe(3);
    expect(whole.documents[0]?.cdaHeader).toBe(whole.documents[0]?.cda);
    expect(value.tolerated).toEqual(whole.tolerated);
    expect(readXdm(archive('success/OK--stylesheet-beside'), header).value.undescribed).toMatchObject([{ citedStylesheet: true }]);
  });

  it.each([
    'IDENTITY_MISMATCH--ins',
    'IDENTITY_MISMATCH--sex',
    'HASH_MISMATCH',
    'DOCUMENT_UNREADABLE--doctype',
    'TWO_PATIENTS--two-documents',
  ])('finds ERR_MSS_XDM_%s by the header', (name) => {
    const bytes = archive(`failure/ERR_MSS_XDM_${name}`);
    expect(readXdm(bytes, { readDocuments: 'header' }).value.problems).toEqual(readXdm(bytes).value.problems);
  });

  it('shows what METADATA.XML says and what was found', () => {
    const size = problemsOf('ERR_MSS_XDM_SIZE_MISMATCH')[0]?.evidence;
    expect(Number(size?.['expected']) - Number(size?.['found'])).toBe(1);
    const hash = problemsOf('ERR_MSS_XDM_HASH_MISMATCH')[0]?.evidence;
    expect(hash?.['expected']).toMatch(/^[0-9A-F]{40}$/);
    expect(hash?.['found']).toMatch(/^[0-9A-F]{40}$/);
    expect(problemsOf('ERR_MSS_XDM_HASH_MISMATCH--line-ends')[0]?.evidence).toMatchObject({ hashOfTheSameTextWithLineEnds: 'LF' });
  });

  it('keeps the bytes of a document that is not what METADATA.XML says, so that the host can show them', () => {
    const { value } = readXdm(archive('failure/ERR_MSS_XDM_HASH_MISMATCH'));
    expect(value.documents[0]).toMatchObject({ hashOk: false, sizeOk: true });
    expect(value.documents[0]?.bytes?.length).toBe(value.documents[0]?.size);
  });

  it.each([
    ['ins', 'ins'],
    ['birth-name', 'birthName'],
    ['given-name', 'givenName'],
    ['birth-date', 'birthDate'],
    ['sex', 'sex'],
  ])('names the trait that differs between METADATA.XML and the CDA, not its value: %s', (name, field) => {
    const [problem] = problemsOf(`ERR_MSS_XDM_IDENTITY_MISMATCH--${name}`);
    expect(problem).toMatchObject({ fields: [field], requirement: 'ECO.2.1.2', where: 'IHE_XDM/SUBSET01/DOC0001.XML' });
  });

  it('names no patient when METADATA.XML names two', () => {
    const { value } = readXdm(archive('failure/ERR_MSS_XDM_TWO_PATIENTS--two-documents'));
    expect(value.patient).toBeNull();
    expect(value.documents.map((document) => document.patient?.birthName)).toEqual(['DUVERNOIS', 'GRANGEVAL']);
    expect(() => ensureXdmOk(value)).toThrow(codeError('ERR_MSS_XDM_TWO_PATIENTS'));
  });

  it('does not take the patient of a submission set for granted when the entries name nobody', () => {
    const text = Buffer.from(
      readZip(built.bytes)
        .value.entries.find((entry) => entry.name.endsWith('METADATA.XML'))
        ?.read() ?? [],
    ).toString('utf8');
    const nobody = text
      .replace(/<rim:Slot name="sourcePatient[\s\S]*?<\/rim:Slot>/g, '')
      .replace(/(<rim:ExternalIdentifier id="Document01_i\d+"[^>]*)value="[^"]*NH"/, '$1value=""');
    const { value, warnings } = readXdm(changed('METADATA.XML', () => Buffer.from(nobody)));
    expect(value.ok).toBe(true);
    expect(value.documents[0]?.patient).toBeNull();
    expect(value.patient?.ins?.value).toBe('258038708599044');
    expect(warnings.map((warning) => warning.code)).toEqual(
      expect.arrayContaining(['XDM_PATIENT_ID_MISSING', 'XDM_SOURCE_PATIENT_INFO_MISSING']),
    );
    const other = changed(
      'DOC0001.XML',
      () => null,
      changed('METADATA.XML', () => Buffer.from(nobody.replaceAll(/<rim:Slot name="(?:hash|size)"[\s\S]*?<\/rim:Slot>/g, ''))),
    );
    expect(readXdm(other).value.problems.map((problem) => problem.code)).toEqual(['ERR_MSS_XDM_DOCUMENT_MISSING']);
  });

  it('says with which code a document could not be read', () => {
    expect(problemsOf('ERR_MSS_XDM_DOCUMENT_UNREADABLE--doctype')[0]).toMatchObject({ cause: 'ERR_MSS_XML_DOCTYPE' });
    expect(problemsOf('ERR_MSS_XDM_DOCUMENT_UNREADABLE--malformed')[0]).toMatchObject({ cause: 'ERR_MSS_XML_MALFORMED' });
    expect(problemsOf('ERR_MSS_XDM_DOCUMENT_UNREADABLE--deep')[0]).toMatchObject({ cause: 'ERR_MSS_XML_LIMIT' });
  });

  it('never inflates a file that METADATA.XML does not describe', () => {
    const entries = readZip(archive('success/XDM_UNDESCRIBED_FILE')).value.entries;
    const bytes = archive('success/XDM_UNDESCRIBED_FILE');
    const undescribed = entries.at(-1);
    expect(undescribed?.name).toBe('IHE_XDM/SUBSET01/DOC0002.XML');
    // Damage its compressed content, which stands right before the central directory.
    const directory = Buffer.from(bytes).indexOf('PK\u0001\u0002', 0, 'latin1');
    bytes[directory - 10] = (bytes[directory - 10] ?? 0) ^ 0xff;
    const { value } = readXdm(bytes);
    expect(value.ok).toBe(true);
    expect(value.undescribed).toEqual([{ path: 'IHE_XDM/SUBSET01/DOC0002.XML', size: undescribed?.size, citedStylesheet: false }]);
  });

  it('masks names that the sender chose in every place it reports', () => {
    const { warnings } = readXdm(archive('success/XDM_UNDESCRIBED_FILE--with-a-name'));
    expect(warnings.find((warning) => warning.code === 'XDM_UNDESCRIBED_FILE')?.where).toBe('IHE_XDM/SUBSET01/*.pdf (entry 7)');
  });

  it('keeps to the limits of the host', () => {
    expect(() => readXdm(built.bytes, { limits: { archiveBytes: 1000 } })).toThrow(codeError('ERR_MSS_ZIP_TOO_LARGE'));
    expect(() => readXdm(built.bytes, { limits: { archiveEntries: 3 } })).toThrow(codeError('ERR_MSS_ZIP_TOO_MANY_ENTRIES'));
    expect(() => readXdm(built.bytes, { limits: { xmlBytes: 500 } })).toThrow(codeError('ERR_MSS_XML_LIMIT'));
    expect(() => readXdm(built.bytes, { limits: { archiveInflatedBytes: 20_000 } })).toThrow(codeError('ERR_MSS_ZIP_TOO_LARGE'));
    expect(() => readXdm(built.bytes, { limits: { entryDepth: 1 } })).toThrow(codeError('ERR_MSS_ZIP_UNSAFE_NAME'));
  });

  it('throws nothing but errors with a code, wherever the archive is cut', () => {
    const whole = archive('success/OK--plain');
    for (let length = 0; length < whole.length; length += 7) {
      let thrown: unknown = null;
      try {
        readXdm(whole.subarray(0, length));
      } catch (error) {
        thrown = error;
      }
      expect(isMssError(thrown)).toBe(true);
    }
  });
});

describe('describeXdm, the JSON of `mss xdm inspect`', () => {
  it('has the keys of the command', () => {
    const description = describeXdm(readXdm(archive('success/XDM_UNDESCRIBED_FILE')).value);
    expect(Object.keys(description)).toEqual(['ok', 'patient', 'submissionSet', 'documents', 'undescribed', 'problems', 'tolerated']);
    expect(Object.keys(description.patient ?? {})).toEqual([
      'matricule',
      'oid',
      'birthName',
      'usualName',
      'givenNames',
      'birthDate',
      'sex',
    ]);
    expect(Object.keys(description.documents[0] ?? {})).toEqual(['uri', 'entry', 'size', 'sha1', 'sizeOk', 'hashOk', 'cda']);
    expect(description.tolerated).toContainEqual({ code: 'XDM_UNDESCRIBED_FILE', where: 'IHE_XDM/SUBSET01/DOC0002.XML' });
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description.submissionSet).toMatchObject({ submissionTime: '20260302093000', uniqueId: '2.25.81402001' });
    expect(description.documents[0]?.cda?.type.code).toBe('11488-4');
  });
  it('shows every submission set when there are several', () => {
    expect(describeXdm(readXdm(archive('success/XDM_SEVERAL_SUBSETS')).value).submissionSets).toHaveLength(2);
  });
});

describe('heavy archives in a small heap [XDM §7]', () => {
  it('4 GB declared and real, other bombs, 100,000 entries and 100,000 objects are refused in 64 MB', { timeout: 60_000 }, async () => {
    const child = await runInChild(new URL('heavy-child.ts', import.meta.url), { heapMb: 64 });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({
      declared4GB: 'ERR_MSS_ZIP_TOO_LARGE',
      underDeclaredBomb: 'ERR_MSS_ZIP_SIZE',
      ratio: 'ERR_MSS_ZIP_RATIO',
      real4GB: 'ERR_MSS_ZIP_TOO_LARGE',
      real4GBUnderDeclared: 'ERR_MSS_ZIP_SIZE',
      entries100000: 'ERR_MSS_ZIP_TOO_MANY_ENTRIES',
      entries65000: 'ERR_MSS_ZIP_TOO_MANY_ENTRIES',
      objects100000: 'ERR_MSS_XML_LIMIT',
      manyValues: 'ERR_MSS_XML_LIMIT',
      longValue: 'ok',
      deep: 'ERR_MSS_XML_LIMIT',
      deep1000: 'ERR_MSS_XML_LIMIT',
    });
    expect(child.peakBytes).toBeLessThan(400 * 1024 * 1024);
  });
});
