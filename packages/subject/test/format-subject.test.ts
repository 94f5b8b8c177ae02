import { isMssError, type MssError } from '@mss/core';
import { familyNameOf, formatLabel, formatSubject, givenNameOf, truncateLabel, type NamedPatient } from '@mss/subject';
import { describe, expect, it } from 'vitest';

const vial: NamedPatient = { birthName: 'VIAL', usualName: null, givenNames: ['Paul'], usualGivenName: null, birthDate: '19781126' };
const failure = (run: () => unknown): MssError => {
  try {
    run();
  } catch (error) {
    if (isMssError(error)) return error;
    throw error;
  }
  throw new Error('no error');
};

const dated = (birthDate: string | null): string => formatSubject({ label: 'CR', patient: { ...vial, birthDate } });

describe('the examples of the référentiel [3.1.2, ECO.2.1.3]', () => {
  it('one document, short label', () => {
    expect(formatSubject({ label: 'CR d’examens biologiques', patient: vial })).toBe(
      'XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978',
    );
  });
  it('one document, label cut at 40', () => {
    expect(formatSubject({ label: "Lettre de liaison à la sortie d'un établissement de soins", patient: vial })).toBe(
      "XDM/1.0/DDM+Lettre de liaison à la sortie d'un établ VIAL Paul 26/11/1978",
    );
  });
  it.each([2, 3])('%d documents', (documentCount) => {
    expect(formatSubject({ documentCount, patient: vial })).toBe(`XDM/1.0/DDM+${documentCount} documents VIAL Paul 26/11/1978`);
  });
});

describe('the label [ECO.2.1.3, reading notes]', () => {
  it('counts code points after NFC, not bytes or UTF-16 units', () => {
    expect(truncateLabel('e\u0301'.repeat(41))).toBe('é'.repeat(40));
    expect(truncateLabel('🩺'.repeat(41))).toBe('🩺'.repeat(40));
    expect(truncateLabel('a'.repeat(40))).toBe('a'.repeat(40));
  });
  it('loses the space that the cut leaves at the end', () => {
    expect(truncateLabel(`${'a'.repeat(39)} bcd`)).toBe('a'.repeat(39));
  });
  it('is "N documents" for several documents even when a label is given', () => {
    expect(formatLabel({ label: 'CR opératoire', documentCount: 12 })).toBe('12 documents');
    expect(formatLabel({ label: 'CR opératoire', documentCount: 1 })).toBe('CR opératoire');
  });
  it('becomes one line: a document cannot inject a header', () => {
    const subject = formatSubject({ label: 'CR\r\nBcc: x@example.org\u0000\u2028', patient: vial });
    expect(subject).toBe('XDM/1.0/DDM+CR Bcc: x@example.org VIAL Paul 26/11/1978');
  });
  it('cannot turn the direction of the text', () => {
    expect(formatLabel({ label: 'CR \u202efdp.\u2066' })).toBe('CR fdp.');
  });
});

describe('the names [ECO.2.1.3]', () => {
  it('write the birth name in upper case, accents kept', () => {
    expect(familyNameOf({ ...vial, birthName: 'Lefèvre-Müller' })).toBe('LEFÈVRE-MÜLLER');
    expect(familyNameOf({ ...vial, birthName: "d'Ormesson" })).toBe("D'ORMESSON");
    expect(familyNameOf({ ...vial, birthName: 'Lebœuf' })).toBe('LEBŒUF');
    expect(familyNameOf({ ...vial, birthName: 'Strauß' })).toBe('STRAUSS');
  });
  it('fall back to the usual name when there is no birth name', () => {
    expect(familyNameOf({ ...vial, birthName: null, usualName: 'Durand' })).toBe('DURAND');
    expect(familyNameOf({ ...vial, birthName: 'VIAL', usualName: 'DURAND' })).toBe('VIAL');
    expect(familyNameOf({ ...vial, birthName: ' ', usualName: 'Durand' })).toBe('DURAND');
  });
  it('write the first given name as the document does', () => {
    expect(givenNameOf({ ...vial, givenNames: ['DOMINIQUE', 'MARIE-LOUISE'] })).toBe('DOMINIQUE');
    expect(givenNameOf({ ...vial, givenNames: [], usualGivenName: 'Léa' })).toBe('Léa');
  });
});

describe('the birth date [ECO.2.1.3]', () => {
  it('is optional', () => {
    expect(dated(null)).toBe('XDM/1.0/DDM+CR VIAL Paul');
  });
  it('may be lunar', () => {
    expect(dated('19500000')).toBe('XDM/1.0/DDM+CR VIAL Paul 00/00/1950');
    expect(dated('19501332')).toBe('XDM/1.0/DDM+CR VIAL Paul 32/13/1950');
  });
  it('writes 00 for what a partial date does not tell', () => {
    expect(dated('1950')).toBe('XDM/1.0/DDM+CR VIAL Paul 00/00/1950');
    expect(dated('195006')).toBe('XDM/1.0/DDM+CR VIAL Paul 00/06/1950');
  });
  it('drops the time', () => {
    expect(dated('19500612083000+0200')).toBe('XDM/1.0/DDM+CR VIAL Paul 12/06/1950');
  });
});

describe('refusals', () => {
  it.each([
    ['ERR_MSS_SUBJECT_LABEL_MISSING', { patient: vial }],
    ['ERR_MSS_SUBJECT_LABEL_MISSING', { label: ' \u200b ', patient: vial }],
    ['ERR_MSS_SUBJECT_DOCUMENT_COUNT', { documentCount: 0, label: 'CR', patient: vial }],
    ['ERR_MSS_SUBJECT_DOCUMENT_COUNT', { documentCount: 1.5, label: 'CR', patient: vial }],
    ['ERR_MSS_SUBJECT_NAME_MISSING', { label: 'CR', patient: { ...vial, birthName: '', usualName: null } }],
    ['ERR_MSS_SUBJECT_GIVEN_NAME_MISSING', { label: 'CR', patient: { ...vial, givenNames: [] } }],
    ['ERR_MSS_SUBJECT_BIRTH_DATE', { label: 'CR', patient: { ...vial, birthDate: '26/11/1978' } }],
  ])('%s names the requirement and nobody', (code, content) => {
    const error = failure(() => formatSubject(content));
    expect([error.code, error.requirement]).toEqual([code, 'ECO.2.1.3']);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/vial|paul|1978/i);
  });
});
