import { isMssError } from '@mss/core';
import { disambiguateNames, formatPdfName, parsePdfName, type NamedPatient, type PdfNameContent } from '@mss/subject';
import { describe, expect, it } from 'vitest';

const vial: NamedPatient = { birthName: 'VIAL', usualName: null, givenNames: ['Paul'], usualGivenName: null, birthDate: '19781126' };
const content = (more: Partial<PdfNameContent> = {}): PdfNameContent => ({
  actDate: '20150802',
  label: 'CR opératoire',
  patient: vial,
  ...more,
});

describe('the examples of the référentiel, with the underscores of its rule [3.1.3.1, ECO.2.1.6]', () => {
  it.each([
    ["CR d'examens biologiques", '12150302014578', "20150802_CR d'examens biologiques_VIAL_Paul_12150302014578.pdf"],
    ["Lettre de liaison à la sortie d'un établissement de soins", null, "20150802_Lettre de liaison à la sortie d'un établ_VIAL_Paul.pdf"],
    ["CR d'anesthésie non structuré", null, "20150802_CR d'anesthésie non structuré_VIAL_Paul.pdf"],
  ])('%s', (label, caseNumber, name) => {
    expect(formatPdfName(content({ label, caseNumber }))).toBe(name);
    expect(parsePdfName(name)).toMatchObject({
      ok: true,
      actDate: '20150802',
      familyName: 'VIAL',
      givenName: 'Paul',
      caseNumber,
      candidates: [],
    });
  });
  it('several documents in one PDF', () => {
    expect(formatPdfName(content({ documentCount: 3 }))).toBe('20150802_3 documents_VIAL_Paul.pdf');
    expect(parsePdfName('20150802_3 documents_VIAL_Paul.pdf')).toMatchObject({ ok: true, documentCount: 3, tolerated: [] });
  });
});

describe('the date of the act', () => {
  it('is the local day as written, whatever the zone', () => {
    expect(formatPdfName(content({ actDate: '20210104003000+0100' }))).toMatch(/^20210104_/);
  });
  it.each([
    [null, 'ERR_MSS_SUBJECT_ACT_DATE_MISSING'],
    ['', 'ERR_MSS_SUBJECT_ACT_DATE_MISSING'],
    ['2021', 'ERR_MSS_SUBJECT_ACT_DATE'],
    ['202101', 'ERR_MSS_SUBJECT_ACT_DATE'],
    ['04/01/2021', 'ERR_MSS_SUBJECT_ACT_DATE'],
  ])('%j is refused: %s', (actDate, code) => {
    expect(() => formatPdfName(content({ actDate }))).toThrow(expect.objectContaining({ code, requirement: 'ECO.2.1.6' }));
  });
  it('is not the only mandatory field', () => {
    for (const [code, more] of [
      ['ERR_MSS_SUBJECT_LABEL_MISSING', { label: null }],
      ['ERR_MSS_SUBJECT_NAME_MISSING', { patient: { ...vial, birthName: null } }],
      ['ERR_MSS_SUBJECT_GIVEN_NAME_MISSING', { patient: { ...vial, givenNames: [' '] } }],
    ] as const) {
      try {
        formatPdfName(content(more));
        expect.unreachable();
      } catch (error) {
        if (!isMssError(error)) throw error;
        expect([error.code, error.requirement]).toEqual([code, 'ECO.2.1.6']);
        expect(error.message).not.toMatch(/vial|paul/i);
      }
    }
  });
});

describe('characters that names cannot hold [reading notes]', () => {
  it('become hyphens inside a field', () => {
    const name = formatPdfName(content({ label: 'A_B/C\\D:E*F?G"H<I>J|K', caseNumber: '../../etc_1' }));
    expect(name).toBe('20150802_A-B-C-D-E-F-G-H-I-J-K_VIAL_Paul_..-..-etc-1.pdf');
  });
  it('of control and direction are gone', () => {
    expect(formatPdfName(content({ label: 'CR\u0000\u001f\u202efdp\u2069\r\n.exe' }))).toBe('20150802_CR fdp .exe_VIAL_Paul.pdf');
  });
  it('at the end do not meet the extension', () => {
    expect(formatPdfName(content({ patient: { ...vial, givenNames: ['J.'] } }))).toBe('20150802_CR opératoire_VIAL_J-.pdf');
  });
  it('do not make a reserved name of Windows', () => {
    expect(formatPdfName(content({ label: 'CON' }))).toMatch(/^\d{8}_CON_/);
  });
  it('fit into 255 bytes with room for a number, whole characters, every field kept', () => {
    const patient = { ...vial, birthName: 'É'.repeat(300), givenNames: ['🩺'.repeat(300)] };
    const name = formatPdfName(content({ label: 'è'.repeat(60), patient, caseNumber: '9'.repeat(200) }));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(249);
    expect(Buffer.byteLength(name)).toBeGreaterThan(240);
    expect(name).not.toMatch(/\p{Cs}/u);
    expect(name.split('_').length).toBe(5);
    expect(name).toMatch(/_9{60}\.pdf$/);
  });
});

