/** The thread of one SQLite store: one connection that writes, one that reads beside it. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { isMssError } from '@mss/core';
import { storeError, type ErrorRecord } from '../errors.js';
import type { StoreRow, StoreValue } from '../types.js';
import { durablePragmas, openConnection, requireWal, type SqliteConnection } from './connection.js';
import { migrate } from './migrate.js';
import { transferredBytes, type Answer, type Call, type WorkerMessage, type WorkerOptions } from './protocol.js';
import { Writer, type Replies } from './writer.js';

/** How long a read waits for what even a write-ahead log cannot do beside a reader: recovery after a crash. */
const readerBusyMs = 5000;
/** How long opening waits for other processes that open the same new file. */
const openBusyMs = 10_000;

function errorRecord(error: unknown): ErrorRecord {
  const known = isMssError(error) ? error : storeError('ERR_MSS_STORE_SQL', 'the statement failed');
  return { code: known.code as ErrorRecord['code'], message: known.message, details: known.details };
}

/** Collects answers, and sends them together. */
function createReplies(port: MessagePort): Replies {
  let answers: Answer[] = [];
  let transfers: ArrayBuffer[] = [];
  return {
    value(id, value) {
      answers.push({ id, value });
      collectBuffers(value, transfers);
    },
    error: (id, error) => void answers.push({ id, error: errorRecord(error) }),
    again: (id) => void answers.push({ id, again: true }),
    flush() {
      if (answers.length === 0) return;
      port.postMessage({ answers } satisfies WorkerMessage, transfers);
      answers = [];
      transfers = [];
    },
  };
}

/** Large blobs of rows: each came from SQLite into memory of its own, which may be handed over. */
function collectBuffers(value: unknown, into: ArrayBuffer[]): void {
  for (const row of Array.isArray(value) ? value : [value]) {
    if (typeof row !== 'object' || row === null) continue;
    for (const cell of Object.values<StoreValue>(row as StoreRow)) {
      if (cell instanceof Uint8Array && cell.byteLength >= transferredBytes) into.push(cell.buffer as ArrayBuffer);
    }
  }
}

function serve(port: MessagePort, options: WorkerOptions): void {
  const { file, memory, busyTimeoutMs } = options;
  const pragmas = memory ? options.pragmas : [...durablePragmas, ...options.pragmas];
  const connection = openConnection({ file, readOnly: false, busyTimeoutMs: openBusyMs, pragmas });
  if (!memory) requireWal(connection);
  // From here on the writer waits for locks itself, without blocking this thread.
  connection.exec('PRAGMA busy_timeout = 0');
  const reader = memory ? null : openConnection({ file, readOnly: true, busyTimeoutMs: readerBusyMs, pragmas: ['trusted_schema = OFF'] });
  const replies = createReplies(port);
  const writer = new Writer(connection, replies, { busyTimeoutMs, grouping: !memory });

  function handle({ id, request }: Call): void {
    switch (request.kind) {
      case 'read': {
        const { mode, sql, parameters } = request;
        if (reader === null) writer.exclusive(id, () => readAlone(connection, request));
        else answer(id, () => reader[mode](sql, parameters));
        return;
      }
      case 'batch':
        return writer.batch(id, request.statements);
      case 'begin':
        return writer.begin(id, request.alone);
      case 'statement':
        return writer.statement(id, request.transaction, request);
      case 'commit':
        return writer.commit(id, request.transaction);
      case 'rollback':
        return writer.rollback(id, request.transaction);
      case 'withdraw':
        writer.withdraw(request.begin);
        replies.value(id, null);
        return;
      case 'migrate':
        return writer.exclusive(id, () => {
          connection.exec(`PRAGMA busy_timeout = ${Math.ceil(busyTimeoutMs)}`);
          try {
            migrate(connection, request);
          } finally {
            connection.exec('PRAGMA busy_timeout = 0');
          }
          return null;
        });
      case 'close':
        answer(id, () => closeAll(reader, connection));
        replies.flush();
        port.close();
    }
  }

  function answer(id: number, read: () => unknown): void {
    try {
      replies.value(id, read());
    } catch (error) {
      replies.error(id, error as never);
    }
  }

  port.on('message', (calls: readonly Call[]) => {
    for (let next: readonly Call[] | undefined = calls; next !== undefined;) {
      for (const call of next) handle(call);
      // Whatever came meanwhile may share a COMMIT.
      next = receiveMessageOnPort(port)?.message as readonly Call[] | undefined;
    }
    writer.pump();
    replies.flush();
  });
  port.postMessage({ opened: true } satisfies WorkerMessage);
}

/** A database in memory has one connection: what only reads is held to it by SQLite. */
function readAlone(
  connection: SqliteConnection,
  request: { mode: 'all' | 'get'; sql: string; parameters: readonly StoreValue[] },
): unknown {
  connection.exec('PRAGMA query_only = ON');
  try {
    return connection[request.mode](request.sql, request.parameters);
  } finally {
    connection.exec('PRAGMA query_only = OFF');
  }
}

function closeAll(reader: SqliteConnection | null, connection: SqliteConnection): null {
  // The reader first: the last connection to close folds the log into the database and removes it.
  reader?.close();
  connection.close();
  return null;
}

const port = parentPort;
if (port !== null) {
  try {
    serve(port, workerData as WorkerOptions);
  } catch (error) {
    port.postMessage({ refused: errorRecord(error) } satisfies WorkerMessage);
    port.close();
  }
}
