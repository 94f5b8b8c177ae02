import { getProfile, MssError, systemClock, type AdministrativeSex, type Clock, type ProfileId } from '@mss/core';

import { sexOfMatricule } from './describe.js';
import type { InsErrorCode } from './errors.js';
import { ensureMatricule } from './matricule.js';
import { addressOf, type PatientAddress } from './patient-address.js';

/** What a professional who typed a NIR is shown, and has to confirm, before anything is sent. */
export interface ManualEntryPrompt {
  readonly sex: AdministrativeSex;
  /** Two digits. */
  readonly birthYear: string;
  /** The question in French, as the professional reads it. */
  readonly sentence: string;
}

/** The professional's answer to a {@link ManualEntryPrompt}: it repeats what was displayed. */
export interface ManualEntryConfirmation {
  readonly sex: AdministrativeSex;
  readonly birthYear: string;
  /** An identifier of the professional who confirmed: never the patient. */
  readonly confirmedBy: string;
}

/** The circumstances under which the derogation is asked for. */
export interface DerogationRequest {
  /** Personal, organisational, applicative: only a personal mailbox has the derogation. */
  readonly mailboxKind: 'per' | 'org' | 'app';
  readonly sending: 'manual' | 'automatic';
  /** `known`: the client knew the NIR of the beneficiary before. `typed`: the professional typed it. */
  readonly nir:
    | { readonly source: 'known'; readonly matricule: string }
    | { readonly source: 'typed'; readonly matricule: string; readonly confirmation: ManualEntryConfirmation };
}

/** Options of {@link derogationPatientAddress}. */
export interface DerogationOptions {
  /** Default `ref2-0.1`, the only one that has the derogation. */
  readonly profile?: ProfileId;
  readonly clock?: Clock;
  /** Lets the derogation live on after its end. A message sent this way does not conform. */
  readonly dangerouslyAllowExpiredDerogation?: boolean;
}

function fail(code: InsErrorCode, message: string): never {
  throw new MssError<InsErrorCode>(code, message, { requirement: 'ECO.2.2.6' });
}

/**
 * The question to show for a NIR that a professional typed, its key checked.
 *
 * @throws MssError `ERR_MSS_INS_MALFORMED`
 * @throws MssError `ERR_MSS_INS_KEY`
 * @see Référentiel #2 v0.1, ECO.2.2.6, derogation, measures i and ii
 */
export function promptForTypedNir(matricule: string): ManualEntryPrompt {
  const checked = ensureMatricule(matricule);
  const sex = sexOfMatricule(checked);
  const birthYear = checked.slice(1, 3);
  const sexText = sex === 'F' ? 'féminin' : 'masculin';
  return {
    sex,
    birthYear,
    sentence: `Le numéro saisi est celui d’un usager de sexe ${sexText}, né en « ${birthYear} » (deux derniers chiffres de l’année). Confirmez-vous le sexe et l’année de naissance de l’usager ?`,
  };
}

/**
 * A patient's address from a NIR that is not qualified, as ECO.2.2.6 allowed until the end of 2022: from a personal
 * mailbox, sent by hand, the NIR either known before or typed, its key checked, sex and birth year displayed and confirmed.
 *
 * @throws MssError `ERR_MSS_INS_DEROGATION_ABSENT`
 * @throws MssError `ERR_MSS_INS_DEROGATION_EXPIRED`
 * @throws MssError `ERR_MSS_INS_DEROGATION_MAILBOX`
 * @throws MssError `ERR_MSS_INS_DEROGATION_SENDING`
 * @throws MssError `ERR_MSS_INS_DEROGATION_CONFIRMATION`
 * @throws MssError `ERR_MSS_INS_MALFORMED`
 * @throws MssError `ERR_MSS_INS_KEY`
 * @see Référentiel #2 v0.1, 3.4.2.2, ECO.2.2.6
 */
export function derogationPatientAddress(request: DerogationRequest, options: DerogationOptions = {}): PatientAddress {
  const until = getProfile(options.profile).ins.derogationUntil;
  if (until === null)
    fail('ERR_MSS_INS_DEROGATION_ABSENT', 'this version of the référentiel has no derogation for NIR that are not qualified');
  if (parisDay((options.clock ?? systemClock).now()) > until && options.dangerouslyAllowExpiredDerogation !== true) {
    fail('ERR_MSS_INS_DEROGATION_EXPIRED', 'the derogation for NIR that are not qualified has ended');
  }
  if (request.mailboxKind !== 'per') fail('ERR_MSS_INS_DEROGATION_MAILBOX', 'the derogation is for personal mailboxes only');
  if (request.sending !== 'manual') fail('ERR_MSS_INS_DEROGATION_SENDING', 'the derogation is for mails that a professional sends by hand');
  const matricule = ensureMatricule(request.nir.matricule);
  if (request.nir.source !== 'known') checkConfirmation(matricule, request.nir.confirmation);
  return addressOf(matricule);
}

function checkConfirmation(matricule: string, confirmation: ManualEntryConfirmation | undefined): void {
  const displayed = promptForTypedNir(matricule);
  const same = confirmation?.sex === displayed.sex && confirmation.birthYear === displayed.birthYear;
  if (!same || confirmation.confirmedBy.trim() === '') {
    fail(
      'ERR_MSS_INS_DEROGATION_CONFIRMATION',
      'sex and birth year of a typed NIR must be shown to the professional and confirmed as shown',
    );
  }
}

/** The day in Paris as `YYYY-MM-DD`: the derogation ends at midnight there, not in UTC. */
function parisDay(instant: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris', year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);
}
