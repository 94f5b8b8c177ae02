import { isMssError } from '@mss/core';
import {
  derogationPatientAddress,
  insOids,
  isAddressOfPatient,
  isPatientAddress,
  isQualifiedIns,
  parsePatientAddress,
  patientAddress,
  promptForTypedNir,
  qualifyIns,
  type DerogationRequest,
  type InsQualification,
  type QualifiedIns,
} from '@mss/ins-address';
import { describe, expect, it } from 'vitest';

const base: InsQualification = {
  matricule: '255081416802538',
  oid: insOids.nir.oid,
  status: 'qualifiee',
  assertedBy: { kind: 'identity-base', name: 'DPI Exemple' },
};
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isMssError(error)) {
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/\d{6}/);
      expect(error.requirement).toBe('ECO.2.2.6');
      return error.code;
    }
    throw error;
  }
  return 'no error';
};

const clock = (iso: string): { now: () => Date } => ({ now: () => new Date(iso) });

describe('a qualified identity [ECO.2.2.6]', () => {
  it('keeps who asserted the status, and its kind', () => {
    expect(qualifyIns(base)).toMatchObject({
      kind: 'NIR',
      assertedBy: { kind: 'identity-base', name: 'DPI Exemple' },
      environment: 'production',
    });
    expect(qualifyIns({ ...base, oid: insOids.nia.oid }).kind).toBe('NIA');
  });
  it('may lack the OID when a person copied the number, and only then', () => {
    const copied = qualifyIns({ ...base, oid: null, assertedBy: { kind: 'person', name: '801234534765' } });
    expect([copied.oid, copied.kind]).toEqual([null, null]);
    expect(patientAddress(copied)).toBe('255081416802538@patient.mssante.fr');
    expect(codeOf(() => qualifyIns({ ...base, oid: null }))).toBe('ERR_MSS_INS_OID_MISSING');
  });
  it.each(['validee', 'provisoire', 'recuperee', '', 'QUALIFIEE', 'qualifiée'])('is not made from the status %j', (status) => {
    expect(codeOf(() => qualifyIns({ ...base, status }))).toBe('ERR_MSS_INS_NOT_QUALIFIED');
  });
  it('is not made when nobody asserts the status', () => {
    expect(codeOf(() => qualifyIns({ ...base, assertedBy: { kind: 'person', name: ' ' } }))).toBe('ERR_MSS_INS_ASSERTED_BY');
    expect(codeOf(() => qualifyIns({ ...base, assertedBy: { kind: 'software' as 'person', name: 'x' } }))).toBe('ERR_MSS_INS_ASSERTED_BY');
  });
  it('is not made with a wrong key, not even for a test identity in the test environment', () => {
    expect(codeOf(() => qualifyIns({ ...base, matricule: '255081416802539' }))).toBe('ERR_MSS_INS_KEY');
    expect(codeOf(() => qualifyIns({ ...base, matricule: '221042545611404', oid: insOids.nirTest.oid, environment: 'test' }))).toBe(
      'ERR_MSS_INS_KEY',
    );
  });
  it('is not made from a matricule with spaces', () => {
    expect(codeOf(() => qualifyIns({ ...base, matricule: '2 55 08 14 168 025 38' }))).toBe('ERR_MSS_INS_MALFORMED');
  });
  it.each(['ssNir', 'ssNia', 'insC'] as const)('is not made from %s: the number is not an INS', (name) => {
    expect(codeOf(() => qualifyIns({ ...base, oid: insOids[name].oid }))).toBe('ERR_MSS_INS_NOT_AN_INS');
  });
  it('is not made from a test or demonstration identity in production', () => {
    for (const { oid } of [insOids.nirTest, insOids.nirDemonstration]) {
      expect(codeOf(() => qualifyIns({ ...base, oid }))).toBe('ERR_MSS_INS_TEST_IDENTITY');
      expect(codeOf(() => qualifyIns({ ...base, oid, environment: 'production' }))).toBe('ERR_MSS_INS_TEST_IDENTITY');
      expect(qualifyIns({ ...base, oid, environment: 'test' }).matricule).toBe(base.matricule);
    }
  });
  it('cannot be altered, and a copy is none', () => {
    const qualified = qualifyIns(base);
    expect(Object.isFrozen(qualified) && Object.isFrozen(qualified.assertedBy)).toBe(true);
    expect(isQualifiedIns(qualified)).toBe(true);
    const forged = { ...qualified, matricule: '279035121518989' } as unknown as QualifiedIns;
    expect(codeOf(() => patientAddress(forged))).toBe('ERR_MSS_INS_NOT_QUALIFIED');
    expect(codeOf(() => patientAddress(base as unknown as QualifiedIns))).toBe('ERR_MSS_INS_NOT_QUALIFIED');
  });
});

