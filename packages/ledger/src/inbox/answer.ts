import { isMssError, MssError } from '@mss/core';
import { parseMime, type MimeMessage } from '@mss/formats/mime';
import type { MailboxKind } from '@mss/message';
import { buildIntegrationFailure, buildMdn, decideMdn, mdnSentKeyword, type BuiltReceipt, type IntegrationError } from '@mss/receipts';

import type { InboxErrorCode } from './errors.js';
import { setOnce, type ServerPlace } from './keyword-claim.js';
import type { InboxContext } from './pass.js';
import type { HandOverResult, InboxMailbox, InboxMdnOptions, MdnChoice, MdnState } from './types.js';

/** What is to go out, noted before anything is marked or queued. */
export type AnswerPlan =
  | {
      readonly kind: 'mdn';
      readonly type: MdnChoice;
      readonly byPerson: boolean;
      readonly consent: boolean;
      readonly integrationError: IntegrationError | null;
      readonly to: readonly { readonly name: string | null; readonly address: string }[];
    }
  | { readonly kind: 'integration-failure'; readonly error: IntegrationError };

/** The decision, with what is kept of it. */
export interface AnswerDecision {
  readonly state: MdnState | null;
  readonly reason: string | null;
  readonly plan: AnswerPlan | null;
  /** The header must be kept for a later answer. */
  readonly keepOriginal: boolean;
}

const decided = (state: MdnState | null, reason: string | null): AnswerDecision => ({
  state,
  reason,
  plan: null,
  keepOriginal: state === 'later' || state === 'ask',
});
const planned = (plan: AnswerPlan): AnswerDecision => ({ state: 'intended', reason: null, plan, keepOriginal: true });

const personsActs: ReadonlySet<MdnChoice> = new Set(['displayed', 'deleted', 'dispatched']);

/**
 * What is answered to a message that the host has.
 *
 * | circumstances | answer |
 * |---|---|
 * | integration succeeded, receipt asked for | `processed`, automatic |
 * | integration failed, receipt asked for | `processed` with the error of ANS, automatic |
 * | integration failed, none asked for, or one that would go elsewhere than the return path | ordinary mail to the return path |
 * | a person's act in a personal or organisational mailbox | by the policy; doubtful addresses only with consent (RFC 8098 §2.1) |
 * | a person's act in an applicative mailbox | refused: nobody sits there |
 * | no act told | `later`; in an applicative mailbox nothing |
 * | policy `never` | nothing at all |
 *
 * Results of integration are told automatically under `ask` as well: nobody is there to be asked, and they say nothing of a person.
 *
 * @throws MssError `ERR_MSS_LEDGER_INBOX_RESULT`
 */
export function decideAnswer(question: {
  readonly message: MimeMessage;
  readonly flags: readonly string[];
  readonly kind: MailboxKind;
  readonly mdn: InboxMdnOptions;
  readonly result: HandOverResult;
}): AnswerDecision {
  const { message, flags, kind, result } = question;
  const requested = message.header('Disposition-Notification-To') !== null;
  const policy = question.mdn.policy ?? (kind === 'applicative' ? 'always' : 'ask');
  const { integration, mdn: choice = 'later' } = result;
  if (integration !== undefined) {
    if (policy === 'never') return decided(requested ? 'declined' : null, requested ? 'policy' : null);
    const decision = decideMdn({ message, policy: 'always', flags });
    if (decision.send === 'yes') {
      const integrationError = integration.ok ? null : integration.error;
      return planned({ kind: 'mdn', type: 'processed', byPerson: false, consent: false, integrationError, to: decision.addresses });
    }
    if (!integration.ok && decision.reason !== 'already-sent' && decision.reason !== 'is-receipt')
      return planned({ kind: 'integration-failure', error: integration.error });
    return decided(requested ? 'declined' : null, requested ? decision.reason : null);
  }
  if (kind === 'applicative' && choice !== 'later' && choice !== 'none' && personsActs.has(choice)) {
    throw new MssError<InboxErrorCode>(
      'ERR_MSS_LEDGER_INBOX_RESULT',
      'nobody reads in an applicative mailbox: only results of integration are told',
      {
        details: { what: 'mdn' },
      },
    );
  }
  if (!requested) return decided(null, null);
  if (choice === 'none') return decided('declined', 'host');
  if (choice === 'later' && kind === 'applicative') return decided('declined', 'no-person');
  const decision = decideMdn({ message, policy, flags, consent: result.mdnConsent === true });
  if (decision.send === 'no') return decided('declined', decision.reason);
  if (choice === 'later') return decided('later', decision.send === 'ask' ? decision.reason : null);
  if (decision.send === 'ask') return decided('ask', decision.reason);
  return planned({
    kind: 'mdn',
    type: choice,
    byPerson: choice !== 'processed',
    consent: result.mdnConsent === true,
    integrationError: null,
    to: decision.addresses,
  });
}

