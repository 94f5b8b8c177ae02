/** Nobody waits longer, whatever a server says. */
export const maxWaitMs = 60_000;

/**
 * How long a server asks to be left alone: seconds, or a date, read by the server's own clock where it tells it; never longer
 * than a minute. `null`: it does not say.
 *
 * @see RFC 9110 §10.2.3
 */
export function retryAfterMs(headers: Headers, now: Date): number | null {
  const header = headers.get('retry-after');
  if (header === null) return null;
  const date = Date.parse(headers.get('date') ?? '');
  const seconds = /^\d{1,9}$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - (Number.isNaN(date) ? now.getTime() : date)) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1000, maxWaitMs) : null;
}
