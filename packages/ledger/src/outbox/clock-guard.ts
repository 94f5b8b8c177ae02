import type { Clock } from '@mss/core';

/** Notices that the clock of the machine was set. */
export interface ClockGuard {
  /**
   * To be called regularly.
   *
   * @returns the time that was looked at, to be used for those decisions: the clock may be set at any moment after; and: `steady`: decisions that only rest on time may be taken; `back`: the clock went backwards just now; `doubtful`: it went
   * forwards a while ago, and what seems overdue perhaps is not
   */
  check(): { readonly now: number; readonly time: 'steady' | 'back' | 'doubtful' };
}

/** A clock that is corrected by less than this is not doubted. */
const toleranceMs = 60_000;
/** For so long a clock that went forwards is doubted: long enough for it to be set right again. */
const doubtMs = 900_000;

/** Compares the clock with one that cannot be set. */
export function createClockGuard(clock: Clock, monotonicMs: () => number): ClockGuard {
  let wall = clock.now().getTime();
  let steady = monotonicMs();
  let doubtfulUntil = Number.NEGATIVE_INFINITY;
  return {
    check: () => {
      const wallNow = clock.now().getTime();
      const steadyNow = monotonicMs();
      const ahead = wallNow - wall - (steadyNow - steady);
      wall = wallNow;
      steady = steadyNow;
      if (ahead > toleranceMs) doubtfulUntil = steadyNow + doubtMs;
      if (ahead < -toleranceMs) {
        doubtfulUntil = Number.NEGATIVE_INFINITY;
        return { now: wallNow, time: 'back' };
      }
      return { now: wallNow, time: steadyNow < doubtfulUntil ? 'doubtful' : 'steady' };
    },
  };
}