/** The original, from its header alone: what a read receipt needs. */
export function parseOriginal(header: string): MimeMessage {
  return parseMime(Buffer.from(`${header}\r\n`, 'latin1')).value;
}

/** The header section of a message as text that {@link parseOriginal} reads again, byte for byte. */
export function headerText(message: MimeMessage): string {
  const end = message.source.length - message.raw.length;
  return Buffer.from(message.source.buffer, message.source.byteOffset, end).toString('latin1');
}

/**
 * Sends what was planned, at most once: the plan is noted before; then `$MDNSent` is set, on the condition that nobody else did;
 * then the receipt is queued under a key of this delivery. After a crash anywhere in between the same steps are taken again.
 *
 * @param work.resumed - the plan was noted by an earlier run, which may have set `$MDNSent` itself
 * @returns the state to note; errors that may pass come through
 */
export async function sendAnswer(
  inbox: InboxContext,
  work: {
    readonly id: string;
    readonly plan: AnswerPlan;
    readonly address: string;
    readonly mdn: InboxMdnOptions;
    readonly original: () => Promise<MimeMessage>;
    readonly resumed: boolean;
    readonly server: { readonly mailbox: InboxMailbox; readonly place: ServerPlace } | null;
  },
): Promise<{ readonly state: MdnState; readonly reason: string | null }> {
  const { plan, server } = work;
  if (plan.kind === 'mdn' && server !== null) {
    const marked = await markSent(server.mailbox, server.place);
    if (marked === 'taken' && !work.resumed) return { state: 'elsewhere', reason: 'already-sent' };
  }
  try {
    const receipt = build(inbox, { ...work, original: await work.original() });
    await inbox.queueReceipt?.({
      key: `receipt-${work.id}`,
      mailbox: work.address,
      messageId: receipt.messageId,
      bytes: receipt.bytes,
      to: receipt.envelope.to,
    });
  } catch (error) {
    // Queued by the run that crashed, with another Message-ID: that one goes out.
    if (isMssError(error, 'ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN')) return { state: 'queued', reason: null };
    if (isMssError(error) && error.permanent && !error.code.startsWith('ERR_MSS_STORE_'))
      return { state: 'impossible', reason: error.code };
    throw error;
  }
  return { state: 'queued', reason: null };
}

/** `$MDNSent`, where the folder keeps it; where it does not, the note in the ledger stands alone. */
async function markSent(mailbox: InboxMailbox, place: ServerPlace): Promise<'set' | 'taken' | 'gone'> {
  try {
    const result = await setOnce(mailbox, place, {
      keywords: [mdnSentKeyword],
      conditional: true,
      taken: (flags) => flags.some((flag) => flag.toLowerCase() === mdnSentKeyword.toLowerCase()),
    });
    if (result !== 'busy') return result;
  } catch (error) {
    if (isMssError(error, 'ERR_MSS_IMAP_UNSUPPORTED')) return 'set';
    throw error;
  }
  throw new MssError('ERR_MSS_IMAP_REFUSED', 'other clients change the message all the time', { permanent: false });
}

function build(
  inbox: InboxContext,
  work: { readonly plan: AnswerPlan; readonly address: string; readonly mdn: InboxMdnOptions; readonly original: MimeMessage },
): BuiltReceipt {
  const { plan, original } = work;
  const { clock, random } = inbox.ledger;
  const mailbox = { name: work.mdn.name ?? null, address: work.address };
  if (plan.kind === 'integration-failure')
    return buildIntegrationFailure({ original, mailbox, integrationError: plan.error }, { clock, random });
  return buildMdn(
    {
      original,
      to: plan.to,
      mailbox,
      actionMode: plan.byPerson ? 'manual-action' : 'automatic-action',
      sendingMode: plan.consent ? 'MDN-sent-manually' : 'MDN-sent-automatically',
      type: plan.type,
      ...(plan.integrationError === null ? {} : { integrationError: plan.integrationError }),
      ...(work.mdn.reportingUa === undefined ? {} : { reportingUa: work.mdn.reportingUa }),
    },
    { clock, random },
  );
}
