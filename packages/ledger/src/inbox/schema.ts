import type { Migration } from '@mss/store';

/** Owner of the tables in the store. */
export const inboxSchemaOwner = 'ledger-inbox';

/**
 * No clear text of a message: mailboxes, folders, Message-IDs, contents and documents are HMACs; names of folders, the mailbox's
 * address, and the header that a later receipt needs are sealed.
 */
const tables = (integer: string, blob: string): readonly string[] => [
  'CREATE TABLE inbox_workstation (only_one TEXT PRIMARY KEY, name TEXT NOT NULL)',
  `CREATE TABLE inbox_folders (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    sealed ${blob} NOT NULL,
    uid_validity ${integer} NOT NULL,
    after_uid ${integer} NOT NULL,
    PRIMARY KEY (mailbox, folder)
  )`,
  `CREATE TABLE inbox_messages (
    id TEXT PRIMARY KEY,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uid_validity ${integer} NOT NULL,
    uid ${integer} NOT NULL,
    message_id TEXT,
    size_bytes ${integer} NOT NULL,
    kind TEXT,
    state TEXT NOT NULL,
    attempts ${integer} NOT NULL,
    next_at ${integer} NOT NULL,
    lease_token TEXT,
    lease_until ${integer} NOT NULL,
    claim TEXT,
    reason TEXT,
    code TEXT,
    first_at ${integer} NOT NULL,
    handed_at ${integer},
    unread ${integer} NOT NULL,
    any_size ${integer} NOT NULL,
    follow_up ${blob},
    mdn TEXT,
    mdn_reason TEXT,
    mdn_original ${blob}
  )`,
  'CREATE INDEX inbox_messages_todo ON inbox_messages (mailbox, state, next_at)',
  'CREATE INDEX inbox_messages_message_id ON inbox_messages (mailbox, message_id)',
  'CREATE INDEX inbox_messages_place ON inbox_messages (mailbox, folder, uid_validity, uid)',
  `CREATE TABLE inbox_documents (
    document TEXT NOT NULL,
    version_set TEXT,
    version ${integer},
    content TEXT NOT NULL,
    delivery TEXT NOT NULL,
    received_at ${integer} NOT NULL,
    PRIMARY KEY (document, content, delivery)
  )`,
  'CREATE INDEX inbox_documents_set ON inbox_documents (version_set)',
  `CREATE TABLE inbox_replacements (
    replaced TEXT NOT NULL,
    document TEXT NOT NULL,
    delivery TEXT NOT NULL,
    received_at ${integer} NOT NULL,
    PRIMARY KEY (replaced, document, delivery)
  )`,
];

export const inboxMigrations: readonly Migration[] = Object.freeze([
  { version: 1, sqlite: tables('INTEGER', 'BLOB'), postgres: tables('BIGINT', 'BYTEA') },
]);
