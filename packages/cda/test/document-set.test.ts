import { describe, expect, it } from 'vitest';
import type { PatientTraits } from '@mss/core';
import { ensureOid, isMssError } from '@mss/core';

import { comparePatients, createDocumentSet, readCda, type CdaDocument, type CdaErrorCode } from '@mss/cda';
import { changed, readTestDocument } from './support/testdata.js';

const document = (name: string): CdaDocument => readCda(readTestDocument(name)).value;
const altered = (name: string, ...replacements: readonly (readonly [string | RegExp, string])[]): CdaDocument =>
  readCda(changed(name, [/<id root="2\.25\.\d+"/, '<id root="2.25.7"'], ...replacements)).value;

function refusal(documents: readonly CdaDocument[]): { code: string; requirement: string | undefined; details: unknown; text: string } {
  try {
    createDocumentSet(documents);
  } catch (error) {
    if (isMssError(error))
      return {
        code: error.code,
        requirement: error.requirement,
        details: error.details,
        text: `${error.message} ${JSON.stringify(error.details)}`,
      };
    throw error;
  }
  throw new Error('not refused');
}

describe('createDocumentSet [ECO.2.1.1]', () => {
  it('takes one document and its patient', () => {
    const one = document('001-biologie-hemogramme');
    const set = createDocumentSet([one]);
    expect(set.documents).toEqual([one]);
    expect(set.patient).toBe(one.header.patient.traits);
  });

  it('takes several documents of one patient, in their order', () => {
    const set = createDocumentSet([document('002-lettre-de-liaison-pdf'), document('020-entete-complet')]);
    expect(set.documents.map((one) => one.level)).toEqual([1, 3]);
  });

  it('takes the identity of the document that has an INS', () => {
    const without = altered('001-biologie-hemogramme', [/<id root="1\.2\.250\.1\.213\.1\.4\.8" extension="[^"]*"\/>/, '']);
    const set = createDocumentSet([without, document('001-biologie-hemogramme')]);
    expect(without.header.patient.traits.ins).toBeNull();
    expect(set.patient.ins).not.toBeNull();
  });

  it('refuses no documents at all', () => {
    expect(refusal([]).code).toBe('ERR_MSS_CDA_NO_DOCUMENTS' satisfies CdaErrorCode);
  });

  it('refuses twins: same name, date and address, another INS', () => {
    const error = refusal([document('016-naissance-jumeau-1'), document('017-naissance-jumeau-2')]);
    expect(error).toMatchObject({ code: 'ERR_MSS_CDA_TWO_PATIENTS', requirement: 'ECO.2.1.1', details: { documents: [0, 1] } });
    expect(error.text).not.toMatch(/SCHAEFFLER|LÉO|NOÉ|2510674|20251014/);
  });

  it('refuses twins of whom one has no INS', () => {
    const without = altered('017-naissance-jumeau-2', [/<id root="1\.2\.250\.1\.213\.1\.4\.8" extension="[^"]*"\/>/, '']);
    expect(refusal([document('016-naissance-jumeau-1'), without]).code).toBe('ERR_MSS_CDA_TWO_PATIENTS');
  });

  it('finds the third document that is about somebody else', () => {
    const error = refusal([document('002-lettre-de-liaison-pdf'), document('020-entete-complet'), document('001-biologie-hemogramme')]);
    expect(error).toMatchObject({ code: 'ERR_MSS_CDA_TWO_PATIENTS', details: { documents: [0, 2] } });
  });

  it('two documents that both lack an INS must agree on name, given name and date', () => {
    const one = document('021-sans-ins');
    const same = altered('021-sans-ins', ['TESSIER-MODÈLE</family>', 'Tessier Modele</family>']);
    const other = altered('021-sans-ins', ['<birthTime value="1952"/>', '<birthTime value="1951"/>']);
    const undated = altered('021-sans-ins', ['<birthTime value="1952"/>', '']);
    expect(createDocumentSet([one, same]).documents).toHaveLength(2);
    expect(refusal([one, other]).code).toBe('ERR_MSS_CDA_TWO_PATIENTS');
    expect(refusal([undated, { ...undated, header: { ...undated.header, id: { ...undated.header.id, root: '2.25.8' } } }]).code).toBe(
      'ERR_MSS_CDA_TWO_PATIENTS',
    );
  });

  it.each([
    ['birth name', 'ROCHEBRUNE</family>', 'DURANDAL</family>'],
    ['given name', '<given qualifier="BR">JEANNE', '<given qualifier="BR">SIMONE'],
    ['date of birth', 'birthTime value="19580312"', 'birthTime value="19590312"'],
    ['sex', 'code="F" displayName="Féminin"', 'code="M" displayName="Masculin"'],
  ])('refuses the same INS with another %s', (_trait, from, to) => {
    const error = refusal([document('001-biologie-hemogramme'), altered('001-biologie-hemogramme', [from, to])]);
    expect(error).toMatchObject({ code: 'ERR_MSS_CDA_TRAITS_CONFLICT', requirement: 'ECO.2.1.1' });
    expect(error.text).not.toMatch(/ROCHEBRUNE|DURANDAL|JEANNE|SIMONE|1958|1959/);
  });

  it('refuses the same document twice', () => {
    const one = document('001-biologie-hemogramme');
    expect(refusal([one, one])).toMatchObject({ code: 'ERR_MSS_CDA_DUPLICATE_DOCUMENT', details: { documents: [0, 1] } });
  });
});

describe('comparePatients', () => {
  const base: PatientTraits = { ...document('001-biologie-hemogramme').header.patient.traits };

  it('case, accents, hyphens and ligatures are no difference', () => {
    const a = { ...base, birthName: "L'HŒUREUX-ÇÉLÈNE", givenNames: ['Anaïs'] };
    expect(comparePatients(a, { ...a, birthName: 'l’hoeureux celene', givenNames: ['ANAIS'] })).toBe('same');
  });

  it('a usual name that is the other side’s birth name agrees when one side has no birth name', () => {
    expect(comparePatients({ ...base, ins: null, birthName: null, usualName: 'VALLONGUE' }, base)).toBe('same');
    expect(comparePatients({ ...base, ins: null, birthName: null, usualName: 'AUTRE' }, base)).toBe('different');
  });

  it('a usual given name that is one of the civil list agrees when one side has no civil names', () => {
    const known = { ...base, givenNames: [], usualGivenName: 'Marie' };
    expect(comparePatients({ ...known, ins: null }, base)).toBe('same');
    expect(comparePatients({ ...known, usualGivenName: 'Zita' }, base)).toBe('traits-conflict');
    expect(comparePatients({ ...known, ins: null, usualGivenName: null }, base)).toBe('different');
  });

  it('a trait that one side does not have differs from nothing when the INS are the same', () => {
    expect(comparePatients({ ...base, birthName: null, usualName: null, birthDate: null, sex: null }, base)).toBe('same');
    expect(comparePatients({ ...base, sex: 'U' }, base)).toBe('same');
  });

  it('the same digits under another OID are another identity', () => {
    expect(base.ins).not.toBeNull();
    if (base.ins !== null)
      expect(comparePatients({ ...base, ins: { ...base.ins, oid: ensureOid('1.2.250.1.213.1.4.10') } }, base)).toBe('different');
  });

  it('a time of birth is no difference', () => {
    expect(comparePatients({ ...base, birthDate: '195803121045' }, base)).toBe('same');
  });
});
