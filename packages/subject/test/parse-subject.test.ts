import { announcesDocuments, displaySubject, parseSubject, replySubject, type NamedPatient } from '@mss/subject';
import { describe, expect, it } from 'vitest';

const traits = (birthName: string, givenName: string, more: Partial<NamedPatient> = {}): NamedPatient => ({
  birthName,
  usualName: null,
  givenNames: [givenName],
  usualGivenName: null,
  birthDate: null,
  ...more,
});
const codes = (subject: string, options?: Parameters<typeof parseSubject>[1]): string[] =>
  parseSubject(subject, options).tolerated.map((one) => one.code);

const names = (rest: string): (string | null)[] => {
  const parsed = parseSubject(`XDM/1.0/DDM+CR opératoire ${rest}`);
  return [parsed.familyName, parsed.givenName, ...(parsed.candidates.length > 0 ? ['ambiguous'] : [])];
};

describe('reading the examples of the référentiel [3.1.2, ECO.2.1.3]', () => {
  it.each([
    ['XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978', 'CR d’examens biologiques', null, ['SUBJECT_APOSTROPHE']],
    ["XDM/1.0/DDM+Lettre de liaison à la sortie d'un établ VIAL Paul 26/11/1978", "Lettre de liaison à la sortie d'un établ", null, []],
    ['XDM/1.0/DDM+2 documents VIAL Paul 26/11/1978', '2 documents', 2, []],
    ['XDM/1.0/DDM+3 documents VIAL Paul 26/11/1978', '3 documents', 3, []],
  ])('%s', (subject, label, documentCount, tolerated) => {
    const parsed = parseSubject(subject);
    expect(parsed).toMatchObject({
      ok: true,
      label,
      documentCount,
      familyName: 'VIAL',
      givenName: 'Paul',
      birthDate: '26/11/1978',
      candidates: [],
    });
    expect(parsed.tolerated.map((one) => one.code)).toEqual(tolerated);
  });
});

describe('known labels first [reading notes]', () => {
  it('end where the table says, also before a family name in upper case and a label in capitals', () => {
    expect(parseSubject('XDM/1.0/DDM+Protocole de soins ALD VIAL Paul 26/11/1978')).toMatchObject({
      label: 'Protocole de soins ALD',
      familyName: 'VIAL',
      givenName: 'Paul',
      candidates: [],
    });
  });
  it('prefer the longest of two', () => {
    expect(parseSubject('XDM/1.0/DDM+Synthèse d’épisode de soins VIAL Paul').label).toBe('Synthèse d’épisode de soins');
    expect(parseSubject('XDM/1.0/DDM+Synthèse VIAL Paul').label).toBe('Synthèse');
  });
  it('are recognised uncut, without accents and in another case, and that is said', () => {
    expect(codes("XDM/1.0/DDM+Lettre de liaison à la sortie d'un établissement de soins VIAL Paul")).toEqual(['SUBJECT_LABEL_LONG']);
    expect(codes('XDM/1.0/DDM+CR OPERATOIRE VIAL Paul')).toEqual(['SUBJECT_LABEL_VARIANT']);
  });
  it('may be extended by the host', () => {
    const subject = 'XDM/1.0/DDM+Fiche RCP ONCO VIAL Paul';
    expect(parseSubject(subject).candidates.length).toBeGreaterThan(1);
    expect(parseSubject(subject, { knownLabels: ['Fiche RCP ONCO'] })).toMatchObject({
      label: 'Fiche RCP ONCO',
      familyName: 'VIAL',
      candidates: [],
      tolerated: [],
    });
  });
  it('may be the beginning of a longer one that no table has', () => {
    expect(parseSubject("XDM/1.0/DDM+CR d'anesthésie non structuré VIAL Paul")).toMatchObject({
      label: "CR d'anesthésie non structuré",
      familyName: 'VIAL',
      givenName: 'Paul',
      candidates: [],
      tolerated: [{ code: 'SUBJECT_LABEL_UNKNOWN' }],
    });
  });
});

