import { MssError } from '@mss/core';
import type { StoreReader } from '@mss/store';

import { cancelRecipients } from './cancel.js';
import { applyChanges, type Applied, type RecipientChange } from './change.js';
import type { OutboxContext } from './context.js';
import type { OutboxErrorCode } from './errors.js';
import { lockEntry, type LoadedEntry } from './rows.js';
import type { CancelOutcome } from './types.js';

/** The host's decision about what stayed uncertain. */
export type Resolution = 'sent' | 'send-again' | 'give-up';

/** The entry of a document id or entry id. @throws MssError `ERR_MSS_LEDGER_NOT_FOUND` */
export async function entryIdOf(reader: StoreReader, id: string): Promise<string> {
  const row = await reader.get<{ entry_id: string }>('SELECT entry_id FROM outbox_entries WHERE document_id = ? OR entry_id = ? LIMIT 1', [
    id,
    id,
  ]);
  if (row === null) throw notFound();
  return row.entry_id;
}

function notFound(): MssError<OutboxErrorCode> {
  return new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_NOT_FOUND', 'the document is not in the outbox');
}

async function decide<Result>(
  context: OutboxContext,
  id: string,
  about: {
    readonly author: string;
    readonly action: string;
    readonly work: (
      loaded: LoadedEntry,
      transaction: Parameters<typeof lockEntry>[0],
    ) => Promise<{ readonly applied: Applied; readonly result: Result }>;
  },
): Promise<Result> {
  const entryId = await entryIdOf(context.store, id);
  const done = await context.notes.commit(async (transaction, trace) => {
    const loaded = await lockEntry(transaction, entryId, context.store.dialect);
    if (loaded === null) throw notFound();
    const worked = await about.work(loaded, transaction);
    trace({
      author: about.author,
      at: context.clock.now(),
      action: about.action,
      mailbox: loaded.entry.mailbox,
      request: `entry ${entryId}`,
      response: `${worked.applied.changes.length} recipients changed`,
      outcome: 'success',
    });
    return worked;
  });
  await context.changed(done.applied.changes, done.applied.settled ? [entryId] : []);
  context.wake();
  return done.result;
}

export function cancelEntry(context: OutboxContext, id: string, options: { readonly author: string }): Promise<CancelOutcome> {
  return decide(context, id, {
    author: options.author,
    action: 'outbox.cancel',
    work: async (loaded, transaction) => {
      const { outcome, applied } = await cancelRecipients(transaction, loaded, {
        context,
        author: options.author,
        evidence: 'host',
        what: 'cancelled',
      });
      return { applied, result: outcome };
    },
  });
}

const resolutions = {
  sent: { event: 'host-sent', what: 'decided-sent' },
  'send-again': { event: 'host-send-again', what: 'decided-send-again' },
  'give-up': { event: 'host-give-up', what: 'given-up' },
} as const;

export function resolveEntry(
  context: OutboxContext,
  id: string,
  options: { readonly decision: Resolution; readonly author: string; readonly recipients?: readonly number[] },
): Promise<readonly number[]> {
  const { decision, author } = options;
  return decide(context, id, {
    author,
    action: `outbox.resolve.${decision}`,
    work: async (loaded, transaction) => {
      const uncertain = loaded.recipients.filter((one) => one.state === 'uncertain' && (options.recipients?.includes(one.idx) ?? true));
      if (uncertain.length === 0) throw wrongState(loaded, 'no recipient of the entry is uncertain');
      const now = context.clock.now().getTime();
      const changes = uncertain.map((one): RecipientChange => ({ index: one.idx, ...resolutions[decision], evidence: 'host', author }));
      const applied = await applyChanges(transaction, loaded, {
        context,
        changes,
        entry:
          decision === 'send-again'
            ? { stopped: 0, deadline_at: Math.max(loaded.entry.deadline_at, now + context.options.deadlineMs) }
            : {},
      });
      return { applied, result: uncertain.map((one) => one.idx) };
    },
  });
}

/** Makes what waits due now; what was refused or has expired too, as long as the contents are there. */
export function retryEntry(context: OutboxContext, id: string, options: { readonly author: string }): Promise<readonly number[]> {
  const { author } = options;
  return decide(context, id, {
    author,
    action: 'outbox.retry',
    work: async (loaded, transaction) => {
      const { entry, recipients } = loaded;
      if (entry.state === 'settled') throw wrongState(loaded, 'the contents are erased: queue the document under a new id');
      const now = context.clock.now().getTime();
      const waiting = recipients.filter((one) => one.state === 'waiting');
      const again = recipients.filter((one) => one.state === 'refused' || one.state === 'expired');
      if (waiting.length + again.length === 0) throw wrongState(loaded, 'no recipient of the entry can be tried now');
      await transaction.run("UPDATE outbox_recipients SET next_at = ? WHERE entry_id = ? AND state = 'waiting'", [now, entry.entry_id]);
      const applied = await applyChanges(
        transaction,
        { entry, recipients: recipients.map((one) => (one.state === 'waiting' ? { ...one, next_at: now } : one)) },
        {
          context,
          changes: again.map((one): RecipientChange => ({
            index: one.idx,
            event: 'host-retry',
            what: 'retry-asked',
            evidence: 'host',
            author,
            tries: 0,
          })),
          entry: { deadline_at: Math.max(entry.deadline_at, now + context.options.deadlineMs) },
        },
      );
      return { applied, result: [...waiting, ...again].map((one) => one.idx).toSorted((a, b) => a - b) };
    },
  });
}

function wrongState({ entry }: LoadedEntry, message: string): MssError<OutboxErrorCode> {
  return new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_STATE', message, { details: { entryId: entry.entry_id, state: entry.state } });
}
