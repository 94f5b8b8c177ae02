import { isMssError, MssError } from '@mss/core';

import { decideAnswer, headerText, type AnswerDecision } from './answer.js';
import type { InboxErrorCode } from './errors.js';
import { failed, quarantine } from './endings.js';
import type { Fingerprint } from './fingerprint.js';
import { followUp, sealFollowUp } from './follow-up.js';
import { commitNote, type LastNote } from './held.js';
import { auditEvent, type Pass } from './pass.js';
import { settle, type Settlement } from './rows.js';
import type { InHand } from './take-in.js';
import type { DeliveredDocument, HandOverResult, InboxDelivery } from './types.js';

/** Calls the host, and notes what it said before anything else happens. */
export async function handOver(
  pass: Pass,
  hand: InHand & {
    readonly delivery: InboxDelivery;
    readonly documents: readonly DeliveredDocument[];
    readonly kind: string;
    readonly header: Fingerprint['header'];
  },
): Promise<LastNote | null> {
  const { inbox, request } = pass;
  const { delivery, documents, kind, header } = hand;
  const { row, flags } = hand.held;
  const { clock, telemetry } = inbox.ledger;
  let result: HandOverResult;
  const started = clock.now().getTime();
  try {
    result =
      (await telemetry.span('mss.ledger.inbox.hand_over', { attempt: delivery.attempt }, async () => request.handOver(delivery))) ?? {};
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    return failed(pass, row, { kind, code: isMssError(error) ? error.code : null });
  }
  telemetry.measure('mss.ledger.inbox.hand_over_ms', clock.now().getTime() - started);
  let decision: AnswerDecision;
  try {
    decision =
      header === null || kind !== 'mail'
        ? { state: null, reason: null, plan: null, keepOriginal: false }
        : decideAnswer({ message: header, flags, kind: request.kind, mdn: request.mdn ?? {}, result });
    checkResult(inbox.queueReceipt !== null, { result, decision });
  } catch (error) {
    if (!isMssError(error)) throw error;
    return quarantine(pass, row, { reason: 'result-refused', code: error.code }, { handedOver: true });
  }
  const flagsToSet = [...(result.flags ?? []), ...(request.keyword === undefined ? [] : [request.keyword])];
  const isOver = decision.plan === null && flagsToSet.length === 0 && result.moveTo === undefined;
  const handed = { ...row, state: 'handed-over' };
  const settlement: Settlement = {
    state: isOver ? 'done' : 'handed-over',
    kind,
    handed_at: clock.now().getTime(),
    reason: null,
    code: null,
    mdn: decision.state,
    mdn_reason: decision.reason,
    mdn_original:
      decision.keepOriginal && header !== null ? inbox.ledger.privacy.seal(headerText(header), `inbox-original:${row.id}`) : null,
    follow_up:
      isOver && decision.state !== 'later' && decision.state !== 'ask'
        ? null
        : sealFollowUp(inbox, row.id, {
            address: request.address,
            flags: flagsToSet,
            moveTo: result.moveTo ?? null,
            plan: decision.plan,
            mdn: request.mdn ?? {},
          }),
    lease_until: isOver ? 0 : clock.now().getTime() + inbox.leaseMs,
  };
  const write: LastNote['write'] = async (transaction, trace) => {
    const ours = await settle(transaction, row, settlement);
    if (!ours) return false;
    await inbox.documents.remember(transaction, { id: row.id, documents, at: clock.now() });
    trace(
      auditEvent(
        { inbox, address: request.address },
        { action: 'inbox.hand-over', request: `message ${row.id}`, response: `attempt ${row.attempts}`, outcome: 'success' },
      ),
    );
    return true;
  };
  const note: LastNote = { write, noted: (ours) => void (pass.counts[ours ? 'handedOver' : 'leaseLost'] += 1) };
  if (isOver) return note;
  if (await commitNote(pass, note))
    await followUp(pass, { row: { ...handed, ...settlement }, resumed: false, flags, original: hand.content.bytes });
  return null;
}

/** @throws MssError what the host returned cannot be done */
function checkResult(
  hasQueue: boolean,
  { result, decision }: { readonly result: HandOverResult; readonly decision: AnswerDecision },
): void {
  if (decision.plan !== null && !hasQueue)
    throw new MssError<InboxErrorCode>(
      'ERR_MSS_LEDGER_INBOX_NO_QUEUE',
      'a receipt is to be sent, and the inbox was opened without a way to queue it',
    );
  for (const flag of result.flags ?? [])
    if (!/^\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~]{1,100}$/.test(flag))
      throw new MssError<InboxErrorCode>('ERR_MSS_LEDGER_INBOX_RESULT', 'not an IMAP flag', { details: { what: 'flags' } });
}
