import type { PatientTraits } from '@mss/core';
import type { Profile } from '@mss/core/profile';
import { parsePatientAddress } from '@mss/ins-address';
import type { ReceivedMessage } from '@mss/message';

import type { Privacy } from '../privacy.js';
import type { ConversationMessage } from './types.js';

/**
 * The patient's name in the tables: an HMAC of the matricule; without matricule, of birth name, first given name, date of birth
 * and sex together; `null` when not even these are there, since then two patients could be taken for one.
 */
export function patientKeyOf(patient: PatientTraits | null, privacy: Pick<Privacy, 'pseudonym'>): string | null {
  if (patient === null) return null;
  if (patient.ins !== null) return privacy.pseudonym('patient', `ins ${patient.ins.value.toUpperCase()}`);
  const { birthName, givenNames, birthDate, sex } = patient;
  const [givenName] = givenNames;
  if (birthName === null || givenName === undefined || birthDate === null || sex === null) return null;
  const traits = [birthName, givenName, birthDate, sex].map((one) => one.normalize('NFC').toLocaleUpperCase('fr').trim());
  return privacy.pseudonym('patient', `traits ${JSON.stringify(traits)}`);
}

/** The patient of a `…@patient.mssante.fr` among some addresses; `null` without one, or with two. */
export function patientKeyOfAddresses(addresses: readonly string[], privacy: Pick<Privacy, 'pseudonym'>): string | null {
  const found = new Set(addresses.flatMap((address) => parsePatientAddress(address).value?.matricule ?? []));
  const [only] = found;
  return found.size === 1 && only !== undefined ? privacy.pseudonym('patient', `ins ${only}`) : null;
}

/**
 * Whether a message tells a patient that the exchange is over: `X-MSS-MES: FIN`, or a subject that is exactly `[FIN]`.
 *
 * @see Référentiel #2 v1.0.1, ECO.2.2.8; Mon espace santé, note for editors V1.3 §7
 */
export function endsConversation(message: Pick<ReceivedMessage, 'xMss' | 'subjectText'>, profile: Profile): boolean {
  return profile.message.endOfConversation && (message.xMss['X-MSS-MES'] === 'FIN' || message.subjectText === '[FIN]');
}

/** What a conversation needs to know of a message that was read. */
export function messageFacts(
  message: ReceivedMessage,
  context: {
    readonly mailbox: string;
    readonly source: string;
    readonly direction: 'in' | 'out';
    /** When it arrived. */
    readonly at: Date;
    readonly profile: Profile;
    readonly privacy: Pick<Privacy, 'pseudonym'>;
  },
): ConversationMessage {
  const { mailbox, source, direction, privacy } = context;
  const people = [...message.from, ...message.to, ...message.cc].map((one) => one.address);
  return {
    mailbox,
    source,
    direction,
    messageId: message.messageId,
    inReplyTo: message.inReplyTo,
    references: message.references,
    from: message.from,
    to: message.to,
    cc: message.cc,
    subject: message.subjectText,
    // A date in the future would make a message the parent of what came after it.
    at: message.date !== null && message.date <= context.at ? message.date : context.at,
    patient: patientKeyOf(message.patient, privacy) ?? patientKeyOfAddresses(people, privacy),
    ends: direction === 'out' && endsConversation(message, context.profile),
  };
}
