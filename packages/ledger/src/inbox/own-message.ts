import { parseAddressList } from '@mss/formats/mime';

import { probeHeader, type Submission } from '../outbox/seam.js';
import type { Fingerprint } from './fingerprint.js';
import { counted, type Held, type LastNote } from './held.js';
import type { Pass } from './pass.js';
import { settle, type InboxRow } from './rows.js';

/** A copy to oneself or a probe: told to the outbox, handed to nobody. `null`: neither. */
export async function ownMessage(
  pass: Pass,
  message: { readonly held: Held; readonly header: Fingerprint['header']; readonly at: Date },
): Promise<LastNote | null> {
  const { inbox } = pass;
  const { outbox, privacy } = inbox.ledger;
  const { held, header, at } = message;
  const { row } = held;
  const messageId = held.fingerprint?.messageId ?? header?.header('Message-ID')?.trim() ?? null;
  if (messageId === null || header === null) return null;
  // Whoever got a message of ours knows its Message-ID, and could hide a letter of his own behind it.
  const submission = isFromOneself(pass, header) ? await outbox.findSubmission({ messageId }) : null;
  const note = (kind: 'own-copy' | 'probe'): LastNote => ({
    write: (transaction) => settle(transaction, row, { state: 'done', kind }),
    noted: counted(pass.counts, 'own'),
  });
  if (submission?.kind === 'probe' || (header.header(probeHeader) !== null && submission !== null)) {
    if (await unseenBefore(pass, row)) {
      const nextAt = inbox.ledger.clock.now().getTime() + inbox.retryMs;
      return {
        write: (transaction) => settle(transaction, row, { state: 'waiting', attempts: row.attempts - 1, next_at: nextAt, kind: 'probe' }),
        noted: () => {},
      };
    }
    await outbox.probeArrived({ messageId, at });
    return note('probe');
  }
  if (submission === null || privacy.addressPseudonym(submission.mailbox) !== pass.mailboxKey) return null;
  await tellCopy(pass, { messageId, header, place: { uidValidity: row.uid_validity, uid: row.uid }, at });
  // What was sent to oneself on purpose is mail as any other, besides being evidence.
  return sentToOneself(pass, submission) ? null : note('own-copy');
}

/**
 * Tells the outbox of a copy of one of its messages; does nothing for other mail. Idempotent.
 *
 * A message that was submitted twice comes back twice, equal to the last byte but for its trace: the field that the first server
 * wrote names the transaction, and stays the same when the folder is made anew.
 */
export async function tellCopy(
  pass: Pass,
  copy: Pick<Fingerprint, 'messageId' | 'header'> & {
    readonly place: { readonly uidValidity: number; readonly uid: number };
    readonly at: Date;
  },
): Promise<void> {
  const { outbox, privacy } = pass.inbox.ledger;
  const { messageId, header, place, at } = copy;
  if (messageId === null || header === null) return;
  const submission = isFromOneself(pass, header) ? await outbox.findSubmission({ messageId }) : null;
  if (submission === null || submission.kind === 'probe' || privacy.addressPseudonym(submission.mailbox) !== pass.mailboxKey) return;
  const first = header.headersNamed('Received').at(-1)?.raw ?? null;
  const common = { entryId: submission.entryId, recipient: null, at };
  await outbox.applyEvidence(
    first === null
      ? // Filed by this software's own APPEND: it never went through a server, and proves nothing.
        { ...common, kind: 'own-append', source: `imap:${pass.folderKey}:${place.uidValidity}:${place.uid}` }
      : {
          ...common,
          kind: 'self-copy',
          source: `received:${privacy.pseudonym('received', `${submission.entryId} ${first}`.replaceAll(/\s+/g, ' ').trim())}`,
        },
  );
}

function isFromOneself(pass: Pass, header: NonNullable<Fingerprint['header']>): boolean {
  const from = header.headersNamed('From').flatMap((field) => parseAddressList(field.raw).value);
  return from.length > 0 && from.every((one) => pass.inbox.ledger.privacy.addressPseudonym(one.address) === pass.mailboxKey);
}

function sentToOneself(pass: Pass, submission: Submission): boolean {
  return submission.recipients.some((one) => pass.inbox.ledger.privacy.addressPseudonym(one.address) === pass.mailboxKey);
}

/** Whether a message with a lower UID of the folder has not been looked at yet: it could be the copy whose absence the probe would prove. */
async function unseenBefore(pass: Pass, row: InboxRow): Promise<boolean> {
  const found = await pass.inbox.ledger.store.get(
    `SELECT id FROM inbox_messages WHERE mailbox = ? AND folder = ? AND uid_validity = ? AND uid < ? AND kind IS NULL AND state IN ('waiting', 'leased') LIMIT 1`,
    [pass.mailboxKey, pass.folderKey, row.uid_validity, row.uid],
  );
  return found !== null;
}
