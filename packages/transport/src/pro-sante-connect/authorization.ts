import type { Clock } from '@mss/core';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { BackChannel } from './back-channel.js';
import { pscError } from './errors.js';
import { tokensOf, type Tokens } from './tokens.js';
import type { AuthorizationOptions } from './types.js';

/** One request in the making: the address for the browser, and what only this software knows of it. */
export interface PendingAuthorization {
  readonly url: string;
  readonly state: string;
  complete(callback: string | URL, signal: AbortSignal | undefined): Promise<Tokens>;
}

/** A person needs a telephone for it, but not ten minutes. */
const lifetimeMs = 10 * 60 * 1000;

export interface AuthorizationParts {
  readonly channel: BackChannel;
  readonly clock: Clock;
  readonly scope: string;
  readonly acr: string;
}

function ensureRedirectUri(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url?.protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !loopback) || url.hash !== '' || url.search !== '') {
    throw new TypeError('a redirect address is one of HTTPS, or of the loopback, without query and fragment');
  }
}

/**
 * Authorization code with PKCE (S256), state and nonce.
 *
 * @see RFC 6749 §4.1, RFC 7636, RFC 9207, OpenID Connect Core §3.1
 */
export async function prepareAuthorization(parts: AuthorizationParts, options: AuthorizationOptions): Promise<PendingAuthorization> {
  const { channel, clock, scope, acr } = parts;
  const { redirectUri, prompt, signal } = options;
  ensureRedirectUri(redirectUri);
  const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()];
  const challenge = await calculatePKCECodeChallenge(verifier);
  const parameters = {
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    acr_values: acr,
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(prompt === undefined ? {} : { prompt }),
  };
  const url = await channel.call(async (configuration) => buildAuthorizationUrl(configuration, parameters).href, signal);
  const until = clock.now().getTime() + lifetimeMs;
  let used = false;
  return {
    url,
    state,
    async complete(callback, completing): Promise<Tokens> {
      const answer = ownCallback(callback, { redirectUri, state });
      if (used) throw pscError('ERR_MSS_PSC_CALLBACK', 'this request was answered before');
      used = true;
      if (clock.now().getTime() > until) throw pscError('ERR_MSS_PSC_EXPIRED', 'the answer came more than ten minutes after the request');
      const askedAt = clock.now().getTime();
      return channel.call(async (configuration) => {
        const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
        return tokensOf(await authorizationCodeGrant(configuration, answer, checks), { askedAt, acr });
      }, completing);
    },
  };
}

/** @throws ERR_MSS_PSC_CALLBACK for what is no answer to this request: it may be a forgery, so the request stays open */
function ownCallback(callback: string | URL, { redirectUri, state }: { readonly redirectUri: string; readonly state: string }): URL {
  const own = new URL(redirectUri);
  const url = typeof callback === 'string' && URL.canParse(callback, own.href) ? new URL(callback, own) : callback;
  const right = url instanceof URL && url.origin === own.origin && url.pathname === own.pathname && url.searchParams.get('state') === state;
  if (right) return url;
  throw pscError('ERR_MSS_PSC_CALLBACK', 'the callback is not the answer to this request');
}
