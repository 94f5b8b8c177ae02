import { untilAborted } from '@mss/core';

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
  let cancel = (): void => {};
  const passed = new Promise<void>((resolve) => {
    cancel = schedule(resolve, delayMs);
  });
  try {
    await underSignal(passed, signal);
  } finally {
    cancel();
  }
}

/** The work's result, or the end of this caller's patience; the work goes on for others. */
export async function underSignal<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return untilAborted(work, signal, ({ reason }) => pscError('ERR_MSS_PSC_ABORTED', 'the caller aborted', { cause: reason }));
}
