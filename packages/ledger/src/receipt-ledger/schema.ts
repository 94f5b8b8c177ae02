import type { Migration } from '@mss/store';

/** Owner of the tables in the store. */
export const receiptSchemaOwner = 'ledger-receipts';

/**
 * One row for each fact of each mail. Recipients are places in the submission, so no address is kept here; `recipient` is -1
 * for what could be attached to nobody. Rows are never changed: a verdict is computed from all of them.
 */
const table = (integer: string): readonly string[] => [
  `CREATE TABLE receipt_evidence (
    id TEXT PRIMARY KEY,
    entry_id TEXT NOT NULL,
    recipient ${integer} NOT NULL,
    fact TEXT,
    trust TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen_at ${integer} NOT NULL,
    status TEXT,
    code TEXT,
    cause TEXT,
    address_invalid ${integer} NOT NULL,
    source TEXT NOT NULL
  )`,
  'CREATE INDEX receipt_evidence_entry ON receipt_evidence (entry_id, recipient)',
];

/** One row for each silence that was taken up: when it may be told again (`is_open`: nobody knows how the last try ended), or that it was told. */
const silences = (integer: string): readonly string[] => [
  `CREATE TABLE receipt_silences (
    entry_id TEXT NOT NULL,
    recipient ${integer} NOT NULL,
    awaited TEXT NOT NULL,
    attempts ${integer} NOT NULL,
    due_at ${integer} NOT NULL,
    is_open INTEGER NOT NULL,
    told_at ${integer},
    PRIMARY KEY (entry_id, recipient, awaited)
  )`,
  'CREATE INDEX receipt_silences_due ON receipt_silences (due_at) WHERE told_at IS NULL',
];

export const receiptMigrations: readonly Migration[] = Object.freeze([
  { version: 1, sqlite: table('INTEGER'), postgres: table('BIGINT') },
  { version: 2, sqlite: silences('INTEGER'), postgres: silences('BIGINT') },
]);
