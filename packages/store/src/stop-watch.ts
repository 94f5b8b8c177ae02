import { storeError } from './errors.js';

/** Ends the wait for the `work` of a transaction. */
export interface StopWatch {
  /** Rejects with `ERR_MSS_STORE_DEADLINE` at the deadline, with `ERR_MSS_STORE_ABORTED` when the caller gives up. */
  readonly stopped: Promise<never>;
  hasStopped(): boolean;
  release(): void;
}

export function startStopWatch(timeoutMs: number, signal: AbortSignal | undefined): StopWatch {
  let fired = false;
  let stop: (error: Error) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = (error) => {
      fired = true;
      reject(error);
    };
  });
  // It may fire when nobody waits any more.
  stopped.catch(() => undefined);
  const onAbort = (): void => stop(abortedError(signal));
  const timer = setTimeout(
    () => stop(storeError('ERR_MSS_STORE_DEADLINE', `the transaction took longer than ${timeoutMs} ms and was rolled back`)),
    timeoutMs,
  );
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    stopped,
    hasStopped: () => fired,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

export function abortedError(signal: AbortSignal | undefined): Error {
  return storeError('ERR_MSS_STORE_ABORTED', 'the caller gave up; the transaction was rolled back', { cause: signal?.reason });
}

/** @throws TypeError for what is no positive finite number */
export function positive(value: number, name: string): number {
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`${name} must be a positive finite number`);
  return value;
}
