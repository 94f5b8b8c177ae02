import { silentLogger, systemClock, systemRandom } from '@mss/core';
import { prepareAuthorization, type AuthorizationParts } from './authorization.js';
import { BackChannel } from './back-channel.js';
import { authenticateByCiba } from './ciba.js';
import { pscError } from './errors.js';
import { fetchIdentity } from './identity.js';
import type { ProSanteConnectOptions } from './options.js';
import { timerSchedule } from './schedule.js';
import { openSession } from './session.js';
import type { Tokens } from './tokens.js';
import type { AuthorizationOptions, CibaOptions, PscSession } from './types.js';

/** A sign-in that waits for the browser. */
export interface PscAuthorization {
  /** For the browser. Good for ten minutes. */
  readonly url: string;
  /** To tell this request from others, where callbacks of several arrive at one place. */
  readonly state: string;
  /**
   * Takes the address that the browser was sent back to.
   *
   * @throws ERR_MSS_PSC_CALLBACK when it is not the answer to this request; the right one may still come
   * @throws ERR_MSS_PSC_DENIED | ERR_MSS_PSC_CODE | ERR_MSS_PSC_ID_TOKEN | ERR_MSS_PSC_CLOCK | ERR_MSS_PSC_SIGN_IN_NEEDED |
   * ERR_MSS_PSC_EXPIRED | ERR_MSS_PSC_CLIENT | ERR_MSS_PSC_UNAVAILABLE …
   */
  complete(callback: string | URL, options?: { readonly signal?: AbortSignal }): Promise<PscSession>;
}

/** The client of one Pro Santé Connect. */
export interface ProSanteConnect {
  /** Begins a sign-in in the browser: authorization code with PKCE. */
  authorize(options: AuthorizationOptions): Promise<PscAuthorization>;
  /** Signs in without browser (CIBA); resolves when the person has confirmed on the telephone. */
  signIn(options: CibaOptions): Promise<PscSession>;
}

/**
 * Makes a client of Pro Santé Connect. Contacts nobody by itself.
 *
 * @see Référentiel #2 v1.0.1 ECO.1.2.1, ECO.1.2.3, ECO.1.2.5 to ECO.1.2.7; OpenID Connect Core 1.0; RFC 6749, 7636, 8252, 9207; CIBA Core 1.0
 */
export function createProSanteConnect(options: ProSanteConnectOptions): ProSanteConnect {
  const { clock = systemClock, logger = silentLogger, random = systemRandom, schedule = timerSchedule } = options;
  const { scope = 'openid scope_all', acrValues: acr = 'eidas1', reopen } = options;
  const channel = new BackChannel(options, clock);
  const parts: AuthorizationParts = { channel, clock, scope, acr };

  const openAgain = async (signal: AbortSignal): Promise<Tokens | null> => {
    if (reopen === undefined) return null;
    const pending = await prepareAuthorization(parts, { redirectUri: reopen.redirectUri, prompt: 'none', signal });
    const callback = await reopen.open(pending.url, { signal });
    return callback === null ? null : pending.complete(callback, signal);
  };

  const sessionOf = async (tokens: Tokens, signal: AbortSignal | undefined): Promise<PscSession> => {
    const { subject, accessToken } = tokens;
    if (subject === null) throw pscError('ERR_MSS_PSC_ID_TOKEN', 'no ID token came with the access token');
    const identity = await fetchIdentity(channel, { accessToken, subject, signal });
    const session = { channel, options, clock, logger, schedule, acr, reopen: reopen === undefined ? null : openAgain };
    return openSession(session, tokens, identity);
  };

  return {
    async authorize(asked): Promise<PscAuthorization> {
      const pending = await prepareAuthorization(parts, asked);
      return {
        url: pending.url,
        state: pending.state,
        complete: async (callback, { signal } = {}) => sessionOf(await pending.complete(callback, signal), signal),
      };
    },
    signIn: async (asked) => sessionOf(await authenticateByCiba({ ...parts, random, schedule }, asked), asked.signal),
  };
}
