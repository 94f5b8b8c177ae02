/** ECO.2.1.3: the subject is XDM/1.0/DDM+<libellé> <NOM> <prénom> <date de naissance>, all mandatory but the date. */
import { formatSubject, parseSubject, type NamedPatient } from '@mss/subject';
import { describe, expect, it } from 'vitest';

const patient: NamedPatient = {
  birthName: 'Vial',
  usualName: 'Durand',
  givenNames: ['Paul', 'Henri'],
  usualGivenName: null,
  birthDate: '19781126',
};
const code = (value: string): object => expect.objectContaining({ code: value, requirement: 'ECO.2.1.3' });

describe('ECO.2.1.3', () => {
  it('writes the four fields of one document, birth name in upper case', () => {
    expect(formatSubject({ label: "CR d'examens biologiques", patient })).toBe("XDM/1.0/DDM+CR d'examens biologiques VIAL Paul 26/11/1978");
  });
  it('cuts the label at 40 characters', () => {
    expect(formatSubject({ label: "Lettre de liaison à la sortie d'un établissement de soins", patient })).toBe(
      "XDM/1.0/DDM+Lettre de liaison à la sortie d'un établ VIAL Paul 26/11/1978",
    );
  });
  it('says how many documents there are', () => {
    expect(formatSubject({ documentCount: 2, patient })).toBe('XDM/1.0/DDM+2 documents VIAL Paul 26/11/1978');
  });
  it('takes the usual name when there is no birth name', () => {
    expect(formatSubject({ documentCount: 2, patient: { ...patient, birthName: null } })).toContain('+2 documents DURAND Paul ');
  });
  it('accepts a lunar date and the absence of a date', () => {
    expect(formatSubject({ documentCount: 2, patient: { ...patient, birthDate: '19780000' } })).toMatch(/ VIAL Paul 00\/00\/1978$/);
    expect(formatSubject({ documentCount: 2, patient: { ...patient, birthDate: null } })).toMatch(/ VIAL Paul$/);
  });
  it('writes no subject without label, name or given name', () => {
    expect(() => formatSubject({ label: null, patient })).toThrow(code('ERR_MSS_SUBJECT_LABEL_MISSING'));
    expect(() => formatSubject({ label: 'CR', patient: { ...patient, birthName: null, usualName: null } })).toThrow(
      code('ERR_MSS_SUBJECT_NAME_MISSING'),
    );
    expect(() => formatSubject({ label: 'CR', patient: { ...patient, givenNames: [] } })).toThrow(
      code('ERR_MSS_SUBJECT_GIVEN_NAME_MISSING'),
    );
  });
  it('lets a receiver recognise documents automatically, and only then', () => {
    expect(parseSubject("XDM/1.0/DDM+CR d'examens biologiques VIAL Paul 26/11/1978")).toMatchObject({
      ok: true,
      label: "CR d'examens biologiques",
      familyName: 'VIAL',
      givenName: 'Paul',
      birthDate: '26/11/1978',
    });
    expect(parseSubject("CR d'examens biologiques VIAL Paul 26/11/1978").ok).toBe(false);
    expect(parseSubject("XDM/1.0/DDM+CR d'examens biologiques").ok).toBe(false);
  });
});
