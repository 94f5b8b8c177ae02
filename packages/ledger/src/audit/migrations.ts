import type { Migration } from '@mss/store';

/**
 * | table | row |
 * |---|---|
 * | `audit_heads` | one per mailbox: number and hash of its newest event, and a MAC of both under the host's key |
 * | `audit_events` | one per event |
 * | `audit_checkpoints` | one per retention: what the first kept event is chained to |
 */
export const auditMigrations: readonly Migration[] = [
  {
    version: 1,
    sqlite: [
      `CREATE TABLE audit_heads (mailbox TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL, mac TEXT NOT NULL) WITHOUT ROWID`,
      `CREATE TABLE audit_events (
         mailbox TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL, action TEXT NOT NULL,
         request TEXT, response TEXT, outcome TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (mailbox, seq)) WITHOUT ROWID`,
      `CREATE TABLE audit_checkpoints (
         mailbox TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, mac TEXT NOT NULL, sealed_at INTEGER NOT NULL, author TEXT NOT NULL,
         events INTEGER NOT NULL, PRIMARY KEY (mailbox, seq)) WITHOUT ROWID`,
    ],
    postgres: [
      `CREATE TABLE audit_heads (mailbox TEXT PRIMARY KEY, seq BIGINT NOT NULL, hash TEXT NOT NULL, mac TEXT NOT NULL)`,
      `CREATE TABLE audit_events (
         mailbox TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, author TEXT NOT NULL, action TEXT NOT NULL,
         request TEXT, response TEXT, outcome TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (mailbox, seq))`,
      `CREATE TABLE audit_checkpoints (
         mailbox TEXT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, mac TEXT NOT NULL, sealed_at BIGINT NOT NULL, author TEXT NOT NULL,
         events BIGINT NOT NULL, PRIMARY KEY (mailbox, seq))`,
    ],
  },
];
