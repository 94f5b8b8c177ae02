import type { Migration } from '@mss/store';

/** Owner of the tables in the database. */
export const postgresOwner = 'annuaire-sync';

const tables: readonly string[] = [
  'CREATE TABLE annuaire_pointer (id smallint PRIMARY KEY CHECK (id = 1), generation integer NOT NULL)',
  'INSERT INTO annuaire_pointer (id, generation) VALUES (1, 0)',
  // One synchronisation at a time: whoever holds the lease, until it ends or lapses.
  'CREATE TABLE annuaire_lock (id smallint PRIMARY KEY CHECK (id = 1), owner text, until timestamptz NOT NULL)',
  "INSERT INTO annuaire_lock (id, owner, until) VALUES (1, NULL, '-infinity')",
  // In byte order, so that a beginning is a range.
  `CREATE TABLE annuaire_entry (
    generation integer NOT NULL, id bigint NOT NULL, address text COLLATE "C", person text COLLATE "C", structure text COLLATE "C", line text NOT NULL,
    shown smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (generation, id)
  )`,
  'CREATE INDEX annuaire_entry_address ON annuaire_entry (generation, address) WHERE address IS NOT NULL',
  'CREATE INDEX annuaire_entry_person ON annuaire_entry (generation, person) WHERE person IS NOT NULL',
  'CREATE INDEX annuaire_entry_structure ON annuaire_entry (generation, structure) WHERE structure IS NOT NULL',
  `CREATE TABLE annuaire_snapshot (
    id integer PRIMARY KEY, taken_at bigint NOT NULL, published text, row_count integer NOT NULL, rejected integer NOT NULL, added integer NOT NULL,
    changed integer NOT NULL, removed integer NOT NULL, unchanged integer NOT NULL, has_changes smallint NOT NULL
  )`,
  `CREATE TABLE annuaire_change (
    snapshot integer NOT NULL, ordinal integer NOT NULL, file text NOT NULL, kind text NOT NULL, address text, before text, after text,
    PRIMARY KEY (snapshot, ordinal)
  )`,
  'CREATE INDEX annuaire_change_address ON annuaire_change (address, snapshot) WHERE address IS NOT NULL',
  `CREATE TABLE annuaire_rejected (
    snapshot integer NOT NULL, ordinal integer NOT NULL, file text NOT NULL, line_number integer NOT NULL, reason text NOT NULL, line bytea NOT NULL,
    PRIMARY KEY (snapshot, ordinal)
  )`,
  `CREATE TABLE annuaire_source (
    file text PRIMARY KEY, row_count integer NOT NULL, location text, name text, published text, etag text, last_modified text, byte_count bigint, sha256 text
  )`,
  'CREATE TABLE annuaire_state (name text PRIMARY KEY, value bigint NOT NULL)',
];

/** SQLite directories have files of their own: this schema is PostgreSQL's. */
export const postgresMigrations: readonly Migration[] = [{ version: 1, sqlite: ['SELECT 1'], postgres: tables }];
