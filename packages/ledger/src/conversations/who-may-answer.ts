import type { Profile } from '@mss/core/profile';
import { equalAddresses, isMssAddress } from '@mss/formats/mime';
import { isPatientAddress } from '@mss/ins-address';

/** A message as far as answering it goes. Addresses only. */
export interface AnswerableMessage {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  readonly at: Date;
  /** It ends the exchange with the patient; looked at in profiles that know it. */
  readonly ends: boolean;
}

/**
 * Why somebody may answer, or not.
 *
 * - `professional` – professionals answer whom they like.
 * - `answers-professional` – a patient answers a message of a professional that was sent to them.
 * - `not-recipient` – the message was not sent to this patient.
 * - `from-patient` – a patient wrote it: patients do not write to each other.
 * - `ended` – the professional ended the exchange with this message or a later one.
 * - `nobody` – neither the sender nor the address for answers can be written to.
 */
export type AnswerReason = 'professional' | 'answers-professional' | 'not-recipient' | 'from-patient' | 'ended' | 'nobody';

/** Whether, why, and to whom. */
export interface AnswerRight {
  readonly allowed: boolean;
  readonly reason: AnswerReason;
  /** The first ones are those for whom the answer is; the others get it too. Empty when it is not allowed. */
  readonly to: readonly string[];
}

const same = (one: string, other: string): boolean => equalAddresses(one, other, { ignoreLocalCase: true });

/** Whether somebody may write first: only professionals start an exchange. */
export function mayStart(address: string): boolean {
  return isMssAddress(address) && !isPatientAddress(address);
}

/**
 * Who may answer whom, as Mon espace santé applies it to patients; pure.
 *
 * | rule | |
 * |---|---|
 * | a patient starts nothing | {@link mayStart} |
 * | a patient answers the sender, and the other professionals of the message; never another patient | |
 * | with Reply-To, the address there instead of the sender, who then gets the answer only if it names them | a Reply-To that is a patient's or no address is passed over |
 * | after `[FIN]` or `X-MSS-MES: FIN`, that message and all before it from the same sender can no longer be answered; later ones can | profiles with `endOfConversation` |
 * | a professional answers Reply-To or the sender, and the other recipients | never refused here |
 *
 * Not checked: that the addresses are in the trust space (a white list of the host), and what the operator lets through.
 *
 * @param question.conversation - every message of the exchange that is known, in any order; the answered one may be among them
 * @see Mon espace santé, note for editors V1.3 §7 and §9; référentiel #2 v0.1, 3.4.2
 */
export function mayAnswer(question: {
  readonly who: string;
  readonly message: AnswerableMessage;
  readonly conversation: readonly AnswerableMessage[];
  readonly profile: Profile;
}): AnswerRight {
  const { who, message, conversation, profile } = question;
  if (!isPatientAddress(who)) {
    const to = recipientsOf(message, () => true).filter((one) => !same(one, who));
    return to.length === 0 ? refused('nobody') : { allowed: true, reason: 'professional', to };
  }
  if (isPatientAddress(message.from)) return refused('from-patient');
  if (![...message.to, ...message.cc].some((one) => same(one, who))) return refused('not-recipient');
  const ending = (one: AnswerableMessage): boolean => one.ends && same(one.from, message.from) && one.at >= message.at;
  if (profile.message.endOfConversation && [message, ...conversation].some(ending)) return refused('ended');
  const to = recipientsOf(message, (address) => !isPatientAddress(address));
  return to.length === 0 ? refused('nobody') : { allowed: true, reason: 'answers-professional', to };
}

const refused = (reason: AnswerReason): AnswerRight => ({ allowed: false, reason, to: [] });

function recipientsOf(message: AnswerableMessage, may: (address: string) => boolean): readonly string[] {
  const allowed = (address: string): boolean => isMssAddress(address) && may(address);
  const replyTo = message.replyTo.filter(allowed);
  const first = replyTo.length > 0 ? replyTo : [message.from].filter(allowed);
  const others = [...message.to, ...message.cc].filter((one) => allowed(one) && !(replyTo.length > 0 && same(one, message.from)));
  const found: string[] = [];
  for (const address of [...first, ...others]) if (!found.some((one) => same(one, address))) found.push(address);
  return found;
}
