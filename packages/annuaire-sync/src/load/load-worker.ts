/** The thread in which a directory is loaded: see `run-in-worker.ts`. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { toFaultRecord } from './faults.js';
import type { LoadOrder, LoadMessage } from './run-in-worker.js';
import { loadIntoSqlite } from './sqlite-load.js';

async function run(order: LoadOrder): Promise<void> {
  const abort = new AbortController();
  parentPort?.once('message', () => abort.abort());
  const listen = (): void => {
    if (parentPort !== null && receiveMessageOnPort(parentPort) !== undefined) abort.abort();
  };
  const say = (message: LoadMessage): void => parentPort?.postMessage(message, []);
  try {
    const report = await loadIntoSqlite(order.file, order.job, {
      signal: abort.signal,
      listen,
      onProgress: (progress) => say({ progress }),
    });
    say({ report });
  } catch (error) {
    say({ fault: toFaultRecord(error, abort.signal.aborted) });
  } finally {
    parentPort?.close();
  }
}

void run(workerData as LoadOrder);
