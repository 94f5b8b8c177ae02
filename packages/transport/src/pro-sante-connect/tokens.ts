import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { pscError } from './errors.js';

/** What the token endpoint gave, with the times in milliseconds of the injected clock. Never leaves the session. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly subject: string | null;
  readonly obtainedAt: number;
  readonly expiresAt: number;
  /** `null` when the provider does not say. */
  readonly refreshExpiresAt: number | null;
}

/** Without `expires_in` little is promised. */
const unknownLifetimeMs = 60_000;

/**
 * @param options.askedAt - the instant before the request: what the answer's way took is not added to its life.
 * @param options.acr - the level of assurance that was asked for.
 * @throws ERR_MSS_PSC_ID_TOKEN when the ID token tells of another level
 */
export function tokensOf(
  answer: TokenEndpointResponse & TokenEndpointResponseHelpers,
  options: { readonly askedAt: number; readonly acr: string; readonly previous?: Tokens | null },
): Tokens {
  const { askedAt, acr, previous = null } = options;
  const claims = answer.claims();
  const told = claims?.['acr'];
  if (typeof told === 'string' && !acr.split(' ').includes(told)) {
    throw pscError('ERR_MSS_PSC_ID_TOKEN', 'the ID token tells of another level of assurance', { details: { acr: told.slice(0, 40) } });
  }
  const seconds = (value: unknown): number | null =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? value * 1000 : null;
  const refreshLife = seconds(answer['refresh_expires_in']);
  return {
    accessToken: answer.access_token,
    // RFC 6749 §6: without a new one the old one stays good.
    refreshToken: answer.refresh_token ?? previous?.refreshToken ?? null,
    idToken: answer.id_token ?? previous?.idToken ?? null,
    subject: claims?.sub ?? previous?.subject ?? null,
    obtainedAt: askedAt,
    expiresAt: askedAt + (seconds(answer.expires_in) ?? unknownLifetimeMs),
    refreshExpiresAt: refreshLife === null ? null : askedAt + refreshLife,
  };
}

/** How long before its end a token is replaced: thirty seconds, or a quarter of a short life. */
export function aheadMs({ obtainedAt, expiresAt }: Tokens): number {
  return Math.min(30_000, (expiresAt - obtainedAt) / 4);
}
