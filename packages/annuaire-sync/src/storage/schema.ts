/** "MSSA": tells a directory from any other SQLite file. */
export const applicationId = 0x4d535341;

/** Of the pointer file. */
export const pointerVersion = 1;

/** Of a generation. Another number: the next synchronisation loads everything anew. */
export const generationVersion = 1;

export const pointerSchema: string = `
CREATE TABLE pointer (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL);
INSERT INTO pointer (id, generation) VALUES (1, 0);
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${pointerVersion};
`;

/**
 * One generation.
 *
 * | table | holds |
 * |---|---|
 * | `entry` | every line of every file, canonical, with what exact look-ups need |
 * | `snapshot` | one row a synchronisation that changed something |
 * | `change` | what each snapshot changed: `kind` added, removed or changed, the line before and after |
 * | `rejected` | lines put aside, the first thousand of each snapshot |
 * | `source` | for each file where it came from, to know whether there is something new |
 * | `state` | `search_version` and the next row number of each file |
 */
export const generationTables: string = `
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  address TEXT,
  person TEXT,
  structure TEXT,
  line BLOB NOT NULL,
  shown INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY, taken_at INTEGER NOT NULL, published TEXT, row_count INTEGER NOT NULL, rejected INTEGER NOT NULL, added INTEGER NOT NULL,
  changed INTEGER NOT NULL, removed INTEGER NOT NULL, unchanged INTEGER NOT NULL, has_changes INTEGER NOT NULL
);
CREATE TABLE change (
  snapshot INTEGER NOT NULL, ordinal INTEGER NOT NULL, file TEXT NOT NULL, kind TEXT NOT NULL, address TEXT, before BLOB, after BLOB,
  PRIMARY KEY (snapshot, ordinal)
) WITHOUT ROWID;
CREATE INDEX change_address ON change (address, snapshot) WHERE address IS NOT NULL;
CREATE TABLE rejected (
  snapshot INTEGER NOT NULL, ordinal INTEGER NOT NULL, file TEXT NOT NULL, line_number INTEGER NOT NULL, reason TEXT NOT NULL, line BLOB NOT NULL,
  PRIMARY KEY (snapshot, ordinal)
) WITHOUT ROWID;
CREATE TABLE source (
  file TEXT PRIMARY KEY, row_count INTEGER NOT NULL, location TEXT, name TEXT, published TEXT, etag TEXT, last_modified TEXT, byte_count INTEGER, sha256 TEXT
) WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${generationVersion};
`;

/** Made after the rows of a full load: sorting once is faster than inserting in no order. */
export const generationIndexes: readonly string[] = [
  'CREATE INDEX entry_address ON entry (address) WHERE address IS NOT NULL',
  'CREATE INDEX entry_person ON entry (person) WHERE person IS NOT NULL',
  'CREATE INDEX entry_structure ON entry (structure) WHERE structure IS NOT NULL',
];
