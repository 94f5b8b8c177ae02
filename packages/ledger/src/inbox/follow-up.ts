import { isMssError } from '@mss/core';
import { parseMime, type MimeMessage } from '@mss/formats/mime';

import { parseOriginal, sendAnswer, type AnswerPlan } from './answer.js';
import { collectAll, serverPlace } from './content.js';
import type { InboxContext, Pass } from './pass.js';
import { settle, type InboxRow } from './rows.js';
import type { InboxMdnOptions } from './types.js';

/** What is still to do once the host has a message; sealed in its row. */
export interface FollowUp {
  readonly address: string;
  readonly flags: readonly string[];
  readonly moveTo: string | null;
  readonly plan: AnswerPlan | null;
  readonly mdn: InboxMdnOptions;
  /** Flags and move were done before: they stand here for further copies of the message. */
  readonly placed?: boolean;
}

export function sealFollowUp(inbox: InboxContext, id: string, followUp: FollowUp): Uint8Array {
  return inbox.ledger.privacy.seal(JSON.stringify(followUp), `inbox-follow-up:${id}`);
}

export function openFollowUp(inbox: InboxContext, row: Pick<InboxRow, 'id' | 'follow_up'>): FollowUp | null {
  return row.follow_up === null ? null : (JSON.parse(inbox.ledger.privacy.open(row.follow_up, `inbox-follow-up:${row.id}`)) as FollowUp);
}

/** Codes after which flags or a move are given up: trying again changes nothing. */
const hopeless: ReadonlySet<string> = new Set([
  'ERR_MSS_IMAP_UNSUPPORTED',
  'ERR_MSS_IMAP_REFUSED',
  'ERR_MSS_IMAP_NO_MESSAGE',
  'ERR_MSS_IMAP_NO_FOLDER',
  'ERR_MSS_IMAP_UID_VALIDITY',
]);

/**
 * Receipt, then flags, then move, then the last note. Each step can be taken twice without harm, so after a crash all are taken again.
 * What fails and may pass is left for the next pass; the message itself stays handed over.
 */
export async function followUp(
  pass: Pass,
  work: { readonly row: InboxRow; readonly resumed: boolean; readonly flags: readonly string[]; readonly original: Uint8Array | null },
): Promise<void> {
  const { inbox } = pass;
  const { row } = work;
  const todo = openFollowUp(inbox, row);
  const isHere = row.folder === pass.folderKey && row.uid_validity === pass.uidValidity;
  try {
    let { mdn, mdn_reason: reason } = row;
    if (todo?.plan != null && mdn === 'intended') {
      const sent = await sendAnswer(inbox, {
        id: row.id,
        plan: todo.plan,
        address: todo.address,
        mdn: todo.mdn,
        original: () => originalOf(pass, work),
        resumed: work.resumed,
        server: isHere ? { mailbox: pass.request.mailbox, place: serverPlace(pass, row.uid) } : null,
      });
      ({ state: mdn, reason } = sent);
      // Before the message moves away, where its keyword could no longer be found.
      if (todo.flags.length > 0 || todo.moveTo !== null)
        await inbox.ledger.store.transaction((transaction) =>
          settle(transaction, row, { mdn, mdn_reason: reason, lease_until: inbox.ledger.clock.now().getTime() + inbox.leaseMs }),
        );
    }
    const code = isHere && todo !== null && todo.placed !== true ? await placeOnServer(pass, row.uid, todo) : null;
    await inbox.commit((transaction) =>
      settle(transaction, row, {
        state: 'done',
        mdn,
        mdn_reason: reason,
        code,
        ...(mdn === 'later' || mdn === 'ask' ? {} : { mdn_original: null }),
      }),
    );
  } catch (error) {
    if (isMssError(error) && (error.code.startsWith('ERR_MSS_IMAP_') || error.code.startsWith('ERR_MSS_STORE_'))) throw error;
    pass.counts.unfinished += 1;
    inbox.ledger.logger.warn({ code: isMssError(error) ? error.code : null, message: row.id }, 'what follows a hand-over did not succeed');
    const nextAt = inbox.ledger.clock.now().getTime() + inbox.retryMs;
    await inbox.ledger.store.transaction((transaction) =>
      settle(transaction, row, { code: isMssError(error) ? error.code : null, next_at: nextAt }),
    );
  }
}

/** Flags and move of one copy of a message. @returns the code of what the server would not do */
export async function placeOnServer(pass: Pass, uid: number, todo: Pick<FollowUp, 'flags' | 'moveTo'>): Promise<string | null> {
  const { mailbox } = pass.request;
  const { folder, uidValidity, signal } = serverPlace(pass, uid);
  const known = { folder, uidValidity, uids: [uid], ...(signal === undefined ? {} : { signal }) };
  let code: string | null = null;
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isMssError(error) || !hopeless.has(error.code)) throw error;
      ({ code } = error);
    }
  };
  if (todo.flags.length > 0) await attempt(() => mailbox.setFlags({ ...known, add: todo.flags }));
  const { moveTo } = todo;
  if (moveTo !== null && moveTo !== pass.folder) await attempt(() => mailbox.move({ ...known, to: moveTo }));
  return code;
}

/** The whole message for results of integration that give it back; its header where the rest is gone. */
async function originalOf(pass: Pass, work: { readonly row: InboxRow; readonly original: Uint8Array | null }): Promise<MimeMessage> {
  const { inbox, request } = pass;
  const { row, original } = work;
  if (original !== null) return parseMime(original, { limits: inbox.limits }).value;
  const isHere = row.folder === pass.folderKey && row.uid_validity === pass.uidValidity;
  if (isHere && row.size_bytes <= inbox.inMemoryBytes) {
    try {
      return parseMime(await collectAll(request.mailbox.readMessage(serverPlace(pass, row.uid))), { limits: inbox.limits }).value;
    } catch (error) {
      if (!isMssError(error, 'ERR_MSS_IMAP_NO_MESSAGE')) throw error;
    }
  }
  return parseOriginal(row.mdn_original === null ? '' : inbox.ledger.privacy.open(row.mdn_original, `inbox-original:${row.id}`));
}
