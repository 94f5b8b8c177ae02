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
  /** Changes since then are all kept. False: `present` says only that it is there. */
  readonly hasHistory: boolean;
}

export interface CheckTools {
  readonly since: number | null;
  entriesOf(address: string): Promise<readonly DirectoryEntry[]>;
  historyFrom(): Promise<number>;
  changesOf(address: string, since: number): Promise<readonly DirectoryChange[]>;
}

/** Looks up each address and its changes. */
export async function checkAddresses(addresses: readonly string[], tools: CheckTools): Promise<readonly AddressCheck[]> {
  const { since } = tools;
  const hasHistory = since !== null && since >= (await tools.historyFrom());
  const checks: AddressCheck[] = [];
  for (const address of addresses) {
    const entries = await tools.entriesOf(address);
    const changes = since === null ? [] : await tools.changesOf(address.trim().toLowerCase(), since);
    const state = entries.length > 0 ? (changes.length > 0 ? 'changed' : 'present') : changes.length > 0 ? 'gone' : 'absent';
    checks.push({ address, state, entries, changes, fields: changes.flatMap(({ fields }) => fields), hasHistory });
  }
  return checks;
}
