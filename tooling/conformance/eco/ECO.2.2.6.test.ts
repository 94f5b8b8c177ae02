/** ECO.2.2.6: a client that writes to patients uses addresses built from INS identities of status "qualifiée". */
import { derogationPatientAddress, insOids, patientAddress, qualifyIns, type QualifiedIns } from '@mss/ins-address';
import { describe, expect, it } from 'vitest';

const qualified = {
  matricule: '255081416802538',
  oid: insOids.nir.oid,
  status: 'qualifiee',
  assertedBy: { kind: 'identity-base', name: 'base d’identités' },
} as const;
const code = (value: string): object => expect.objectContaining({ code: value, requirement: 'ECO.2.2.6' });

describe('ECO.2.2.6', () => {
  it('builds <matricule INS>@patient.mssante.fr from a qualified identity, NIR or NIA', () => {
    expect(patientAddress(qualifyIns(qualified))).toBe('255081416802538@patient.mssante.fr');
    expect(patientAddress(qualifyIns({ ...qualified, oid: insOids.nia.oid }))).toBe('255081416802538@patient.mssante.fr');
  });
  it('builds one from a qualified INS that a person copied, for clients without identity base', () => {
    const copied = qualifyIns({ ...qualified, oid: null, assertedBy: { kind: 'person', name: '801234534765' } });
    expect(patientAddress(copied)).toBe('255081416802538@patient.mssante.fr');
  });
  it.each(['provisoire', 'recuperee', 'validee'])('builds none from an identity of status %s', (status) => {
    expect(() => qualifyIns({ ...qualified, status })).toThrow(code('ERR_MSS_INS_NOT_QUALIFIED'));
  });
  it('builds none from a well-formed matricule alone', () => {
    expect(() => patientAddress({ ...qualified, kind: 'NIR', environment: 'production' } as unknown as QualifiedIns)).toThrow(
      code('ERR_MSS_INS_NOT_QUALIFIED'),
    );
  });
  it('builds none from a wrong key, a social security number or, in production, a test identity', () => {
    expect(() => qualifyIns({ ...qualified, matricule: '255081416802537' })).toThrow(code('ERR_MSS_INS_KEY'));
    expect(() => qualifyIns({ ...qualified, oid: insOids.ssNir.oid })).toThrow(code('ERR_MSS_INS_NOT_AN_INS'));
    expect(() => qualifyIns({ ...qualified, oid: insOids.nirTest.oid })).toThrow(code('ERR_MSS_INS_TEST_IDENTITY'));
  });
  it('offers the derogation only with its three limits and until the end of 2022', () => {
    const clock = { now: (): Date => new Date('2022-03-01T12:00:00Z') };
    const typed = {
      mailboxKind: 'per',
      sending: 'manual',
      nir: { source: 'typed', matricule: qualified.matricule, confirmation: { sex: 'F', birthYear: '55', confirmedBy: '801234534765' } },
    } as const;
    expect(derogationPatientAddress(typed, { clock })).toBe('255081416802538@patient.mssante.fr');
    expect(() => derogationPatientAddress({ ...typed, mailboxKind: 'app' }, { clock })).toThrow(code('ERR_MSS_INS_DEROGATION_MAILBOX'));
    expect(() => derogationPatientAddress({ ...typed, sending: 'automatic' }, { clock })).toThrow(code('ERR_MSS_INS_DEROGATION_SENDING'));
    const unconfirmed = { ...typed, nir: { ...typed.nir, confirmation: { ...typed.nir.confirmation, sex: 'M' } } } as const;
    expect(() => derogationPatientAddress(unconfirmed, { clock })).toThrow(code('ERR_MSS_INS_DEROGATION_CONFIRMATION'));
    expect(() => derogationPatientAddress(typed, { clock: { now: () => new Date('2023-01-01T12:00:00Z') } })).toThrow(
      code('ERR_MSS_INS_DEROGATION_EXPIRED'),
    );
  });
});
