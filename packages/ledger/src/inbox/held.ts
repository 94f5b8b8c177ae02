import type { Fingerprint } from './fingerprint.js';
import type { Commit, Pass } from './pass.js';
import type { InboxRow } from './rows.js';

/** What is known of a message in a worker's hands. */
export interface Held {
  readonly row: InboxRow;
  /** `null` when it is tried again: the header is read with the rest. */
  readonly fingerprint: Fingerprint | null;
  readonly bytes: Uint8Array | null;
  readonly tooLarge: boolean;
  readonly internalDate: Date | null;
  readonly flags: readonly string[];
  readonly sharesMessageId: boolean;
}

/** The last note about a message; it may share a transaction with the claim of the next one. */
export interface LastNote {
  /** Within the transaction, which may be run again: nothing outside of it is touched. @returns `false`: the message is another worker's */
  readonly write: (...given: Parameters<Parameters<Commit>[0]>) => Promise<boolean>;
  /** Once it is committed. */
  readonly noted: (ours: boolean) => void;
}

/** Counts what was noted as ours. */
export const counted =
  (counts: Pass['counts'], name: keyof Pass['counts']): LastNote['noted'] =>
  (ours) => {
    if (ours) counts[name] += 1;
  };

/** Writes a last note in a transaction of its own. */
export async function commitNote(pass: Pass, note: LastNote): Promise<boolean> {
  const ours = await pass.inbox.commit(note.write);
  note.noted(ours);
  return ours;
}
