import type { MssError } from '@mss/core';
import { storeError, type StoreErrorCode } from '../errors.js';
import type { StoreStatement, StoreValue } from '../types.js';
import type { SqliteConnection } from './connection.js';
import type { StatementMode } from './protocol.js';

/** How an answer leaves the writer. */
export interface Replies {
  value(id: number, value: unknown): void;
  error(id: number, error: MssError<StoreErrorCode>): void;
  again(id: number): void;
  /** Sends what was answered so far: a COMMIT is about to block the thread. */
  flush(): void;
}

interface Job {
  readonly id: number;
  readonly enqueuedAt: number;
  readonly alone: boolean;
  readonly work: { readonly batch: readonly StoreStatement[] } | { readonly begin: true } | { readonly task: () => unknown };
}

/** A part of the open group that will be answered after COMMIT. */
interface Member {
  readonly id: number;
  readonly value: unknown;
  /** What to do again, alone, when the group fails; null for a transaction of the main thread, which is told to. */
  readonly job: Job | null;
}

/** The transaction that the main thread steers. */
interface Current {
  readonly id: number;
  readonly nested: boolean;
  failure: MssError<StoreErrorCode> | null;
}

/** At most this many share one COMMIT. */
const maxMembers = 256;
/** A transaction that others wait for is given this long before it is taken out of their group and run again alone. */
const patienceMs = 100;
/** After so long without letting go of the lock, the writer pauses for other processes. */
const maxHoldMs = 250;
const pauseMs = 5;
const longestLockPollMs = 4;

/**
 * The one writer of an SQLite database: transactions one after the other, several under one COMMIT where a COMMIT is slow.
 *
 * Each member of a group stands in a savepoint of its own and is answered only after the COMMIT, so that every member is as
 * durable and as isolated as if it had been alone; a member that fails is rolled back alone. When the group itself fails
 * (disk full), its members are run once more, each alone, and only the one at fault fails.
 */
export class Writer {
  readonly #connection: SqliteConnection;
  readonly #replies: Replies;
  readonly #busyTimeoutMs: number;
  readonly #grouping: boolean;
  #queue: Job[] = [];
  #members: Member[] = [];
  #grouped = false;
  #groupAlone = false;
  #groupSince = 0;
  #current: Current | null = null;
  #patience: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #lockWaitSince: number | null = null;
  #holdSince = 0;
  #commitMs = 0;

  constructor(connection: SqliteConnection, replies: Replies, options: { readonly busyTimeoutMs: number; readonly grouping: boolean }) {
    this.#connection = connection;
    this.#replies = replies;
    this.#busyTimeoutMs = options.busyTimeoutMs;
    this.#grouping = options.grouping;
  }

  batch(id: number, statements: readonly StoreStatement[]): void {
    this.#queue.push({ id, enqueuedAt: performance.now(), alone: false, work: { batch: statements } });
  }

  begin(id: number, alone: boolean): void {
    this.#queue.push({ id, enqueuedAt: performance.now(), alone, work: { begin: true } });
  }

  /** Runs `task` between transactions, outside any. */
  exclusive(id: number, task: () => unknown): void {
    this.#queue.push({ id, enqueuedAt: performance.now(), alone: true, work: { task } });
  }

  withdraw(begin: number): void {
    const found = this.#queue.some((job) => job.id === begin);
    if (!found) return;
    this.#queue = this.#queue.filter((job) => job.id !== begin);
    this.#replies.error(begin, storeError('ERR_MSS_STORE_ABORTED', 'the caller gave up before the transaction began'));
  }

