import { MssError, type MssWarning, type ReadResult } from '@mss/core';

import type { InsErrorCode, PatientAddressWarningCode } from './errors.js';
import { ensureMatricule, parseMatricule, type InsMatricule } from './matricule.js';
import { isQualifiedIns, type QualifiedIns } from './qualified-ins.js';

/** The domain of the operator of Mon espace santé. */
export const patientDomain = 'patient.mssante.fr';

/** `<matricule>@patient.mssante.fr`, letters of the matricule in upper case. Made only from an identity fit to be written to. */
export type PatientAddress = string & { readonly __brand: 'PatientAddress' };

/** A patient's address as it was read. It may not be written to as it is: see {@link PatientAddress}. */
export interface ReadPatientAddress {
  /** Letters as `PatientAddress` has them. */
  readonly address: string;
  readonly matricule: InsMatricule;
}

/**
 * The address of a patient's Mon espace santé.
 *
 * A child's document goes to the child's own address: pass the child's identity.
 * Not checked: that the mailbox exists. There is no directory of patients; a DSN tells.
 *
 * @throws MssError `ERR_MSS_INS_NOT_QUALIFIED` the value was not made by `qualifyIns`
 * @see Référentiel #2 v0.1, 3.4.2.1 and ECO.2.2.6
 */
export function patientAddress(ins: QualifiedIns): PatientAddress {
  if (!isQualifiedIns(ins)) {
    throw new MssError<InsErrorCode>(
      'ERR_MSS_INS_NOT_QUALIFIED',
      "a patient's address is made only from an identity that qualifyIns made",
      { requirement: 'ECO.2.2.6' },
    );
  }
  return addressOf(ins.matricule);
}

/** The address of a matricule that the caller has judged; not exported from the package. */
export function addressOf(matricule: InsMatricule): PatientAddress {
  return `${ensureMatricule(matricule)}@${patientDomain}` as PatientAddress;
}

/** Whether an address belongs to the patients' domain, whatever stands before the `@`. */
export function isPatientAddress(address: string): boolean {
  return domainOf(address) === patientDomain;
}

/**
 * Reads a patient's address: any letter case, a wrong key with a warning.
 *
 * @returns `null` as value when the domain is another one or the local part is no matricule.
 */
export function parsePatientAddress(address: string): ReadResult<ReadPatientAddress | null, PatientAddressWarningCode> {
  const text = address.trim();
  if (!isPatientAddress(text)) return { value: null, warnings: [] };
  const at = text.lastIndexOf('@');
  const { value, warnings } = parseMatricule(text.slice(0, at));
  const all: MssWarning<PatientAddressWarningCode>[] = [...warnings];
  if (text.slice(at + 1) !== patientDomain) all.push({ code: 'INS_ADDRESS_CASE', message: 'the domain is not written in lower case' });
  return { value: value === null ? null : { address: `${value}@${patientDomain}`, matricule: value }, warnings: all };
}

/** Whether an address is that of the patient with this matricule; letter case does not count. */
export function isAddressOfPatient(address: string, matricule: string): boolean {
  const read = parsePatientAddress(address).value;
  return read !== null && read.matricule === parseMatricule(matricule).value;
}

function domainOf(address: string): string {
  const text = address.trim().replace(/\.$/, '');
  return text.slice(text.lastIndexOf('@') + 1).toLowerCase();
}