describe('names by case [reading notes]', () => {
  it.each([
    ["DE LA TOUR D'AUVERGNE Marie Anne", ["DE LA TOUR D'AUVERGNE", 'Marie Anne']],
    ['LE GALL-KERVELLA Maëlle 29/02/2012', ['LE GALL-KERVELLA', 'Maëlle']],
    ['N’GUESSAN Aya', ['N’GUESSAN', 'Aya']],
    ['PAT-TROIS DOMINIQUE 28/03/1979', ['PAT-TROIS', 'DOMINIQUE']],
    ['de la TOUR Henri', ['de la TOUR', 'Henri']],
    ['DUPONT J Paul', ['DUPONT J', 'Paul', 'ambiguous']],
    ['X Y', ['X', 'Y']],
  ])('%s', (rest, expected) => {
    expect(names(rest)).toEqual(expected);
  });
  it('gives every cut of three words in upper case, the one-word given name first', () => {
    const parsed = parseSubject('XDM/1.0/DDM+CR opératoire LE BARS PIERRETTE 01/02/1950');
    expect(parsed.ok).toBe(true);
    expect(parsed.candidates.map((one) => [one.familyName, one.givenName])).toEqual([
      ['LE BARS', 'PIERRETTE'],
      ['LE', 'BARS PIERRETTE'],
    ]);
    expect(parsed.tolerated.map((one) => one.code)).toEqual(['SUBJECT_AMBIGUOUS']);
  });
  it('accepts a family name that is not in upper case, with a warning', () => {
    expect(parseSubject('XDM/1.0/DDM+CR opératoire Vial Paul')).toMatchObject({
      familyName: 'Vial',
      givenName: 'Paul',
      tolerated: [{ code: 'SUBJECT_NAME_CASE' }],
    });
  });
  it('from the right when the label is unknown', () => {
    expect(parseSubject('XDM/1.0/DDM+Courrier de suivi VIAL Paul')).toMatchObject({
      label: 'Courrier de suivi',
      familyName: 'VIAL',
      givenName: 'Paul',
      candidates: [],
    });
    const acronym = parseSubject('XDM/1.0/DDM+Bilan VSM VIAL Paul');
    expect(acronym.candidates.map((one) => [one.label, one.familyName])).toEqual([
      ['Bilan', 'VSM VIAL'],
      ['Bilan VSM', 'VIAL'],
    ]);
  });
});

describe('names by traits [ECO.2.1.2]', () => {
  it('settle what case leaves open', () => {
    const options = { traits: traits('Le Bars', 'PIERRETTE') };
    expect(parseSubject('XDM/1.0/DDM+CR opératoire LE BARS PIERRETTE 01/02/1950', options)).toMatchObject({
      familyName: 'LE BARS',
      givenName: 'PIERRETTE',
      candidates: [],
      tolerated: [],
    });
    expect(parseSubject('XDM/1.0/DDM+Bilan VSM VIAL Paul', { traits: traits('VIAL', 'Paul') })).toMatchObject({
      label: 'Bilan VSM',
      familyName: 'VIAL',
      candidates: [],
    });
  });
  it('know the usual name, the name in use and every given name', () => {
    const patient = traits('DECOURCY', 'RUTH', { usualName: 'NESSI', givenNames: ['RUTH', 'ISABELLE'], usualGivenName: 'Léa' });
    for (const rest of ['NESSI Léa', 'DECOURCY ISABELLE', 'DECOURCY RUTH ISABELLE', 'NESSI RUTH']) {
      expect(codes(`XDM/1.0/DDM+CR opératoire ${rest}`, { traits: patient }), rest).toEqual([]);
    }
  });
  it('do not count accents, hyphens and apostrophes', () => {
    expect(parseSubject('XDM/1.0/DDM+CR opératoire SAINT EXUPERY Antoine', { traits: traits('SAINT-EXUPÉRY', 'Antoine') })).toMatchObject({
      familyName: 'SAINT EXUPERY',
      tolerated: [],
    });
  });
  it('say when the names are another patient’s', () => {
    expect(codes('XDM/1.0/DDM+CR opératoire MARTIN Marie', { traits: traits('VIAL', 'Paul') })).toEqual(['SUBJECT_TRAITS_MISMATCH']);
    expect(parseSubject('XDM/1.0/DDM+CR opératoire JEAN MARTIN PIERRE', { traits: traits('JEAN MARTIN', 'Paul') })).toMatchObject({
      familyName: 'JEAN MARTIN',
      givenName: 'PIERRE',
      tolerated: [{ code: 'SUBJECT_TRAITS_MISMATCH' }],
    });
    // The label is known, so a word before the patient's name belongs to another family name.
    expect(codes('XDM/1.0/DDM+CR opératoire JEAN MARTIN Paul', { traits: traits('MARTIN', 'Paul') })).toContain('SUBJECT_TRAITS_MISMATCH');
  });
});

