import { cancelRecipients } from './cancel.js';
import { refuseEntry } from './check-message.js';
import type { OutboxChange, OutboxContext } from './context.js';
import { lockEntry } from './rows.js';
import type { CancelOutcome } from './types.js';

/** One opposition of a patient. */
export interface Opposition {
  /** `null`: to whomever. */
  readonly recipient: string | null;
  readonly since: Date;
  readonly author: string;
}

/**
 * Patients' oppositions to recipients. A patient is kept only as a pseudonym of the host's key for him, a recipient sealed. Checked
 * whenever a document of the patient is queued.
 */
export interface Oppositions {
  /**
   * Records one, and cancels what is pending for the pair.
   *
   * @param opposition - `recipient` null: everybody
   * @returns what could be cancelled and what was too late, per document
   */
  record(opposition: {
    readonly patientKey: string;
    readonly recipient: string | null;
    readonly author: string;
  }): Promise<readonly CancelOutcome[]>;
  /** @returns whether it was there */
  withdraw(opposition: { readonly patientKey: string; readonly recipient: string | null; readonly author: string }): Promise<boolean>;
  of(patientKey: string): Promise<readonly Opposition[]>;
}

const everybody = '*';
const mostPending = 10_000;

export function createOppositions(context: OutboxContext): Oppositions {
  const { store, privacy, clock, notes } = context;
  const pair = ({ patientKey, recipient }: { readonly patientKey: string; readonly recipient: string | null }): [string, string] => {
    if (patientKey === '') throw refuseEntry('patientKey', 'the key of a patient is empty');
    return [privacy.pseudonym('patient', patientKey), recipient === null ? everybody : privacy.addressPseudonym(recipient)];
  };
  const sealed = (patient: string, recipient: string): string => `outbox-opposition:${patient}:${recipient}`;
  return {
    record: async (opposition) => {
      const [patient, recipient] = pair(opposition);
      const done = await notes.commit(async (transaction, trace) => {
        const at = clock.now();
        await transaction.run(
          'INSERT INTO outbox_oppositions (patient, recipient, address, since, author) VALUES (?, ?, ?, ?, ?) ON CONFLICT (patient, recipient) DO NOTHING',
          [
            patient,
            recipient,
            opposition.recipient === null ? null : privacy.seal(opposition.recipient, sealed(patient, recipient)),
            at.getTime(),
            opposition.author,
          ],
        );
        trace({ author: opposition.author, at, action: 'outbox.opposition', outcome: 'success' });
        const rows = await transaction.all<{ entry_id: string }>(
          `SELECT entry_id FROM outbox_entries WHERE patient = ? AND state <> 'settled' ORDER BY entry_id LIMIT ${mostPending}`,
          [patient],
        );
        const outcomes: CancelOutcome[] = [];
        const changes: OutboxChange[] = [];
        const settled: string[] = [];
        for (const { entry_id: entryId } of rows) {
          const loaded = await lockEntry(transaction, entryId, store.dialect);
          if (loaded === null) continue;
          const opposed = new Set(
            loaded.recipients.filter((one) => recipient === everybody || one.address_hash === recipient).map((one) => one.idx),
          );
          if (opposed.size === 0) continue;
          const cancelled = await cancelRecipients(transaction, loaded, {
            context,
            author: opposition.author,
            evidence: 'opposition',
            what: 'cancelled',
            ...(opposed.size === loaded.recipients.length ? {} : { only: (index: number) => opposed.has(index) }),
          });
          outcomes.push(cancelled.outcome);
          changes.push(...cancelled.applied.changes);
          if (cancelled.applied.settled) settled.push(entryId);
        }
        return { outcomes, changes, settled };
      });
      await context.changed(done.changes, done.settled);
      return done.outcomes;
    },
    withdraw: async (opposition) => {
      const [patient, recipient] = pair(opposition);
      return notes.commit(async (transaction, trace) => {
        const removed = await transaction.run('DELETE FROM outbox_oppositions WHERE patient = ? AND recipient = ?', [patient, recipient]);
        trace({
          author: opposition.author,
          at: clock.now(),
          action: 'outbox.opposition-withdrawn',
          outcome: removed > 0 ? 'success' : 'failure',
        });
        return removed > 0;
      });
    },
    of: async (patientKey) => {
      const patient = privacy.pseudonym('patient', patientKey);
      const rows = await store.all<{ recipient: string; address: Uint8Array | null; since: number; author: string }>(
        'SELECT recipient, address, since, author FROM outbox_oppositions WHERE patient = ? ORDER BY since, recipient LIMIT 10000',
        [patient],
      );
      return rows.map((row) => ({
        recipient: row.address === null ? null : privacy.open(row.address, sealed(patient, row.recipient)),
        since: new Date(row.since),
        author: row.author,
      }));
    },
  };
}
