import { migrationTable, pendingSteps, type AppliedMigration, type MigrationStep } from '../migrations.js';
import type { StoreRow } from '../types.js';
import type { Session } from './sessions.js';

interface MigrationRequest {
  readonly owner: string;
  readonly steps: readonly MigrationStep[];
  readonly now: Date;
}

/** "mss:migr" as a number: one lock for all owners of one database. */
const advisoryLock = '7886417310226163570';
/** One step over a large table, or the wait for another process that runs one. */
const stepTimeoutMs = 10 * 60_000;

/** Brings one owner's tables to the newest version, each step in a transaction of its own. */
export async function migrate(session: Session, request: MigrationRequest): Promise<void> {
  const { owner, steps, now } = request;
  const run = async (text: string, values: readonly (string | number)[] = []): Promise<readonly StoreRow[]> =>
    (await session.query({ text, values }, { timeoutMs: stepTimeoutMs })).rows;
  const left = async (): Promise<readonly MigrationStep[]> => {
    const applied = await run('SELECT version, checksum FROM mss_migrations WHERE owner = $1', [owner]);
    return pendingSteps(owner, steps, applied as unknown as AppliedMigration[]);
  };
  const [found] = await run("SELECT to_regclass('mss_migrations') IS NOT NULL AS found");
  if (found?.['found'] === 1 ? (await left()).length === 0 : steps.length === 0) return;
  for (;;) {
    await run('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    try {
      await run(`SET LOCAL statement_timeout = ${stepTimeoutMs}`);
      await run(`SELECT pg_advisory_xact_lock(${advisoryLock})`);
      // Before the look at it, not after: whether a table exists is remembered within a transaction, its rows are not.
      await run(migrationTable);
      // Once more under the lock: another process may have been faster.
      const [step] = await left();
      if (step !== undefined) {
        for (const statement of step.statements) await run(statement);
        const row = [owner, step.version, step.checksum, now.getTime()];
        await run('INSERT INTO mss_migrations (owner, version, checksum, applied_at) VALUES ($1, $2, $3, $4)', row);
      }
      await run('COMMIT');
      if (step === undefined) return;
    } catch (error) {
      await run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
