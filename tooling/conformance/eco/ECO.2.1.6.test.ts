/** ECO.2.1.6: a PDF is named <date de l'acte>_<type document>_<NOM>_<prénom>_<numéro de dossier>.pdf, the last field optional. */
import { formatPdfName, parsePdfName, type NamedPatient } from '@mss/subject';
import { describe, expect, it } from 'vitest';

const patient: NamedPatient = { birthName: 'VIAL', usualName: null, givenNames: ['Paul'], usualGivenName: null, birthDate: '19781126' };
const actDate = '20150802093000+0200';
const code = (value: string): object => expect.objectContaining({ code: value, requirement: 'ECO.2.1.6' });

describe('ECO.2.1.6', () => {
  it('joins the five fields with underscores', () => {
    expect(formatPdfName({ actDate, label: "CR d'examens biologiques", patient, caseNumber: '12150302014578' })).toBe(
      "20150802_CR d'examens biologiques_VIAL_Paul_12150302014578.pdf",
    );
  });
  it('leaves the case number out when there is none, and cuts the type at 40 characters', () => {
    expect(formatPdfName({ actDate, label: "Lettre de liaison à la sortie d'un établissement de soins", patient })).toBe(
      "20150802_Lettre de liaison à la sortie d'un établ_VIAL_Paul.pdf",
    );
  });
  it('writes no name without the date of the act: no other date takes its place', () => {
    expect(() => formatPdfName({ actDate: null, label: 'CR', patient })).toThrow(code('ERR_MSS_SUBJECT_ACT_DATE_MISSING'));
    expect(() => formatPdfName({ actDate: '2015', label: 'CR', patient })).toThrow(code('ERR_MSS_SUBJECT_ACT_DATE'));
  });
  it('writes no name without type, name or given name', () => {
    expect(() => formatPdfName({ actDate, patient })).toThrow(code('ERR_MSS_SUBJECT_LABEL_MISSING'));
    expect(() => formatPdfName({ actDate, label: 'CR', patient: { ...patient, birthName: null } })).toThrow(
      code('ERR_MSS_SUBJECT_NAME_MISSING'),
    );
    expect(() => formatPdfName({ actDate, label: 'CR', patient: { ...patient, givenNames: [] } })).toThrow(
      code('ERR_MSS_SUBJECT_GIVEN_NAME_MISSING'),
    );
  });
  it('keeps the fields apart whatever they hold', () => {
    const name = formatPdfName({ actDate, label: 'CR_A/B', patient: { ...patient, birthName: 'VIAL_X' }, caseNumber: '1_2' });
    expect(name).toBe('20150802_CR-A-B_VIAL-X_Paul_1-2.pdf');
    expect(parsePdfName(name)).toMatchObject({ ok: true, label: 'CR-A-B', familyName: 'VIAL-X', givenName: 'Paul', caseNumber: '1-2' });
  });
});
