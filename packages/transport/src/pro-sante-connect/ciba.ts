import { isMssError, type Clock, type RandomSource } from '@mss/core';
import { genericGrantRequest, initiateBackchannelAuthentication } from 'openid-client';
import type { BackChannel } from './back-channel.js';
import { pscError } from './errors.js';
import { pause, type Schedule } from './schedule.js';
import { tokensOf, type Tokens } from './tokens.js';
import type { CibaOptions } from './types.js';

export interface CibaParts {
  readonly channel: BackChannel;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly schedule: Schedule;
  readonly scope: string;
  readonly acr: string;
}

const grantType = 'urn:openid:params:grant-type:ciba';
const defaultTimeoutMs = 120_000;
const defaultIntervalMs = 5_000;
/** RFC 8628 §3.5, which CIBA follows. */
const slowDownMs = 5_000;
/** Polls in a row that Pro Santé Connect did not answer. */
const maxFailures = 5;

function twoDigits(random: RandomSource): string {
  const [byte = 0, other = 0] = random.bytes(2);
  return String(10 + ((byte * 256 + other) % 90));
}

/** `pending`, `slow_down`, or nothing when the error is another. */
function waiting(error: unknown): 'pending' | 'slow-down' | null {
  if (!isMssError(error, 'ERR_MSS_PSC_REQUEST')) return null;
  const said = error.details['error'];
  return said === 'authorization_pending' ? 'pending' : said === 'slow_down' ? 'slow-down' : null;
}

/**
 * Client-initiated backchannel authentication, poll mode.
 *
 * @throws MssError `ERR_MSS_PSC_DENIED`, `_EXPIRED`, `_UNKNOWN_PERSON`, `_CLIENT`, `_REQUEST`, `_UNAVAILABLE`, `_ABORTED` …
 * @see OpenID Connect CIBA Core 1.0 §7 to §11
 */
export async function authenticateByCiba(parts: CibaParts, options: CibaOptions): Promise<Tokens> {
  const { channel, clock, random, schedule, scope, acr } = parts;
  const { nationalId, bindingMessage = twoDigits(random), signal } = options;
  if (!/^[0-9A-Za-z]{1,32}$/.test(nationalId)) throw new TypeError('a national identifier is up to 32 digits and letters');
  if (!/^[\p{L}\p{N} -]{1,20}$/u.test(bindingMessage)) throw new TypeError('a binding message is up to 20 letters and digits');
  const parameters = { scope, acr_values: acr, login_hint: nationalId, binding_message: bindingMessage };
  const startedAt = clock.now().getTime();
  const started = await channel.call((configuration) => initiateBackchannelAuthentication(configuration, parameters), signal);
  const until = startedAt + Math.min(options.timeoutMs ?? defaultTimeoutMs, started.expires_in * 1000);
  options.onStarted?.({ bindingMessage, expiresAt: new Date(until) });
  let intervalMs = started.interval === undefined ? defaultIntervalMs : Math.max(1_000, started.interval * 1000);
  for (let failures = 0; ;) {
    // Whatever pace Pro Santé Connect asks for, the person's time ends when it ends.
    await pause(schedule, Math.max(0, Math.min(intervalMs, until - clock.now().getTime())), signal);
    const askedAt = clock.now().getTime();
    if (askedAt >= until) throw pscError('ERR_MSS_PSC_EXPIRED', 'the person did not answer in time');
    try {
      return await channel.call(async (configuration) => {
        const answer = await genericGrantRequest(configuration, grantType, { auth_req_id: started.auth_req_id });
        return tokensOf(answer, { askedAt, acr });
      }, signal);
    } catch (error) {
      const state = waiting(error);
      failures = isMssError(error, 'ERR_MSS_PSC_UNAVAILABLE') ? failures + 1 : 0;
      if (state === null && (failures === 0 || failures > maxFailures)) throw error;
      if (state === 'slow-down' || failures > 0) intervalMs += slowDownMs;
    }
  }
}
