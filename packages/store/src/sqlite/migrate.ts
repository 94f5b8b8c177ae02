import { migrationTable, pendingSteps, type AppliedMigration, type MigrationStep } from '../migrations.js';
import type { SqliteConnection } from './connection.js';

interface MigrationRequest {
  readonly owner: string;
  readonly steps: readonly MigrationStep[];
  readonly now: number;
}

/** Brings one owner's tables to the newest version, each step in a transaction of its own. */
export function migrate(connection: SqliteConnection, request: MigrationRequest): void {
  const { owner, steps, now } = request;
  const left = (): readonly MigrationStep[] => {
    const exists = connection.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'mss_migrations'", []) !== null;
    const applied = exists ? connection.all('SELECT version, checksum FROM mss_migrations WHERE owner = ?', [owner]) : [];
    return pendingSteps(owner, steps, applied as unknown as AppliedMigration[]);
  };
  if (left().length === 0) return;
  for (;;) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      // Once more under the lock: another process may have been faster.
      const [step] = left();
      if (step !== undefined) {
        connection.exec(migrationTable);
        for (const statement of step.statements) connection.exec(statement);
        connection.run('INSERT INTO mss_migrations (owner, version, checksum, applied_at) VALUES (?, ?, ?, ?)', [
          owner,
          step.version,
          step.checksum,
          now,
        ]);
      }
      connection.exec('COMMIT');
      if (step === undefined) return;
    } catch (error) {
      if (connection.inTransaction()) connection.exec('ROLLBACK');
      throw error;
    }
  }
}
