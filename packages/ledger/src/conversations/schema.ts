import type { Migration } from '@mss/store';

/** Owner of the tables in the store. */
export const conversationSchemaOwner = 'ledger-conversations';

/**
 * Every text is a pseudonym (HMAC) or a name that the host gave (`source`): no Message-ID, no address, no subject, no patient.
 * `thread` and `conversation` are calculated again for all messages that a new one touches.
 */
const tables = (integer: string): readonly string[] => [
  `CREATE TABLE conversation_messages (
    id TEXT PRIMARY KEY,
    mailbox TEXT NOT NULL,
    source TEXT NOT NULL,
    direction TEXT NOT NULL,
    own TEXT,
    parent TEXT,
    sent_at ${integer} NOT NULL,
    subject TEXT NOT NULL,
    is_answer ${integer} NOT NULL,
    correspondents TEXT NOT NULL,
    patient TEXT,
    ends ${integer} NOT NULL,
    thread TEXT NOT NULL,
    conversation TEXT NOT NULL,
    about TEXT,
    guessed ${integer} NOT NULL
  )`,
  'CREATE INDEX conversation_messages_thread ON conversation_messages (mailbox, thread)',
  'CREATE INDEX conversation_messages_conversation ON conversation_messages (conversation, sent_at)',
  'CREATE INDEX conversation_messages_alike ON conversation_messages (mailbox, subject, correspondents, sent_at)',
  'CREATE INDEX conversation_messages_about ON conversation_messages (mailbox, about, sent_at)',
  'CREATE INDEX conversation_messages_source ON conversation_messages (source)',
  'CREATE TABLE conversation_references (mailbox TEXT NOT NULL, reference TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (mailbox, reference, message))',
  'CREATE INDEX conversation_references_message ON conversation_references (message)',
  'CREATE TABLE conversation_aliases (former TEXT PRIMARY KEY, present TEXT NOT NULL)',
  `CREATE TABLE conversation_mailboxes (mailbox TEXT PRIMARY KEY, messages ${integer} NOT NULL)`,
];

export const conversationMigrations: readonly Migration[] = Object.freeze([
  { version: 1, sqlite: tables('INTEGER'), postgres: tables('BIGINT') },
]);
