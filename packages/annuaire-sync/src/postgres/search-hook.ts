import type { Migration, StoreTransaction } from '@mss/store';
import type { DirectoryEntry } from '../directory/entry.js';

/** What the search over PostgreSQL is told of each change, in the transaction that makes it. */
export interface PostgresSearchIndex {
  readonly owner: string;
  readonly migrations: readonly Migration[];
  /** At most 500 at a time. */
  add(transaction: StoreTransaction, generation: number, entries: readonly DirectoryEntry[]): Promise<void>;
  remove(transaction: StoreTransaction, generation: number, ids: readonly number[]): Promise<void>;
  /** The generation is no longer read. */
  drop(transaction: StoreTransaction, generation: number): Promise<void>;
}
