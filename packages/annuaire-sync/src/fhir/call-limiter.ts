import { setTimeout as delay } from 'node:timers/promises';
import { systemClock, type Clock } from '@mss/core';

/** Waits; a signal ends the wait with an error. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;

export const systemWait: Wait = async (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal });

/** The same, but an aborted caller does not wait for its turn. */
async function untilAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Lets calls begin at a bounded pace. One for all that use the same key. */
export interface CallLimiter {
  /** Resolves when the call may begin. Callers are served in their order. */
  enter(signal?: AbortSignal): Promise<void>;
  /** Nobody begins before that long from now: the server said so. */
  pause(ms: number): void;
}

export interface CallLimiterOptions {
  /** Calls in any stretch of `perMs`. Default 17. */
  readonly maxCalls?: number;
  /** Default 1,050: a second, and what the way to the server may compress. */
  readonly perMs?: number;
  readonly clock?: Clock;
  readonly wait?: Wait;
}

/**
 * At most `maxCalls` begin in any stretch of `perMs`, not only on average: a bucket that is full after a pause would let twice
 * as many through within one second.
 *
 * @see the service's documentation: 17 calls a second for an application
 */
export function createCallLimiter(options: CallLimiterOptions = {}): CallLimiter {
  const { maxCalls = 17, perMs = 1050, clock = systemClock, wait = systemWait } = options;
  if (!Number.isSafeInteger(maxCalls) || maxCalls < 1) throw new TypeError('maxCalls must be a positive integer');
  if (!Number.isFinite(perMs) || perMs <= 0) throw new TypeError('perMs must be a positive number');
  /** When the last calls begin, or are going to: the oldest first. */
  const begun: number[] = [];
  let closedUntil = 0;
  let queue: Promise<unknown> = Promise.resolve();

  async function take(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const now = clock.now().getTime();
      // A clock that was set back must not stop everything.
      if ((begun.at(-1) ?? 0) > now) begun.length = 0;
      const oldest = begun.length < maxCalls ? 0 : (begun[0] ?? 0) + perMs;
      const restMs = Math.max(oldest, closedUntil) - now;
      if (restMs <= 0) {
        begun.push(now);
        if (begun.length > maxCalls) begun.shift();
        return;
      }
      await wait(restMs, signal);
    }
  }

  return {
    async enter(signal) {
      const turn = queue.then(async () => take(signal));
      queue = turn.catch(() => {});
      return signal === undefined ? turn : untilAborted(turn, signal);
    },
    pause(ms) {
      closedUntil = Math.max(closedUntil, clock.now().getTime() + ms);
    },
  };
}
