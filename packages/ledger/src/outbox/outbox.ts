import { isMssError } from '@mss/core';

import type { LedgerContext } from '../context.js';
import type { QueueReceipt } from '../inbox/index.js';
import type { Notes } from '../notes.js';
import { contentPurpose, type OutboxContext, type OutboxOptions } from './context.js';
import { createSeam } from './create-seam.js';
import { cancelEntry, resolveEntry, retryEntry, type Resolution } from './decide.js';
import { createFreshContents } from './fresh-contents.js';
import { countEntries, listEntries, type OutboxFilter, type OutboxStats } from './list.js';
import { outboxMigrations } from './migrations.js';
import { createOppositions, type Oppositions } from './oppositions.js';
import { ownPrefixes, queueDocument } from './queue.js';
import type { OutboxSeam } from './seam.js';
import { tellStory } from './story.js';
import { createSuppressions, type Suppressions } from './suppressions.js';
import { sweepContents } from './sweep.js';
import type { CancelOutcome, OutboxEntry, OutboxStory, QueuedEntry, QueueRequest } from './types.js';
import { runWorker, type RunOptions, type RunSummary } from './worker.js';

/** Everything that is to be sent, is being sent, and was sent. */
export interface Outbox {
  /**
   * Queues a document: durable when this resolves, sent by a worker ({@link Outbox.run}). The same document id and message again give
   * the same entry back.
   *
   * @throws MssError `ERR_MSS_LEDGER_ENTRY`, `ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN`, `ERR_MSS_LEDGER_OPPOSED`,
   * `ERR_MSS_LEDGER_SUPPRESSED`, `ERR_MSS_LEDGER_NOT_FOUND` (`replaces`), `ERR_MSS_LEDGER_VAULT_*`, `ERR_MSS_STORE_*`: nothing was
   * queued, save perhaps after `ERR_MSS_STORE_COMMIT_UNKNOWN`: queue it again under the same id
   */
  queue(request: QueueRequest): Promise<QueuedEntry>;
  /** A worker. Several may run at once, in several processes. */
  run(options: RunOptions): Promise<RunSummary>;
  /** The whole story of a document. @param id - document id or entry id @throws MssError `ERR_MSS_LEDGER_NOT_FOUND` */
  show(id: string): Promise<OutboxStory>;
  /** One page, the newest first. */
  list(filter?: OutboxFilter): Promise<readonly OutboxEntry[]>;
  stats(): Promise<OutboxStats>;
  /** Cancels what can still be held back: everything until the final dot of the message is noted. */
  cancel(id: string, options: { readonly author: string }): Promise<CancelOutcome>;
  /**
   * Makes what waits due now, and tries refused and expired recipients again while the contents are kept.
   *
   * @returns indexes of the recipients that will be tried
   * @throws MssError `ERR_MSS_LEDGER_STATE` when none can be: uncertain ones need {@link Outbox.resolve}
   */
  retry(id: string, options: { readonly author: string }): Promise<readonly number[]>;
  /**
   * The host's decision about uncertain recipients: it knows they got it, it takes the risk of a second delivery, or it leaves it.
   *
   * @returns indexes of the recipients decided about
   * @throws MssError `ERR_MSS_LEDGER_STATE` when none is uncertain
   */
  resolve(
    id: string,
    options: { readonly decision: Resolution; readonly author: string; readonly recipients?: readonly number[] },
  ): Promise<readonly number[]>;
  readonly oppositions: Oppositions;
  readonly suppressions: Suppressions;
  /** Erases contents that a crash left behind; workers do it hourly. @returns how many */
  sweep(): Promise<number>;
}

/** The outbox, and what the other parts of the ledger use of it. */
export async function openOutbox(
  context: LedgerContext & { readonly notes: Notes },
  options: OutboxOptions,
): Promise<{ readonly outbox: Outbox; readonly seam: OutboxSeam; readonly queueReceipt: QueueReceipt }> {
  await context.store.migrate('ledger-outbox', outboxMigrations);
  const wakeUps = new Set<() => void>();
  const settings = resolveOptions(options);
  const own: OutboxContext = {
    ...context,
    options: settings,
    fresh: createFreshContents(settings.freshBytes),
    wake: () => {
      for (const wake of wakeUps) wake();
    },
    changed: async (changes, settled) => {
      for (const change of changes) {
        try {
          options.onChange?.(change);
        } catch {
          context.logger.warn({ entryId: change.entryId }, 'onChange of the host failed');
        }
      }
      for (const entryId of settled) {
        own.fresh.take(entryId);
        await context.contents.erase(entryId, contentPurpose).catch((error: unknown) => {
          context.logger.error({ entryId, code: isMssError(error) ? error.code : 'unknown' }, 'contents are left for the sweep to erase');
        });
      }
    },
  };
  const outbox: Outbox = {
    queue: (request) => queueDocument(own, request),
    run: (run) => runWorker(own, run, wakeUps),
    show: (id) => tellStory(own, id),
    list: (filter = {}) => listEntries(own, filter),
    stats: () => countEntries(own),
    cancel: (id, by) => cancelEntry(own, id, by),
    retry: (id, by) => retryEntry(own, id, by),
    resolve: (id, by) => resolveEntry(own, id, by),
    oppositions: createOppositions(own),
    suppressions: createSuppressions(own),
    sweep: () => sweepContents(own),
  };
  return {
    outbox,
    seam: createSeam(own),
    queueReceipt: async ({ key, mailbox, bytes, to }) => {
      const receipt = {
        documentId: `${ownPrefixes.receipt}${key}`,
        message: bytes,
        mailbox,
        from: null,
        recipients: to.map((address) => ({ address, notify: 'never' as const })),
        author: 'mss-ledger',
        suppressed: 'send' as const,
      };
      await queueDocument(own, receipt, { kind: 'receipt' });
    },
  };
}

function resolveOptions(given: OutboxOptions): OutboxContext['options'] {
  const resolved = {
    selfCopy: false,
    selfCopyDelayMs: 30 * 60_000,
    probeEveryMs: 60 * 60_000,
    deadlineMs: 48 * 3_600_000,
    suppressMs: 30 * 24 * 3_600_000,
    freshBytes: 16 * 1024 * 1024,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  for (const name of ['selfCopyDelayMs', 'probeEveryMs', 'deadlineMs', 'suppressMs'] as const) {
    if (!Number.isFinite(resolved[name]) || resolved[name] <= 0) throw new TypeError(`${name} must be a positive number`);
  }
  return resolved;
}
