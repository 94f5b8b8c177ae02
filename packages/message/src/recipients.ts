import type { PatientTraits } from '@mss/core';
import { MssError } from '@mss/core';
import { formatMssAddress, parseMssAddress } from '@mss/formats/mime';
import { isPatientAddress, parsePatientAddress, type PatientAddress } from '@mss/ins-address';

import type { MessageErrorCode } from './errors.js';

/** A professional or organisation: any MSSanté address that is not a patient's. */
export interface ProfessionalRecipient {
  readonly kind: 'professional';
  readonly address: string;
  readonly name?: string;
}

/**
 * A patient. The address exists only as the type that `@mss/ins-address` makes from a qualified identity, so a message to
 * a patient cannot be written without one (ECO.2.2.6).
 */
export interface PatientRecipient {
  readonly kind: 'patient';
  readonly address: PatientAddress;
}

/** Somebody written to. */
export type Recipient = ProfessionalRecipient | PatientRecipient;

/** The address as SMTP and header fields write it, its domain in ASCII; `null` when it is none. */
export function wireAddress(address: string): string | null {
  const parsed = parseMssAddress(address);
  return parsed === null ? null : formatMssAddress(parsed);
}

/** Whether an address is a patient's in any spelling of its domain that leads to the same server. */
export function isPatientMailbox(address: string): boolean {
  return isPatientAddress(wireAddress(address) ?? address);
}

/** The matricule that a patient's address is made of. */
export function matriculeOf(recipient: PatientRecipient): string {
  return recipient.address.slice(0, recipient.address.indexOf('@')).toUpperCase();
}

/**
 * Checks the recipients of one message against each other and against the patient of its documents.
 *
 * A patient and professionals may receive the same message; two patients may not (reading notes of the référentiel).
 *
 * @throws MssError `ERR_MSS_MESSAGE_NO_RECIPIENT`, `ERR_MSS_MESSAGE_RECIPIENT`, `ERR_MSS_MESSAGE_TWO_PATIENTS`,
 * `ERR_MSS_MESSAGE_PATIENT_MISMATCH`
 */
export function checkRecipients(recipients: readonly Recipient[], patient: PatientTraits | null): void {
  if (recipients.length === 0)
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_NO_RECIPIENT', 'a message needs at least one recipient');
  const matricules = new Set<string>();
  for (const recipient of recipients) {
    // Callers in plain JavaScript have no types: what is said to be a patient is one by its address.
    if (recipient.kind === 'patient' ? parsePatientAddress(recipient.address).value === null : isPatientMailbox(recipient.address)) {
      throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_RECIPIENT', "a patient's address must be built from a qualified identity", {
        requirement: 'ECO.2.2.6',
      });
    }
    if (wireAddress(recipient.address) === null)
      throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_RECIPIENT', 'a recipient has no valid mail address');
    if (recipient.kind === 'patient') matricules.add(matriculeOf(recipient));
  }
  if (matricules.size > 1) {
    throw new MssError<MessageErrorCode>(
      'ERR_MSS_MESSAGE_TWO_PATIENTS',
      'one message concerns one person: the recipients are two patients',
      {
        requirement: 'ECO.2.1.1',
      },
    );
  }
  const [matricule] = matricules;
  if (matricule !== undefined && patient !== null && patient.ins?.value.toUpperCase() !== matricule) {
    throw new MssError<MessageErrorCode>(
      'ERR_MSS_MESSAGE_PATIENT_MISMATCH',
      "the patient written to is not the patient of the documents (a child's documents go to the child's own address)",
      { requirement: 'ECO.2.1.1' },
    );
  }
}

/** Recipients without repetition, in order; addresses compare with their domain's case and form ignored. */
export function uniqueRecipients(recipients: readonly Recipient[]): Recipient[] {
  const unique = new Map<string, Recipient>();
  for (const recipient of recipients) {
    const key = wireAddress(recipient.address) ?? recipient.address;
    if (!unique.has(key)) unique.set(key, recipient);
  }
  return [...unique.values()];
}
