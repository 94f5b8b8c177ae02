import { Worker } from 'node:worker_threads';
import { fromErrorRecord, storeError } from '../errors.js';
import type { Answer, Call, Request, WorkerMessage, WorkerOptions } from './protocol.js';

/** Thrown inside: the transaction was undone through no fault of its own, and is to run once more. */
export const again: unique symbol = Symbol('again');

interface Waiting {
  readonly kind: Request['kind'];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls to the worker, each with its answer. The process may end while none is awaited. */
export interface WorkerLink {
  /** @returns the id, by which later calls name a transaction, and the answer */
  call(request: Request, transfers?: readonly ArrayBuffer[]): { readonly id: number; readonly answer: Promise<unknown> };
  /** Resolves when the thread has ended, which it does by itself after a `close`. */
  end(): Promise<void>;
}

/**
 * Starts the thread and waits until its database is open.
 *
 * @throws MssError as `openSqliteStore`
 */
export async function startWorker(options: WorkerOptions): Promise<WorkerLink> {
  const worker = new Worker(new URL('./sqlite-worker.js', import.meta.url), { workerData: options, name: 'mss-store' });
  const waiting = new Map<number, Waiting>();
  let lost: Error | null = null;
  let lastId = 0;
  let outbox: Call[] = [];
  let outboxTransfers: ArrayBuffer[] = [];

  const opened = new Promise<void>((resolve, reject) => {
    worker.once('message', (message: WorkerMessage) => {
      if ('opened' in message) resolve();
      else if ('refused' in message) reject(fromErrorRecord(message.refused));
    });
    worker.once('error', (cause) => reject(storeError('ERR_MSS_STORE_OPEN', 'the thread of the database cannot start', { cause })));
  });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      fail(storeError('ERR_MSS_STORE_UNAVAILABLE', 'the thread of the database has ended; open the store again'));
      resolve();
    });
  });

  function fail(error: Error): void {
    lost ??= error;
    for (const { kind, reject } of waiting.values()) reject(kind === 'commit' || kind === 'batch' ? unknownCommit() : error);
    waiting.clear();
  }

  function settle(answer: Answer): void {
    const call = waiting.get(answer.id);
    if (call === undefined) return;
    waiting.delete(answer.id);
    if ('error' in answer) call.reject(fromErrorRecord(answer.error));
    else if ('again' in answer) call.reject(again);
    else call.resolve(answer.value);
  }

  function send(): void {
    const calls = outbox;
    const transfers = outboxTransfers;
    outbox = [];
    outboxTransfers = [];
    worker.postMessage(calls, transfers);
  }

  await opened;
  worker.on('message', (message: WorkerMessage) => {
    if (!('answers' in message)) return;
    for (const answer of message.answers) settle(answer);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (cause) =>
    fail(storeError('ERR_MSS_STORE_UNAVAILABLE', 'the thread of the database failed; open the store again', { cause })),
  );
  worker.unref();

  return {
    async end() {
      // Nothing else may keep the process alive until then.
      worker.ref();
      await ended;
    },
    call(request, transfers = []) {
      const id = (lastId += 1);
      if (lost !== null) return { id, answer: Promise.reject(lost) };
      // Calls of one turn travel together.
      if (outbox.length === 0) queueMicrotask(send);
      outbox.push({ id, request });
      outboxTransfers.push(...transfers);
      if (waiting.size === 0) worker.ref();
      const answer = new Promise<unknown>((resolve, reject) => void waiting.set(id, { kind: request.kind, resolve, reject }));
      return { id, answer };
    },
  };
}

function unknownCommit(): Error {
  return storeError(
    'ERR_MSS_STORE_COMMIT_UNKNOWN',
    'the thread of the database ended before it said whether the transaction was committed',
  );
}
