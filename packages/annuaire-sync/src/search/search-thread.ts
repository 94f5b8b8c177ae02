import { Worker } from 'node:worker_threads';
import { MssError } from '@mss/core';
import { syncError } from '../errors.js';
import type { Question, SearchAnswer } from './search-protocol.js';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One question at a time goes to the thread; those that were aborted while they waited never do. */
export class SearchThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #queue: Promise<unknown> = Promise.resolve();
  #lost: Error | null = null;
  #isEnding = false;
  #lastId = 0;

  /** @param file - the directory, when the thread reads it itself */
  constructor(file: string | null) {
    this.#worker = new Worker(new URL('./search-worker.js', import.meta.url), { workerData: { file }, name: 'mss-annuaire-search' });
    this.#worker.unref();
    this.#worker.on('message', (answer: SearchAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause) =>
      this.#fail(syncError('ERR_MSS_ANNUAIRE_WORKER', 'the thread of the search failed; open it again', { cause })),
    );
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(closed());
        resolve();
      });
    });
  }

  ask<Value>(question: Question, signal?: AbortSignal): Promise<Value> {
    if (this.#isEnding) return Promise.reject(closed());
    return this.#enqueue(question, signal) as Promise<Value>;
  }

  /** What was asked before is still answered. */
  async end(): Promise<void> {
    if (!this.#isEnding) {
      this.#isEnding = true;
      // A thread without an open directory has nothing to close; it ends all the same.
      await this.#enqueue({ kind: 'close' }).catch(() => this.#worker.terminate());
      this.#worker.ref();
    }
    await this.#ended;
  }

  #enqueue(question: Question, signal?: AbortSignal): Promise<unknown> {
    const answer = this.#queue.then(() => {
      signal?.throwIfAborted();
      return this.#send(question);
    });
    this.#queue = answer.catch(() => undefined);
    return answer.then((value) => {
      signal?.throwIfAborted();
      return value;
    });
  }

  #send(question: Question): Promise<unknown> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, question }, []);
    });
  }

  #settle(answer: SearchAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (!('error' in answer)) waiting?.resolve(answer.value);
    else waiting?.reject(new MssError(answer.error.code, answer.error.message, { permanent: answer.error.permanent }));
  }

  #fail(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}

const closed = (): MssError => syncError('ERR_MSS_ANNUAIRE_WORKER', 'the search is closed');
