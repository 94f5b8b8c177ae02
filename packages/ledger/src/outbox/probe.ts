import { dateHeader, addressHeader, messageIdHeader, plainHeader, textHeader, createMessageId, writeMime } from '@mss/formats/mime';

import { applyChanges, writeHistory, type RecipientChange } from './change.js';
import type { OutboxChange, OutboxContext } from './context.js';
import { settleFromEvidence } from './evidence.js';
import { ownPrefixes, queueDocument } from './queue.js';
import { lockEntry, type AttemptRow } from './rows.js';
import { probeHeader } from './seam.js';

const mostMailboxes = 1000;
const mostAttempts = 1000;

/**
 * Sends a probe to every mailbox that has an uncertain attempt whose self-copy should have arrived long ago, at most one in each
 * `probeEveryMs`. Several workers make the same one.
 */
export async function sendProbes(context: OutboxContext, now: number): Promise<number> {
  const { store, options } = context;
  const rows = await store.all<{ mailbox: string }>(
    `SELECT DISTINCT e.mailbox FROM outbox_attempts a JOIN outbox_entries e ON e.entry_id = a.entry_id
     WHERE a.outcome = 'uncertain' AND a.self_copy = 1 AND a.data_ended_at <= ? AND e.state <> 'settled' AND e.kind = 'document' LIMIT ${mostMailboxes}`,
    [now - options.selfCopyDelayMs],
  );
  const round = Math.floor(now / options.probeEveryMs);
  let sent = 0;
  for (const { mailbox } of rows) {
    const documentId = `${ownPrefixes.probe}${context.privacy.addressPseudonym(mailbox).slice(0, 24)}:${round}`;
    const known = await store.get('SELECT entry_id FROM outbox_entries WHERE document_id = ?', [documentId]);
    if (known !== null) continue;
    const request = {
      documentId,
      message: probeMessage(context, mailbox),
      mailbox,
      recipients: [{ address: mailbox, notify: 'never' }],
      author: 'mss-ledger',
      deadline: new Date(now + options.probeEveryMs),
      suppressed: 'send',
    } as const;
    const { isNew } = await queueDocument(context, request, { kind: 'probe' });
    if (isNew) sent += 1;
  }
  return sent;
}

function probeMessage(context: OutboxContext, mailbox: string): Uint8Array {
  const { clock, random } = context;
  const messageId = createMessageId(mailbox.slice(mailbox.lastIndexOf('@') + 1), { random });
  return writeMime(
    {
      mediaType: 'text/plain',
      text: 'Message de contrôle envoyé automatiquement à sa propre boîte par le logiciel. Il peut être supprimé.\r\n',
      headers: [
        dateHeader(clock.now(), { zone: '+0000' }),
        addressHeader('From', [{ name: null, address: mailbox }]),
        addressHeader('To', [{ name: null, address: mailbox }]),
        messageIdHeader('Message-ID', [messageId]),
        textHeader('Subject', 'Contrôle de la boîte aux lettres'),
        plainHeader('Auto-Submitted', 'auto-generated'),
        plainHeader(probeHeader, messageId),
      ],
    },
    { random },
  );
}

/**
 * A probe arrived, and every message that came before it was looked at: uncertain attempts of the mailbox that should have brought a
 * self-copy before the probe was sent, and did not, were not taken.
 */
