import { Worker } from 'node:worker_threads';
import { syncError } from '../errors.js';
import { fromFaultRecord, type FaultRecord } from './faults.js';
import type { LoadContext, LoadJob, LoadProgress } from './job.js';
import type { LoadReport } from './report.js';

/** What the thread is started with. */
export interface LoadOrder {
  readonly file: string;
  readonly job: LoadJob;
}

/** What the thread says: progress, then one of the others. */
export type LoadMessage = { readonly progress: LoadProgress } | { readonly report: LoadReport } | { readonly fault: FaultRecord };

/** Loads in a thread of its own: for seconds, a host's event loop stays free. */
export function loadInWorker(order: LoadOrder, context: LoadContext): Promise<LoadReport> {
  const { signal, onProgress } = context;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(new URL('./load-worker.js', import.meta.url), {
      workerData: order,
      name: 'mss-annuaire-load',
      // Lines live for a moment each: a small nursery keeps what they leave small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    let outcome: (() => void) | null = null;
    /** What the host's callback threw. */
    let thrown: { readonly error: unknown } | null = null;
    const onAbort = (): void => worker.postMessage('abort', []);
    const report = (progress: LoadProgress): void => {
      if (thrown !== null) return;
      try {
        onProgress?.(progress);
      } catch (error) {
        thrown = { error };
        onAbort();
      }
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (message: LoadMessage) => {
      if ('progress' in message) report(message.progress);
      else if ('report' in message) outcome = () => resolve(message.report);
      else outcome = () => reject(message.fault.aborted && signal?.aborted === true ? signal.reason : fromFaultRecord(message.fault));
    });
    worker.on('error', (cause) => {
      outcome ??= () => reject(syncError('ERR_MSS_ANNUAIRE_WORKER', 'the thread that loads the directory died', { cause }));
    });
    // Only when the thread is gone has it let go of its files.
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', onAbort);
      if (thrown !== null) reject(thrown.error);
      else if (outcome === null)
        reject(syncError('ERR_MSS_ANNUAIRE_WORKER', 'the thread that loads the directory ended early', { details: { code } }));
      else outcome();
    });
  });
}
