import { createHash } from 'node:crypto';
import { storeError } from './errors.js';
import { scanSql } from './scan-sql.js';
import type { Migration, StoreDialect } from './types.js';

/** One migration of one owner, for one database. */
export interface MigrationStep {
  readonly version: number;
  /** SHA-256 over the statements. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

/** One row of the table that says what was applied. */
export interface AppliedMigration {
  readonly version: number;
  readonly checksum: string;
}

/** The same text is understood by both databases. */
export const migrationTable = `CREATE TABLE IF NOT EXISTS mss_migrations (
  owner TEXT NOT NULL,
  version INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  PRIMARY KEY (owner, version)
)`;

/**
 * The steps of one owner in one dialect.
 *
 * @throws TypeError when the versions are not 1, 2, 3 … or the owner is not written `[a-z0-9-]+`
 * @throws MssError `ERR_MSS_STORE_SQL`: a text is not exactly one statement
 */
export function migrationSteps(owner: string, migrations: readonly Migration[], dialect: StoreDialect): readonly MigrationStep[] {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(owner)) throw new TypeError('the owner of migrations is written [a-z0-9-]+');
  return migrations.map((migration, index) => {
    if (migration.version !== index + 1) throw new TypeError(`migrations of ${owner}: version ${index + 1} was expected`);
    const statements = migration[dialect];
    const hash = createHash('sha256');
    for (const statement of statements) {
      if (scanSql(statement, dialect).parameters > 0) throw new TypeError(`migrations of ${owner}: a statement has parameters`);
      hash.update(`${Buffer.byteLength(statement)}:${statement}`);
    }
    return { version: migration.version, checksum: hash.digest('hex'), statements };
  });
}

/**
 * What is left to do.
 *
 * @throws MssError `ERR_MSS_STORE_NEWER_SCHEMA`: the database is ahead of these steps
 * @throws MssError `ERR_MSS_STORE_HISTORY`: a step was changed after it was applied, or one is missing
 */
export function pendingSteps(
  owner: string,
  steps: readonly MigrationStep[],
  applied: readonly AppliedMigration[],
): readonly MigrationStep[] {
  const newest = applied.reduce((highest, { version }) => Math.max(highest, version), 0);
  if (newest > steps.length) {
    throw storeError('ERR_MSS_STORE_NEWER_SCHEMA', `the schema of ${owner} is version ${newest}, this release knows ${steps.length}`, {
      details: { owner, found: newest, known: steps.length },
    });
  }
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  for (const step of steps.slice(0, newest)) {
    if (checksums.get(step.version) === step.checksum) continue;
    throw storeError('ERR_MSS_STORE_HISTORY', `version ${step.version} of the schema of ${owner} was applied from other statements`, {
      details: { owner, version: step.version },
    });
  }
  return steps.slice(newest);
}