describe('marks before the prefix [reading notes]', () => {
  const subject = 'XDM/1.0/DDM+2 documents VIAL Paul';
  it.each([
    ['Re: ', [{ kind: 'reply', code: null }]],
    [
      'RE : Tr: ',
      [
        { kind: 'reply', code: null },
        { kind: 'forward', code: null },
      ],
    ],
    ['Rép : ', [{ kind: 'reply', code: null }]],
    ['TR: ', [{ kind: 'forward', code: null }]],
    [
      'Fwd: Re[2]: ',
      [
        { kind: 'forward', code: null },
        { kind: 'reply', code: null },
      ],
    ],
    ['[KO Intégration système !][902] ', [{ kind: 'integration-error', code: '902' }]],
    ['[KO Integration systeme!] [ 905 ] ', [{ kind: 'integration-error', code: '905' }]],
    ["[Erreur d'intégration !][902] ", [{ kind: 'integration-error', code: '902' }]],
    ['[Erreur d’intégration !]', [{ kind: 'integration-error', code: null }]],
    ['[Annule et remplace] ', [{ kind: 'replaces', code: null }]],
    [
      '[FIN] Re: ',
      [
        { kind: 'end', code: null },
        { kind: 'reply', code: null },
      ],
    ],
    ['[EXTERNE] ', [{ kind: 'other', code: null }]],
  ])('%s', (mark, prefixes) => {
    const parsed = parseSubject(mark + subject);
    expect(parsed).toMatchObject({ ok: true, documentCount: 2, prefixes });
    expect(parsed.tolerated.map((one) => one.code)).toEqual(['SUBJECT_PREFIXED']);
  });
  it('are reported alone when no document is announced', () => {
    expect(parseSubject('[FIN]')).toMatchObject({ ok: false, prefixes: [{ kind: 'end' }], tolerated: [{ code: 'SUBJECT_NO_PREFIX' }] });
  });
});