describe('the address of a patient [3.4.2.1]', () => {
  it('is <matricule>@patient.mssante.fr, Corsican letters in upper case', () => {
    expect(patientAddress(qualifyIns(base))).toBe('255081416802538@patient.mssante.fr');
    expect(patientAddress(qualifyIns({ ...base, matricule: '155042A00412355' }))).toBe('155042A00412355@patient.mssante.fr');
  });
  it('is recognised in any letter case, with or without a matricule', () => {
    expect(isPatientAddress('155042a00412355@Patient.MSSante.FR')).toBe(true);
    expect(isPatientAddress('someone@patient.mssante.fr')).toBe(true);
    for (const other of [
      'x@mssante.fr',
      'x@patient.mssante.fr.example.org',
      'patient.mssante.fr@example.org',
      'x@evilpatient.mssante.fr',
      '',
    ]) {
      expect(isPatientAddress(other), other).toBe(false);
    }
  });
  it('is read back with what had to be tolerated', () => {
    expect(parsePatientAddress('155042A00412355@patient.mssante.fr')).toEqual({
      value: { address: '155042A00412355@patient.mssante.fr', matricule: '155042A00412355' },
      warnings: [],
    });
    const read = parsePatientAddress(' 155042a00412356@PATIENT.mssante.fr ');
    expect(read.value?.address).toBe('155042A00412356@patient.mssante.fr');
    expect(read.warnings.map((warning) => warning.code)).toEqual(['INS_LOWER_CASE', 'INS_KEY', 'INS_ADDRESS_CASE']);
    expect(parsePatientAddress('someone@patient.mssante.fr').value).toBeNull();
    expect(parsePatientAddress('155042A00412355@example.org').value).toBeNull();
  });
  it('belongs to one matricule, letter case apart', () => {
    expect(isAddressOfPatient('155042a00412355@patient.mssante.fr', '155042A00412355')).toBe(true);
    expect(isAddressOfPatient('255081416802538@patient.mssante.fr', '155042A00412355')).toBe(false);
    expect(isAddressOfPatient('x@patient.mssante.fr', 'x')).toBe(false);
  });
});

describe('the derogation of 2022 [ECO.2.2.6]', () => {
  const during = { clock: clock('2022-06-15T10:00:00Z') };
  const known: DerogationRequest = { mailboxKind: 'per', sending: 'manual', nir: { source: 'known', matricule: '255081416802538' } };
  const typed = (confirmation: unknown): DerogationRequest =>
    ({ ...known, nir: { source: 'typed', matricule: '255081416802538', confirmation } }) as DerogationRequest;
  const right = { sex: 'F', birthYear: '55', confirmedBy: '801234534765' };

  it('gives the address of a NIR that was known, or typed and confirmed', () => {
    expect(derogationPatientAddress(known, during)).toBe('255081416802538@patient.mssante.fr');
    expect(derogationPatientAddress(typed(right), during)).toBe('255081416802538@patient.mssante.fr');
  });
  it('shows sex and birth year in French for the confirmation', () => {
    expect(promptForTypedNir('255081416802538')).toMatchObject({ sex: 'F', birthYear: '55' });
    expect(promptForTypedNir('255081416802538').sentence).toMatch(/sexe féminin.*« 55 ».*Confirmez-vous/);
    expect(promptForTypedNir('155042A00412355').sentence).toMatch(/sexe masculin/);
    expect(codeOf(() => promptForTypedNir('255081416802539'))).toBe('ERR_MSS_INS_KEY');
  });
  it.each([
    undefined,
    { ...right, sex: 'M' },
    { ...right, birthYear: '1955' },
    { ...right, birthYear: '56' },
    { ...right, confirmedBy: '' },
  ])('refuses a typed NIR with the confirmation %j', (confirmation) => {
    expect(codeOf(() => derogationPatientAddress(typed(confirmation), during))).toBe('ERR_MSS_INS_DEROGATION_CONFIRMATION');
  });
  it('treats a source it does not know like a typed number', () => {
    const request = { ...known, nir: { source: 'imported', matricule: '255081416802538' } } as unknown as DerogationRequest;
    expect(codeOf(() => derogationPatientAddress(request, during))).toBe('ERR_MSS_INS_DEROGATION_CONFIRMATION');
  });
  it('checks the key, typed or known', () => {
    for (const request of [known, typed(right)]) {
      const wrong = { ...request, nir: { ...request.nir, matricule: '255081416802539' } } as DerogationRequest;
      expect(codeOf(() => derogationPatientAddress(wrong, during))).toBe('ERR_MSS_INS_KEY');
    }
  });
  it('is for personal mailboxes and manual sending only', () => {
    expect(codeOf(() => derogationPatientAddress({ ...known, mailboxKind: 'org' }, during))).toBe('ERR_MSS_INS_DEROGATION_MAILBOX');
    expect(codeOf(() => derogationPatientAddress({ ...known, mailboxKind: 'app' }, during))).toBe('ERR_MSS_INS_DEROGATION_MAILBOX');
    expect(codeOf(() => derogationPatientAddress({ ...known, sending: 'automatic' }, during))).toBe('ERR_MSS_INS_DEROGATION_SENDING');
  });
  it('ends with the year 2022 in Paris', () => {
    expect(derogationPatientAddress(known, { clock: clock('2022-12-31T22:59:59Z') })).toContain('@');
    expect(codeOf(() => derogationPatientAddress(known, { clock: clock('2022-12-31T23:00:00Z') }))).toBe('ERR_MSS_INS_DEROGATION_EXPIRED');
    expect(codeOf(() => derogationPatientAddress(known))).toBe('ERR_MSS_INS_DEROGATION_EXPIRED');
    expect(derogationPatientAddress(known, { dangerouslyAllowExpiredDerogation: true })).toContain('@');
  });
  it('does not exist in ref2-1.0.1, whatever the switch', () => {
    const options = { ...during, profile: 'ref2-1.0.1', dangerouslyAllowExpiredDerogation: true } as const;
    expect(codeOf(() => derogationPatientAddress(known, options))).toBe('ERR_MSS_INS_DEROGATION_ABSENT');
  });
});
