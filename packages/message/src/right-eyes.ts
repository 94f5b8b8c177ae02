import { visibility, type DocumentSet, type DocumentVisibility } from '@mss/cda';
import { MssError, parseHl7Timestamp, type Environment } from '@mss/core';
import { describeMatricule, isTestInsOid } from '@mss/ins-address';

import type { MessageErrorCode } from './errors.js';
import type { Recipient } from './recipients.js';

/** A field of a date, or the highest it may mean. */
function latest(text: string | null, highest: number): number {
  const value = Number(text ?? 0);
  return value >= 1 && value <= highest ? value : highest;
}

/** Nobody alive was born before; `0000` stands for an unknown year. */
const earliestBirthYear = 1850;

/**
 * Whether the person is surely an adult at an instant. A birth date that is partial or lunar counts as the latest day it
 * may mean: what is unknown protects the minor.
 *
 * @param birthDate - HL7 digits, `null` when unknown.
 */
export function isSurelyAdult(birthDate: string | null, at: Date): boolean {
  const date = birthDate === null ? null : parseHl7Timestamp(birthDate);
  if (date === null || Number(date.year) < earliestBirthYear) return false;
  const month = latest(date.month, 12);
  const day = latest(date.day, new Date(Date.UTC(Number(date.year), month, 0)).getUTCDate());
  // The day is compared in the most western zone of France, so that nobody comes of age a day early.
  const local = new Date(at.getTime() - 10 * 3_600_000);
  const years = local.getUTCFullYear() - Number(date.year);
  const birthdayPassed = local.getUTCMonth() + 1 > month || (local.getUTCMonth() + 1 === month && local.getUTCDate() >= day);
  return years > 18 || (years === 18 && birthdayPassed);
}

/**
 * Right patient, right eyes: refuses documents that a recipient may not see, and identities that are not for this environment.
 *
 * | mask of the document | refused for |
 * |---|---|
 * | `INVISIBLE_PATIENT` | any patient address |
 * | `INVISIBLE_REPRESENTANTS_LEGAUX` | the address of a patient who is not surely an adult at `at` |
 * | `MASQUE_PS` | any professional |
 *
 * @param options.at - the instant at which the age is computed.
 * @param options.masks - what the host adds to each document's own masks; a mask is never taken away.
 * @throws MssError `ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT`, `ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES`,
 * `ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS`, `ERR_MSS_MESSAGE_VISIBILITY`, `ERR_MSS_MESSAGE_TEST_IDENTITY`,
 * `ERR_MSS_MESSAGE_INS_KEY`
 * @see JDV_J08 of the CI-SIS; VOLET-TRANS "règles de gestion MSSanté".
 */
export function checkRightEyes(
  set: DocumentSet,
  recipients: readonly Recipient[],
  options: { readonly at: Date; readonly environment: Environment; readonly masks?: readonly (Partial<DocumentVisibility> | null)[] },
): void {
  checkIdentity(set, options.environment);
  const toPatient = recipients.some((recipient) => recipient.kind === 'patient');
  const toProfessional = recipients.some((recipient) => recipient.kind === 'professional');
  const adult = isSurelyAdult(set.patient.birthDate, options.at);
  set.documents.forEach((document, index) => {
    const own = visibility(document);
    const given = options.masks?.[index];
    const masks: DocumentVisibility = {
      invisiblePatient: own.invisiblePatient || given?.invisiblePatient === true,
      invisibleRepresentatives: own.invisibleRepresentatives || given?.invisibleRepresentatives === true,
      maskedFromProfessionals: own.maskedFromProfessionals || given?.maskedFromProfessionals === true,
    };
    const refuse = (code: MessageErrorCode, message: string): never => {
      throw new MssError<MessageErrorCode>(code, message, { details: { document: index } });
    };
    if (masks.invisiblePatient && masks.maskedFromProfessionals) {
      refuse('ERR_MSS_MESSAGE_VISIBILITY', 'a document is masked from the patient and from professionals alike: nobody could receive it');
    }
    if (toPatient && masks.invisiblePatient) {
      refuse('ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT', 'a document that the patient may not see yet is not sent to the patient');
    }
    if (toPatient && masks.invisibleRepresentatives && !adult) {
      refuse(
        'ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES',
        'a document hidden from the legal representatives is not sent to the address of a minor, which they read',
      );
    }
    if (toProfessional && masks.maskedFromProfessionals) {
      refuse('ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS', 'a document masked from professionals is not sent to a professional');
    }
  });
}

function checkIdentity(set: DocumentSet, environment: Environment): void {
  const ins = set.patient.ins;
  if (ins === null) return;
  if (environment === 'production' && isTestInsOid(ins.oid)) {
    throw new MssError<MessageErrorCode>(
      'ERR_MSS_MESSAGE_TEST_IDENTITY',
      'a test or demonstration INS is not sent in the production environment',
      {
        requirement: 'ECO.2.2.6',
        details: { oid: ins.oid },
      },
    );
  }
  if (environment === 'production' && !describeMatricule(ins.value, { oid: ins.oid }).ok) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_INS_KEY', 'the INS matricule of the documents is not well formed', {
      requirement: 'ECO.2.2.6',
    });
  }
}
