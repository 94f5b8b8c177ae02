import { pscError } from './errors.js';

/** Runs `work` after a time; the function that comes back calls it off. */
export type Schedule = (work: () => void, delayMs: number) => () => void;

/** A timer that does not keep the process alive. */
export const timerSchedule: Schedule = (work, delayMs) => {
  const timer = setTimeout(work, Math.min(delayMs, 2 ** 31 - 1));
  timer.unref();
  return () => clearTimeout(timer);
};

/** @throws ERR_MSS_PSC_ABORTED */
export async function pause(schedule: Schedule, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await underSignal(
    new Promise<void>((resolve) => {
      const cancel = schedule(resolve, delayMs);
      signal?.addEventListener('abort', cancel, { once: true });
    }),
    signal,
  );
}

/** The work's result, or the end of this caller's patience; the work goes on for others. */
export async function underSignal<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  // The work may fail later, when nobody here listens any more.
  work.catch(() => {});
  const stop = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const fail = (): void => reject(pscError('ERR_MSS_PSC_ABORTED', 'the caller aborted', { cause: signal.reason }));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true, signal: stop.signal });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    stop.abort();
  }
}
