import type { CliIo } from './io.js';

/**
 * Runs work that a person may stop with Ctrl-C: the first signal aborts and lets it end tidily, the second one ends the process as
 * usual.
 */
export async function untilStopped<Result>(io: CliIo, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  if (io.stop !== undefined) return work(io.stop);
  const stop = new AbortController();
  // SIGHUP: the terminal was closed.
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (): void => {
    leave();
    stop.abort();
  };
  const leave = (): void => {
    for (const name of names) process.off(name, onSignal);
  };
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    leave();
  }
}
