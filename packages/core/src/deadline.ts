/** One deadline for a whole wait, tied to the caller's signal. Release it when the wait is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Stops the timer and lets go of the caller's signal. */
  release(): void;
}

/**
 * A signal that aborts when the caller's does, or after `timeoutMs`.
 *
 * The reason of a timeout is a `DOMException` named `TimeoutError`, as with `AbortSignal.timeout`; unlike that one,
 * the timer can be released and does not keep the process alive.
 */
export function withDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('the deadline has passed', 'TimeoutError')), timeoutMs);
  timer.unref();
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release: (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/**
 * The result of some work, or the end of this caller's patience, whichever is first. The work goes on by itself; if it fails later, nobody
 * is told.
 *
 * @param errorOf - what to reject with once the signal aborts; default its reason
 */
export async function untilAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
  errorOf: (signal: AbortSignal) => unknown = ({ reason }) => reason,
): Promise<Value> {
  work.catch(() => {});
  if (signal.aborted) throw errorOf(signal);
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(errorOf(signal)), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
