import { Worker } from 'node:worker_threads';

import type { VaultAnswer, VaultCall, VaultRequest, VaultWorkerOptions } from './file-vault-worker.js';
import { vaultError } from './vault-errors.js';

/** Calls to the thread of a file vault. It starts with the first call, and ends when none came for a while: a vault has nothing to close. */
export interface VaultThread {
  /** @throws MssError `ERR_MSS_LEDGER_VAULT_FULL`, `ERR_MSS_LEDGER_VAULT_UNAVAILABLE` */
  call(request: VaultRequest, transfers?: readonly ArrayBuffer[]): Promise<void>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const idleMs = 10_000;

export function createVaultThread(options: VaultWorkerOptions): VaultThread {
  let running: RunningThread | null = null;
  let idle: NodeJS.Timeout | null = null;
  const rest = (thread: RunningThread): void => {
    idle = setTimeout(() => {
      if (running === thread) running = null;
      thread.end();
    }, idleMs);
    idle.unref();
  };
  return {
    call: async (request, transfers = []) => {
      if (idle !== null) clearTimeout(idle);
      idle = null;
      if (running === null || running.isLost()) running = startThread(options);
      const thread = running;
      try {
        await thread.call(request, transfers);
      } finally {
        if (thread.isIdle() && thread === running && idle === null) rest(thread);
      }
    },
  };
}

interface RunningThread {
  call(request: VaultRequest, transfers: readonly ArrayBuffer[]): Promise<void>;
  isIdle(): boolean;
  isLost(): boolean;
  end(): void;
}

function startThread(options: VaultWorkerOptions): RunningThread {
  const worker = new Worker(new URL('./file-vault-worker.js', import.meta.url), { workerData: options, name: 'mss-vault' });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let lost = false;

  const lose = (cause?: unknown): void => {
    lost = true;
    for (const { reject } of waiting.values()) reject(vaultError('thread', cause));
    waiting.clear();
  };
  worker.on('message', (answers: readonly VaultAnswer[]) => {
    for (const { id, error } of answers) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error === null) call?.resolve();
      else call?.reject(vaultError(error));
    }
    // The process may end while none is awaited.
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', lose);
  worker.once('exit', () => lose());
  worker.unref();

  return {
    isIdle: () => waiting.size === 0,
    isLost: () => lost,
    end: () => void worker.terminate(),
    call: (request, transfers) => {
      lastId += 1;
      const id = lastId;
      worker.postMessage({ id, request } satisfies VaultCall, transfers);
      if (waiting.size === 0) worker.ref();
      return new Promise<void>((resolve, reject) => void waiting.set(id, { resolve, reject }));
    },
  };
}
