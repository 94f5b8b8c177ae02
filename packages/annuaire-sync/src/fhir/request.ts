import { Buffer } from 'node:buffer';
import { isMssError, withDeadline, type Clock, type RandomSource } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import { maxWaitMs, retryAfterMs } from '../source/retry-after.js';
import { issueOf } from './bundle.js';
import type { CallLimiter, Wait } from './call-limiter.js';
import { fhirError } from './errors.js';

export interface RequestTools {
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
  readonly headers: Readonly<Record<string, string>>;
  readonly limiter: CallLimiter;
  readonly wait: Wait;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly attempts: number;
  /** For one attempt, headers and body. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

const firstWaitMs = 500;
const maxChunkBytes = 1024 * 1024;
/** Of an answer that is an error: enough for its code. */
const maxErrorBytes = 64 * 1024;

/** A failure after which the service is asked again. */
class Retry extends Error {
  readonly waitMs: number | null;

  constructor(cause: unknown, waitMs: number | null) {
    super('ask again', { cause });
    this.waitMs = waitMs;
  }
}

/** The body, up to a bound. */
async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // A stream of the policy's: leaving the loop cancels it.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

async function refuse(response: Response, clock: Clock): Promise<never> {
  const { status } = response;
  const body = await bodyOf(response, maxErrorBytes).catch(() => null);
  if (status === 401 || status === 403)
    throw fhirError('ERR_MSS_ANNUAIRE_FHIR_KEY', 'the service does not accept the key', { details: { status } });
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const error = fhirError('ERR_MSS_ANNUAIRE_FHIR_UNAVAILABLE', `the service answers ${status}`, { details: { status } });
    throw new Retry(error, retryAfterMs(response.headers, clock.now()));
  }
  const issue = body === null ? null : issueOf(body);
  throw fhirError('ERR_MSS_ANNUAIRE_FHIR_REFUSED', `the service answers ${status}`, { details: { status, issue } });
}

async function once(url: URL, tools: RequestTools, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { policy, headers, timeoutMs, maxResponseBytes } = tools;
  const deadline = withDeadline(timeoutMs, signal);
  try {
    // The key belongs to this origin: no redirect is followed.
    const response = await policy.fetch(url, {
      headers,
      redirect: 'error',
      timeoutMs,
      idleTimeoutMs: timeoutMs,
      // The bound is kept below; a chunk may pass it.
      maxResponseBytes: maxResponseBytes + maxChunkBytes,
      signal: deadline.signal,
    });
    if (response.status !== 200) return await refuse(response, tools.clock);
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!['application/fhir+json', 'application/json', 'application/json+fhir'].includes(type)) {
      await response.body?.cancel();
      throw fhirError('ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR', 'the answer is no FHIR JSON', { details: { status: response.status } });
    }
    const body = await bodyOf(response, maxResponseBytes);
    if (body !== null) return body;
    throw fhirError('ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE', `an answer is larger than ${maxResponseBytes} bytes`, {
      details: { maxResponseBytes },
    });
  } catch (error) {
    if (error instanceof Retry || (isMssError(error) && error.permanent)) throw error;
    if (signal?.aborted === true) throw aborted(signal);
    if (isMssError(error)) throw new Retry(error, null);
    throw new Retry(fhirError('ERR_MSS_ANNUAIRE_FHIR_UNAVAILABLE', 'the answer broke off', { cause: error }), null);
  } finally {
    deadline.release();
  }
}

const aborted = (signal: AbortSignal): Error =>
  fhirError('ERR_MSS_ANNUAIRE_FHIR_ABORTED', 'the search was aborted', { cause: signal.reason });

/**
 * One GET, under the pace that is allowed, tried again with growing waits when that may help. `Retry-After` stops every caller.
 *
 * @throws ERR_MSS_ANNUAIRE_FHIR_* and ERR_MSS_TLS_*
 */
export async function request(url: URL, tools: RequestTools, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { limiter, attempts, wait, random } = tools;
  for (let attempt = 1; ; attempt++) {
    try {
      await limiter.enter(signal);
      return await once(url, tools, signal);
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal);
      if (!(error instanceof Retry)) throw error;
      if (error.waitMs !== null) limiter.pause(error.waitMs);
      if (attempt >= attempts) throw error.cause;
      // Half of it by chance: clients that failed together do not come back together.
      const step = Math.min(firstWaitMs * 2 ** (attempt - 1), maxWaitMs);
      const waitMs = error.waitMs ?? step / 2 + (step / 2) * ((random.bytes(1)[0] ?? 0) / 255);
      await wait(waitMs, signal).catch(() => {});
    }
  }
}