describe('equal names [reading notes]', () => {
  it('are numbered before the extension', () => {
    expect(disambiguateNames(['a.pdf', 'b.pdf', 'a.pdf', 'A.PDF', 'a.pdf'])).toEqual([
      'a.pdf',
      'b.pdf',
      'a (2).pdf',
      'A (3).PDF',
      'a (4).pdf',
    ]);
  });
  it('do not collide with a name that looks numbered', () => {
    expect(disambiguateNames(['a.pdf', 'a.pdf', 'a (2).pdf'])).toEqual(['a.pdf', 'a (3).pdf', 'a (2).pdf']);
  });
  it('are equal whatever the form of their accents, and need no extension', () => {
    expect(disambiguateNames(['é', 'e\u0301', '.x', '.x'])).toEqual(['é', 'e\u0301 (2)', '.x', '.x (2)']);
  });
  it('are many and still different', () => {
    const names = disambiguateNames(Array.from({ length: 500 }, () => `${'x'.repeat(251)}.pdf`));
    expect(new Set(names).size).toBe(500);
    expect(Math.max(...names.map((name) => Buffer.byteLength(name)))).toBeLessThanOrEqual(255);
  });
});

describe('reading names', () => {
  it.each([
    // As the référentiel prints them.
    ["20150802_CR d'examens biologiques_VIAL Paul 12150302014578.pdf", "CR d'examens biologiques", 'VIAL', 'Paul', '12150302014578'],
    ['20150802 CR d’anesthésie non structuré_VIAL_ Paul.pdf', 'CR d’anesthésie non structuré', 'VIAL', 'Paul', null],
    // As the guide of ANS for transmission by mail writes them: plain ASCII, and raw.
    ['20220531_CR_d_imagerie_medicale_CORSE_FIGATELLIX.pdf', 'CR d imagerie medicale', 'CORSE', 'FIGATELLIX', null],
    ["20220531_CR d'imagerie médicale_CORSE_FIGATELLIX.pdf", "CR d'imagerie médicale", 'CORSE', 'FIGATELLIX', null],
    ['20220531_Document du secteur social - médico-soci_VIAL_Paul.PDF', 'Document du secteur social - médico-soci', 'VIAL', 'Paul', null],
    ["20220531_CR d'imagerie médicale_VIAL_Paul (2).pdf", "CR d'imagerie médicale", 'VIAL', 'Paul', null],
    ['20220531_Courrier libre_VIAL_Paul_A12.pdf', 'Courrier libre', 'VIAL', 'Paul', 'A12'],
    ['C:\\temp\\20220531_CR opératoire_DE LA TOUR_Marie Anne.pdf', 'CR opératoire', 'DE LA TOUR', 'Marie Anne', null],
  ])('%s', (name, label, familyName, givenName, caseNumber) => {
    expect(parsePdfName(name)).toMatchObject({ ok: true, label, familyName, givenName, caseNumber, candidates: [] });
  });
  it('with traits settles what is ambiguous, and says when the names are another patient’s', () => {
    const name = '20220531_CR_operatoire_DE_LA_TOUR_MARIE.pdf';
    expect(parsePdfName(name).candidates.length).toBeGreaterThan(1);
    expect(parsePdfName(name, { traits: { ...vial, birthName: 'DE LA TOUR', givenNames: ['Marie'] } })).toMatchObject({
      familyName: 'DE LA TOUR',
      candidates: [],
    });
    expect(parsePdfName('20220531_CR opératoire_MARTIN_Marie.pdf', { traits: vial }).tolerated.map((one) => one.code)).toEqual([
      'SUBJECT_TRAITS_MISMATCH',
    ]);
  });
  it.each(['resultats.pdf', '', '2022_CR_VIAL_Paul.pdf', '20220531.pdf'])('%j is no such name', (name) => {
    expect(parsePdfName(name)).toMatchObject({ ok: false, tolerated: [{ code: 'SUBJECT_NO_PREFIX' }] });
  });
  it('gives up on a name that is too long', () => {
    expect(parsePdfName(`20220531_${'A_'.repeat(5000)}.pdf`)).toMatchObject({ ok: false, tolerated: [{ code: 'SUBJECT_TOO_LONG' }] });
  });
});