  statement(id: number, transaction: number, statement: { mode: StatementMode; sql: string; parameters: readonly StoreValue[] }): void {
    const current = this.#current;
    if (current === null || current.id !== transaction) {
      // Taken out of its group meanwhile: the main thread learns it from its COMMIT or from this.
      this.#replies.again(id);
      return;
    }
    if (current.failure !== null) {
      this.#replies.error(id, current.failure);
      return;
    }
    try {
      this.#replies.value(id, this.#connection[statement.mode](statement.sql, statement.parameters));
    } catch (error) {
      // As in PostgreSQL, nothing but a rollback follows a failed statement.
      current.failure = error as MssError<StoreErrorCode>;
      if (!this.#connection.inTransaction()) this.#groupLost(id);
      else this.#replies.error(id, current.failure);
    }
  }

  commit(id: number, transaction: number): void {
    const current = this.#current;
    if (current === null || current.id !== transaction) {
      this.#replies.again(id);
      return;
    }
    if (current.failure !== null) {
      this.#undo(current.nested);
      this.#replies.error(id, current.failure);
    } else {
      if (current.nested) this.#connection.exec('RELEASE mss_member');
      this.#members.push({ id, value: null, job: null });
    }
    this.#leave();
    this.pump();
  }

  rollback(id: number, transaction: number): void {
    const current = this.#current;
    if (current?.id === transaction) {
      this.#undo(current.nested);
      this.#leave();
    }
    this.#replies.value(id, null);
    this.pump();
  }

  /** Goes on with what waits, until a transaction of the main thread is open or nothing is left. */
  pump(): void {
    while (this.#current === null && this.#retry === null) {
      const job = this.#queue[0];
      if (job === undefined || this.#groupIsComplete(job)) {
        if (this.#grouped) this.#commitGroup();
        if (job === undefined) {
          this.#holdSince = 0;
          return;
        }
      } else if ('task' in job.work) {
        this.#queue.shift();
        this.#runTask(job.id, job.work.task);
      } else if (this.#grouped || this.#lock()) {
        this.#queue.shift();
        this.#start(job);
      }
    }
  }

  /** Whether the group is to be committed before `next` starts. */
  #groupIsComplete(next: Job): boolean {
    if (!this.#grouped) return false;
    if (this.#members.length === 0) return 'task' in next.work;
    if (!this.#grouping || this.#groupAlone || next.alone || this.#members.length >= maxMembers) return true;
    // Waiting longer than a few COMMITs take would cost more than they do.
    return performance.now() - this.#groupSince > Math.max(1, 2 * this.#commitMs);
  }

  #start(job: Job): void {
    const nested = this.#members.length > 0;
    if (!nested) this.#groupAlone = job.alone;
    if (nested) this.#connection.exec('SAVEPOINT mss_member');
    if ('begin' in job.work) {
      this.#current = { id: job.id, nested, failure: null };
      if (nested) this.#patience = setTimeout(() => this.#takeOut(), patienceMs);
      this.#replies.value(job.id, null);
    } else if ('batch' in job.work) {
      this.#runBatch(job, job.work.batch, nested);
    }
  }

  #runBatch(job: Job, statements: readonly StoreStatement[], nested: boolean): void {
    try {
      const changed = statements.map(({ sql, parameters }) => this.#connection.run(sql, parameters ?? []));
      if (nested) this.#connection.exec('RELEASE mss_member');
      this.#members.push({ id: job.id, value: changed, job });
    } catch (error) {
      if (!this.#connection.inTransaction()) {
        // SQLite rolled everything back: the others are not at fault, and perhaps this one is not when alone.
        this.#grouped = false;
        this.#runMembersAgain();
        if (nested && !job.alone) this.#queue.unshift({ ...job, alone: true });
        else this.#replies.error(job.id, error as MssError<StoreErrorCode>);
        return;
      }
      this.#undo(nested);
      this.#replies.error(job.id, error as MssError<StoreErrorCode>);
    }
  }

  /** After SQLite rolled the whole group back under the current transaction's feet. */
  #groupLost(id: number): void {
    const current = this.#current as Current;
    this.#grouped = false;
    this.#runMembersAgain();
    if (current.nested) {
      this.#replies.again(id);
    } else {
      this.#replies.error(id, current.failure as MssError<StoreErrorCode>);
    }
    if (!current.nested) return;
    this.#leave();
    this.pump();
  }

  /** The current transaction is too slow for the members that wait for their COMMIT. */
  #takeOut(): void {
    if (this.#current === null) return;
    this.#undo(true);
    this.#leave();
    this.#commitGroup();
    this.pump();
    this.#replies.flush();
  }

  #leave(): void {
    this.#current = null;
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #undo(nested: boolean): void {
    if (!this.#connection.inTransaction()) {
      this.#grouped = false;
    } else if (nested) {
      this.#connection.exec('ROLLBACK TO mss_member');
      this.#connection.exec('RELEASE mss_member');
    } else {
      this.#connection.exec('ROLLBACK');
      this.#grouped = false;
    }
  }

  #commitGroup(): void {
    const members = this.#members;
    this.#grouped = false;
    if (members.length === 0) {
      this.#connection.exec('ROLLBACK');
      return;
    }
    this.#replies.flush();
    const start = performance.now();
    try {
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#commitFailed(error as MssError<StoreErrorCode>);
      return;
    }
    this.#commitMs = this.#commitMs * 0.8 + (performance.now() - start) * 0.2;
    this.#members = [];
    for (const { id, value } of members) this.#replies.value(id, value);
    this.#replies.flush();
  }

