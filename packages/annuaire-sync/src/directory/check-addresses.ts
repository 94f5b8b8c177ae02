import type { ChangedField, DirectoryChange } from './changes.js';
import type { DirectoryEntry } from './entry.js';

/** What became of one address. */
export interface AddressCheck {
  /** As it was asked. */
  readonly address: string;
  /**
   * | state | meaning |
   * |---|---|
   * | `present` | published, and nothing about it changed since then (as far as is known) |
   * | `changed` | published, with other fields, another structure more or less |
   * | `gone` | was published since then, is no longer |
   * | `absent` | not published; no change says that it was: misspelt, on the red list, or gone before |
   */
  readonly state: 'present' | 'changed' | 'gone' | 'absent';
  readonly entries: readonly DirectoryEntry[];
  /** Fields that differ, of lines that stayed. */
  readonly fields: readonly ChangedField[];
  readonly changes: readonly DirectoryChange[];
  /** This directory knows that snapshot, and all changes since then. False: `present` says only that it is there. */
  readonly hasHistory: boolean;
}

/** The snapshots since which every change is kept, both included. */
export interface SnapshotRange {
  readonly oldest: number;
  readonly newest: number;
}

export const isWithin = ({ oldest, newest }: SnapshotRange, snapshot: number): boolean => snapshot >= oldest && snapshot <= newest;

export interface CheckTools {
  readonly since: number | null;
  entriesOf(address: string): Promise<readonly DirectoryEntry[]>;
  history(): Promise<SnapshotRange>;
  changesOf(address: string, since: number): Promise<readonly DirectoryChange[]>;
}

/** Looks up each address and its changes. */
export async function checkAddresses(addresses: readonly string[], tools: CheckTools): Promise<readonly AddressCheck[]> {
  const { since } = tools;
  const hasHistory = since !== null && isWithin(await tools.history(), since);
  const checks: AddressCheck[] = [];
  for (const address of addresses) {
    const entries = await tools.entriesOf(address);
    const changes = since === null ? [] : await tools.changesOf(address.trim().toLowerCase(), since);
    const state = entries.length > 0 ? (changes.length > 0 ? 'changed' : 'present') : changes.length > 0 ? 'gone' : 'absent';
    checks.push({ address, state, entries, changes, fields: changes.flatMap(({ fields }) => fields), hasHistory });
  }
  return checks;
}