export async function noteProbe(context: OutboxContext, probe: { readonly messageId: string; readonly at: Date }): Promise<void> {
  const { store, options } = context;
  const messageId = probe.messageId.startsWith('<') ? probe.messageId : `<${probe.messageId}>`;
  const row = await store.get<{ entry_id: string; mailbox: string }>(
    "SELECT entry_id, mailbox FROM outbox_entries WHERE message_id = ? AND kind = 'probe'",
    [messageId],
  );
  if (row === null) return;
  const first = await store.get<{ at: number | null }>(
    "SELECT MIN(data_ended_at) AS at FROM outbox_attempts WHERE entry_id = ? AND outcome NOT IN ('refused', 'not-submitted')",
    [row.entry_id],
  );
  await proveProbe(context, row.entry_id, probe.at);
  if (first?.at === null || first === null) return;
  const absent = await store.all<{ entry_id: string; attempt: number }>(
    `SELECT a.entry_id, a.attempt FROM outbox_attempts a JOIN outbox_entries e ON e.entry_id = a.entry_id
     WHERE a.outcome = 'uncertain' AND a.self_copy = 1 AND a.data_ended_at <= ? AND e.mailbox = ? AND e.kind = 'document'
     ORDER BY a.data_ended_at LIMIT ${mostAttempts}`,
    [first.at - options.selfCopyDelayMs, row.mailbox],
  );
  for (const one of absent) await writeAbsence(context, one, { probe: row.entry_id, sentAt: first.at, at: probe.at });
  if (absent.length > 0) context.wake();
}

/** The probe itself was taken, whatever its submission said. */
async function proveProbe(context: OutboxContext, entryId: string, at: Date): Promise<void> {
  const done = await context.notes.commit(async (transaction) => {
    const loaded = await lockEntry(transaction, entryId, context.store.dialect);
    if (loaded === null) return null;
    await writeHistory(transaction, [{ entryId, at: at.getTime(), what: 'evidence', evidence: 'self-copy', source: 'arrived' }]);
    return applyChanges(transaction, loaded, {
      context,
      changes: loaded.recipients.map((one) => ({ index: one.idx, event: 'proof-taken', what: 'proved-taken', evidence: 'self-copy' })),
    });
  });
  if (done !== null) await context.changed(done.changes, done.settled ? [entryId] : []);
}

async function writeAbsence(
  context: OutboxContext,
  { entry_id: entryId, attempt }: { readonly entry_id: string; readonly attempt: number },
  probe: { readonly probe: string; readonly sentAt: number; readonly at: Date },
): Promise<void> {
  const done = await context.notes.commit(async (transaction, trace) => {
    const loaded = await lockEntry(transaction, entryId, context.store.dialect);
    if (loaded === null) return null;
    // What was seen decides first: a copy that came in between proves the opposite.
    const proved = await settleFromEvidence(transaction, loaded, context);
    const row = await transaction.get<AttemptRow>('SELECT * FROM outbox_attempts WHERE entry_id = ? AND attempt = ?', [entryId, attempt]);
    const after = await lockEntry(transaction, entryId, context.store.dialect);
    if (row?.outcome !== 'uncertain' || after === null) return { changes: proved.changes, settled: proved.settled };
    const now = context.clock.now().getTime();
    const { entry } = after;
    const event = entry.stopped === 1 ? 'proof-not-taken-stopped' : entry.deadline_at <= now ? 'proof-not-taken-late' : 'proof-not-taken';
    const participants = new Set(row.recipients.split(',').map(Number));
    const changes = after.recipients
      .filter((one) => one.state === 'uncertain' && one.attempt === attempt && participants.has(one.idx))
      .map((one): RecipientChange => ({
        index: one.idx,
        event,
        what: 'proved-not-taken',
        evidence: 'self-copy-absent',
        detail: `probe sent ${new Date(probe.sentAt).toISOString()}, arrived ${probe.at.toISOString()}`,
      }));
    await transaction.run("UPDATE outbox_attempts SET outcome = 'absent' WHERE entry_id = ? AND attempt = ?", [entryId, attempt]);
    trace({
      author: entry.author,
      at: new Date(now),
      action: 'outbox.proved-not-taken',
      mailbox: entry.mailbox,
      request: `entry ${entryId}, attempt ${attempt}`,
      response: 'the self-copy is absent although a later probe arrived',
      outcome: 'success',
    });
    const applied = await applyChanges(transaction, after, { context, changes });
    return { changes: [...proved.changes, ...applied.changes] as OutboxChange[], settled: proved.settled || applied.settled };
  });
  if (done !== null) await context.changed(done.changes, done.settled ? [entryId] : []);
}