  #commitFailed(error: MssError<StoreErrorCode>): void {
    if (this.#connection.inTransaction()) this.#connection.exec('ROLLBACK');
    // After a failed fsync nobody knows what a later recovery finds in the log.
    const unknown = error.code === 'ERR_MSS_STORE_IO';
    if (!unknown && this.#members.length > 1) {
      this.#runMembersAgain();
      return;
    }
    const told = unknown
      ? storeError('ERR_MSS_STORE_COMMIT_UNKNOWN', 'the operating system failed while the transaction was committed', {
          details: error.details,
        })
      : error;
    for (const { id } of this.#members) this.#replies.error(id, told);
    this.#members = [];
  }

  #runMembersAgain(): void {
    const members = this.#members;
    this.#members = [];
    for (const { id, job } of members) if (job === null) this.#replies.again(id);
    this.#queue.unshift(...members.flatMap(({ job }) => (job === null ? [] : [{ ...job, alone: true }])));
  }

  /** Opens the transaction of a group; false when it has to be tried later. */
  #lock(): boolean {
    const now = performance.now();
    if (this.#holdSince === 0) this.#holdSince = now;
    if (now - this.#holdSince > maxHoldMs) {
      this.#holdSince = 0;
      this.#pumpAfter(pauseMs);
      return false;
    }
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
    } catch (error) {
      this.#lockFailed(error as MssError<StoreErrorCode>, now);
      return false;
    }
    this.#lockWaitSince = null;
    this.#grouped = true;
    this.#groupSince = now;
    this.#members = [];
    return true;
  }

  #lockFailed(error: MssError<StoreErrorCode>, now: number): void {
    this.#holdSince = 0;
    if (error.code === 'ERR_MSS_STORE_BUSY') {
      const since = (this.#lockWaitSince ??= now);
      const waited = (job: Job): boolean => now - Math.max(since, job.enqueuedAt) >= this.#busyTimeoutMs;
      for (const job of this.#queue.filter(waited)) this.#replies.error(job.id, error);
      this.#queue = this.#queue.filter((job) => !waited(job));
      if (this.#queue.length === 0) this.#lockWaitSince = null;
      else this.#pumpAfter(1 + Math.random() * (longestLockPollMs - 1));
      return;
    }
    const job = this.#queue.shift();
    if (job !== undefined) this.#replies.error(job.id, error);
  }

  #pumpAfter(delayMs: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.pump();
      this.#replies.flush();
    }, delayMs);
  }

  #runTask(id: number, task: () => unknown): void {
    try {
      this.#replies.value(id, task());
    } catch (error) {
      this.#replies.error(id, error as MssError<StoreErrorCode>);
    }
  }
}
