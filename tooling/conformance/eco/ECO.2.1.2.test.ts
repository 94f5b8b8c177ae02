/** ECO.2.1.2: the receiver identifies the person from the metadata in METADATA.XML of the IHE_XDM.ZIP attachment. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createDocumentSet, readCda } from '@mss/cda';
import { buildXdm, ensureXdmOk, readXdm } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

const testdata = fileURLToPath(new URL('../../testdata/', import.meta.url));
const archive = (name: string): Uint8Array => new Uint8Array(readFileSync(`${testdata}xdm/${name}.zip`));
const code = (value: string): object => expect.objectContaining({ code: value, requirement: 'ECO.2.1.2' });

describe('ECO.2.1.2', () => {
  it('gives matricule, OID and traits of the person as METADATA.XML writes them', () => {
    expect(readXdm(archive('success/OK--plain')).value.patient).toEqual({
      ins: { value: '284027512345624', oid: '1.2.250.1.213.1.4.10' },
      otherIds: [{ value: '8800412', oid: '1.2.250.1.999.88.1' }],
      birthName: 'DUVERNOIS',
      usualName: 'MAREUIL',
      givenNames: ['Camille', 'Jeanne'],
      usualGivenName: 'Camille',
      birthDate: '19840229',
      sex: 'F',
      birthPlaceCode: '75114',
    });
  });

  it('needs no document to be readable: METADATA.XML alone identifies', () => {
    const { value } = readXdm(archive('success/XDM_DOCUMENT_NOT_CDA--pdf'));
    expect(value.documents[0]?.cda).toBeNull();
    expect(value.patient?.birthName).toBe('DUVERNOIS');
    expect(readXdm(archive('success/OK--plain'), { readDocuments: false }).value.patient?.birthName).toBe('DUVERNOIS');
  });

  it('keeps to METADATA.XML when the document names somebody else, and surfaces it', () => {
    const { value } = readXdm(archive('failure/ERR_MSS_XDM_IDENTITY_MISMATCH--birth-name'));
    expect(value.documents[0]?.cda?.header.patient.traits.birthName).toBe('DUVERNAY');
    expect(value.patient?.birthName).toBe('DUVERNOIS');
    expect(value.ok).toBe(false);
    expect(() => ensureXdmOk(value)).toThrow(code('ERR_MSS_XDM_IDENTITY_MISMATCH'));
  });

  it('identifies nobody without METADATA.XML, with an ambiguous one, or with one that names nobody', () => {
    expect(() => readXdm(archive('failure/ERR_MSS_XDM_NO_METADATA--documents-only'))).toThrow(code('ERR_MSS_XDM_NO_METADATA'));
    expect(() => readXdm(archive('failure/ERR_MSS_XDM_AMBIGUOUS_METADATA--two-packages'))).toThrow(code('ERR_MSS_XDM_AMBIGUOUS_METADATA'));
    expect(() => readXdm(archive('failure/ERR_MSS_XDM_NO_PATIENT'))).toThrow(code('ERR_MSS_XDM_NO_PATIENT'));
  });

  it('identifies nobody when METADATA.XML names two people', () => {
    for (const name of ['two-documents', 'set-and-document', 'two-subsets', 'twins']) {
      const { value } = readXdm(archive(`failure/ERR_MSS_XDM_TWO_PATIENTS--${name}`));
      expect(value).toMatchObject({ ok: false, patient: null });
    }
  });

  it('and the archives that we send let the receiver do so', () => {
    const cda = readCda(new Uint8Array(readFileSync(`${testdata}cda/001-biologie-hemogramme.xml`))).value;
    const { bytes } = buildXdm(createDocumentSet([cda]), { submissionTime: '20260301081500' });
    const patient = readXdm(bytes, { readDocuments: false }).value.patient;
    expect(patient).toEqual(cda.header.patient.traits);
  });
});