describe('old and clumsy forms', () => {
  it.each([
    ['XDM/1.0/DDM+CR opératoire  VIAL  Paul', 'SUBJECT_SPACES'],
    ['XDM/1.0/DDM+CR opératoire VIAL\u00a0Paul', 'SUBJECT_SPACES'],
    ['XDM/1.0/DDM+CR ope\u0301ratoire VIAL Paul', 'SUBJECT_NOT_NFC'],
    ['XDM/1.0/DDM + CR opératoire VIAL Paul', 'SUBJECT_PREFIX_FORM'],
    ['XDM/1.0/DDM CR opératoire VIAL Paul', 'SUBJECT_PREFIX_FORM'],
    ['xdm/1.0/ddm+CR opératoire VIAL Paul', 'SUBJECT_PREFIX_FORM'],
  ])('%j is read as %s', (subject, code) => {
    expect(parseSubject(subject)).toMatchObject({
      ok: true,
      label: 'CR opératoire',
      familyName: 'VIAL',
      givenName: 'Paul',
      birthDate: null,
      tolerated: [{ code }],
    });
  });
  it.each(['26-11-1978', '26.11.1978', '1978-11-26', '6/1/1978'])('reads the date %s as written', (birthDate) => {
    expect(parseSubject(`XDM/1.0/DDM+CR opératoire VIAL Paul ${birthDate}`)).toMatchObject({
      birthDate,
      givenName: 'Paul',
      tolerated: [{ code: 'SUBJECT_DATE_FORM' }],
    });
  });
  it('reads lunar dates without a word', () => {
    expect(parseSubject('XDM/1.0/DDM+CR opératoire VIAL Paul 00/13/1950')).toMatchObject({ birthDate: '00/13/1950', tolerated: [] });
  });
  it('reads folded and encoded headers', () => {
    const folded = 'XDM/1.0/DDM+CR =?UTF-8?Q?op=C3=A9ratoire?=\r\n =?UTF-8?Q?_LEF=C3=88VRE_Ga=C3=ABl?=\r\n 26/11/1978';
    expect(parseSubject(folded)).toMatchObject({
      ok: true,
      label: 'CR opératoire',
      familyName: 'LEFÈVRE',
      givenName: 'Gaël',
      birthDate: '26/11/1978',
      tolerated: [],
    });
    const whole = `=?utf-8?B?${Buffer.from('XDM/1.0/DDM+CR opératoire VIAL Paul').toString('base64')}?=`;
    expect(parseSubject(whole)).toMatchObject({ ok: true, familyName: 'VIAL' });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['', 'SUBJECT_NO_PREFIX'],
    ['Résultats de M. VIAL', 'SUBJECT_NO_PREFIX'],
    ['XDM/1.0/DDM+', 'SUBJECT_FIELD_MISSING'],
    ['XDM/1.0/DDM+CR opératoire', 'SUBJECT_FIELD_MISSING'],
    ['XDM/1.0/DDM+CR opératoire VIAL', 'SUBJECT_FIELD_MISSING'],
    ['XDM/1.0/DDM+26/11/1978', 'SUBJECT_FIELD_MISSING'],
    ['XDM/1.0/DDM+2 documents', 'SUBJECT_FIELD_MISSING'],
    [`XDM/1.0/DDM+${'A '.repeat(3000)}`, 'SUBJECT_TOO_LONG'],
  ])('%.30j is not ok: %s', (subject, code) => {
    expect(parseSubject(subject).ok).toBe(false);
    expect(codes(subject)).toContain(code);
  });
  it('keeps the family name that stands alone after a known label', () => {
    expect(parseSubject('XDM/1.0/DDM+CR opératoire VIAL')).toMatchObject({
      ok: false,
      label: 'CR opératoire',
      familyName: 'VIAL',
      givenName: null,
    });
  });
  it('never has a word of the subject in its warnings', () => {
    const parsed = parseSubject('Re: xdm/1.0/ddm + Bilan  MARTIN DURAND PIERRE 1-2-1950', { traits: traits('VIAL', 'Paul') });
    expect(parsed.tolerated.length).toBeGreaterThan(3);
    expect(JSON.stringify(parsed.tolerated)).not.toMatch(/martin|durand|pierre|1950|vial|paul/i);
  });
});

describe('subjects for people and replies', () => {
  it('hide the prefix and keep the marks', () => {
    expect(displaySubject('XDM/1.0/DDM+2 documents VIAL Paul')).toBe('2 documents VIAL Paul');
    expect(displaySubject('Re: XDM/1.0/DDM+2 documents VIAL Paul')).toBe('Re: 2 documents VIAL Paul');
    expect(displaySubject('Bonjour')).toBe('Bonjour');
  });
  it('do not announce documents in a reply, and say Re: once', () => {
    expect(replySubject('XDM/1.0/DDM+2 documents VIAL Paul')).toBe('Re: 2 documents VIAL Paul');
    expect(replySubject('Re: XDM/1.0/DDM+2 documents VIAL Paul')).toBe('Re: 2 documents VIAL Paul');
    expect(replySubject('Re : bonjour\r\n monsieur')).toBe('Re : bonjour monsieur');
  });
  it('tell whether documents are announced', () => {
    expect(announcesDocuments('TR: =?utf-8?Q?XDM/1.0/DDM+CR_op=C3=A9ratoire?=')).toBe(true);
    expect(announcesDocuments('A propos de XDM/1.0/DDM+')).toBe(false);
  });
});
