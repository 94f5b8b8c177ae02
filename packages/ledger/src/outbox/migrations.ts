import type { Migration } from '@mss/store';

/**
 * | table | row |
 * |---|---|
 * | `outbox_entries` | one per document id: state, lease, when it is due |
 * | `outbox_recipients` | one per recipient; the address sealed, and its pseudonym |
 * | `outbox_attempts` | one per submission: who, when each stage, which recipients, the answer |
 * | `outbox_history` | the story's lines; `source` makes a piece of evidence count once |
 * | `outbox_oppositions` | (patient, recipient) as pseudonyms; recipient `*` is everybody |
 * | `outbox_suppressions` | addresses that lead nowhere, as pseudonym and sealed |
 */
const schema = (types: {
  readonly integer: string;
  readonly bytes: string;
  readonly serial: string;
  readonly clustered: string;
}): readonly string[] => [
  `CREATE TABLE outbox_entries (
     entry_id TEXT PRIMARY KEY,
     document_id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     mailbox TEXT NOT NULL,
     envelope_from TEXT,
     message_id TEXT NOT NULL,
     envid TEXT NOT NULL UNIQUE,
     fingerprint TEXT NOT NULL,
     size_bytes ${types.integer} NOT NULL,
     plain_header INTEGER NOT NULL,
     patient TEXT,
     author TEXT NOT NULL,
     replaces TEXT,
     queued_at ${types.integer} NOT NULL,
     deadline_at ${types.integer} NOT NULL,
     state TEXT NOT NULL,
     next_at ${types.integer},
     attempt INTEGER NOT NULL,
     stage TEXT,
     lease TEXT,
     lease_until ${types.integer},
     worker TEXT,
     stopped INTEGER NOT NULL,
     no_self INTEGER NOT NULL,
     settled_at ${types.integer})`,
  // Of what is open only: settled entries, nearly all, cost these nothing.
  `CREATE INDEX outbox_entries_due ON outbox_entries (next_at) WHERE state = 'waiting'`,
  `CREATE INDEX outbox_entries_deadline ON outbox_entries (deadline_at) WHERE state = 'waiting'`,
  `CREATE INDEX outbox_entries_leased ON outbox_entries (entry_id) WHERE state = 'sending'`,
  `CREATE INDEX outbox_entries_uncertain ON outbox_entries (queued_at, entry_id) WHERE state = 'uncertain'`,
  `CREATE INDEX outbox_entries_waiting ON outbox_entries (queued_at, entry_id) WHERE state = 'waiting'`,
  `CREATE INDEX outbox_entries_listed ON outbox_entries (queued_at, entry_id)`,
  `CREATE INDEX outbox_entries_message ON outbox_entries (message_id)`,
  `CREATE INDEX outbox_entries_mailbox ON outbox_entries (mailbox, queued_at, entry_id)`,
  `CREATE INDEX outbox_entries_patient ON outbox_entries (patient) WHERE patient IS NOT NULL`,
  `CREATE INDEX outbox_entries_replaces ON outbox_entries (replaces) WHERE replaces IS NOT NULL`,
  `CREATE TABLE outbox_recipients (
     entry_id TEXT NOT NULL,
     idx INTEGER NOT NULL,
     address ${types.bytes} NOT NULL,
     address_hash TEXT NOT NULL,
     notify TEXT,
     state TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     tries INTEGER NOT NULL,
     next_at ${types.integer},
     changed_at ${types.integer} NOT NULL,
     accepted_at ${types.integer},
     code INTEGER,
     enhanced TEXT,
     reason TEXT,
     PRIMARY KEY (entry_id, idx))${types.clustered}`,
  `CREATE INDEX outbox_recipients_accepted ON outbox_recipients (accepted_at, entry_id, idx) WHERE accepted_at IS NOT NULL`,
  `CREATE TABLE outbox_attempts (
     entry_id TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     worker TEXT NOT NULL,
     recipients TEXT NOT NULL,
     self_copy INTEGER NOT NULL,
     started_at ${types.integer} NOT NULL,
     mail_at ${types.integer},
     data_started_at ${types.integer},
     data_ended_at ${types.integer},
     ended_at ${types.integer},
     outcome TEXT NOT NULL,
     server TEXT,
     queue_id TEXT,
     response TEXT,
     PRIMARY KEY (entry_id, attempt))${types.clustered}`,
  `CREATE INDEX outbox_attempts_uncertain ON outbox_attempts (data_ended_at) WHERE outcome = 'uncertain'`,
  `CREATE TABLE outbox_history (
     id ${types.serial},
     entry_id TEXT NOT NULL,
     at ${types.integer} NOT NULL,
     idx INTEGER,
     attempt INTEGER,
     what TEXT NOT NULL,
     evidence TEXT,
     detail TEXT,
     author TEXT,
     source TEXT)`,
  `CREATE UNIQUE INDEX outbox_history_source ON outbox_history (entry_id, source) WHERE source IS NOT NULL`,
  `CREATE INDEX outbox_history_entry ON outbox_history (entry_id, id)`,
  `CREATE TABLE outbox_oppositions (
     patient TEXT NOT NULL, recipient TEXT NOT NULL, address ${types.bytes}, since ${types.integer} NOT NULL, author TEXT NOT NULL,
     PRIMARY KEY (patient, recipient))`,
  `CREATE TABLE outbox_suppressions (
     address_hash TEXT PRIMARY KEY, address ${types.bytes} NOT NULL, reason TEXT NOT NULL, since ${types.integer} NOT NULL,
     until_at ${types.integer} NOT NULL, author TEXT NOT NULL)`,
];

export const outboxMigrations: readonly Migration[] = [
  {
    version: 1,
    sqlite: schema({ integer: 'INTEGER', bytes: 'BLOB', serial: 'INTEGER PRIMARY KEY', clustered: ' WITHOUT ROWID' }),
    postgres: schema({ integer: 'BIGINT', bytes: 'BYTEA', serial: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY', clustered: '' }),
  },
];
