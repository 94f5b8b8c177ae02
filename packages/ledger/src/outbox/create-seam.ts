import type { StoreValue } from '@mss/store';

import type { OutboxContext } from './context.js';
import { possibleEnvids } from './envelope-id.js';
import { writeEvidence } from './evidence.js';
import { noteProbe } from './probe.js';
import { placeholders, readEntry, stateOf } from './rows.js';
import type { OutboxSeam, Submission, SubmissionKey, SubmissionRecipient } from './seam.js';
import { writeSuppression } from './suppressions.js';
import { addressOf, dateOrNull } from './view.js';

export function createSeam(context: OutboxContext): OutboxSeam {
  const { store, privacy, notes } = context;
  return {
    findSubmission: async (key) => {
      const [where, parameters] = condition(key);
      const row = await store.get<{ entry_id: string }>(
        `SELECT entry_id FROM outbox_entries WHERE ${where} ORDER BY queued_at LIMIT 1`,
        parameters,
      );
      const loaded = row === null ? null : await readEntry(store, row.entry_id);
      if (loaded === null) return null;
      const { entry, recipients } = loaded;
      const submission: Submission = {
        entryId: entry.entry_id,
        documentId: entry.document_id,
        kind: entry.kind,
        mailbox: entry.mailbox,
        messageId: entry.message_id,
        envid: entry.envid,
        patient: entry.patient,
        queuedAt: new Date(entry.queued_at),
        recipients: recipients.map((one): SubmissionRecipient => ({
          index: one.idx,
          address: addressOf(one, privacy),
          state: stateOf(one, entry),
          acceptedAt: dateOrNull(one.accepted_at),
          notify:
            one.notify === null ? null : one.notify === 'never' ? 'never' : (one.notify.split(',') as ('success' | 'failure' | 'delay')[]),
        })),
      };
      return submission;
    },
    applyEvidence: async (evidence, options = {}) => {
      const { transaction } = options;
      const done =
        transaction === undefined
          ? await notes.commit((own) => writeEvidence(own, context, evidence))
          : await writeEvidence(transaction, context, evidence);
      context.telemetry.count('mss.outbox.evidence', 1, { kind: evidence.kind, settled: done.effect.settled.length > 0 });
      const settled = done.applied.settled ? [evidence.entryId] : [];
      if (transaction === undefined) await context.changed(done.applied.changes, settled);
      // Within the caller's transaction nothing is final yet.
      else if (settled.length > 0) eraseOnceSettled(context, evidence.entryId);
      return done.effect;
    },
    probeArrived: (probe) => noteProbe(context, probe),
    suppress: (address, entry) => notes.commit((transaction) => writeSuppression(transaction, context, { ...entry, address })),
  };
}

/** When to look whether the caller has committed; after the last one it is left to the sweep. */
const looksMs = [500, 5_000, 60_000];

function eraseOnceSettled(context: OutboxContext, entryId: string, look: number = 0): void {
  const waitMs = looksMs[look];
  if (waitMs === undefined) return;
  const timer = setTimeout(() => {
    void context.store.get<{ state: string }>('SELECT state FROM outbox_entries WHERE entry_id = ?', [entryId]).then(
      (row) => (row?.state === 'settled' ? context.changed([], [entryId]) : eraseOnceSettled(context, entryId, look + 1)),
      () => eraseOnceSettled(context, entryId, look + 1),
    );
  }, waitMs);
  timer.unref();
}

function condition(key: SubmissionKey): readonly [string, readonly StoreValue[]] {
  if ('envid' in key) {
    const envids = possibleEnvids(key.envid);
    return [`envid IN (${placeholders(envids.length)})`, envids];
  }
  if ('messageId' in key) return ['message_id = ?', [key.messageId.startsWith('<') ? key.messageId : `<${key.messageId}>`]];
  return 'entryId' in key ? ['entry_id = ?', [key.entryId]] : ['document_id = ?', [key.documentId]];
}
