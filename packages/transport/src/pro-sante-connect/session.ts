import { inspect } from 'node:util';
import { isMssError, type Clock, type Logger, type MssError } from '@mss/core';
import { buildEndSessionUrl, refreshTokenGrant, tokenRevocation, type Configuration } from 'openid-client';
import type { TokenAuthentication } from '../sasl/authentication.js';
import type { BackChannel } from './back-channel.js';
import { pscError, type PscErrorCode } from './errors.js';
import { fetchIdentity } from './identity.js';
import { mailboxAuthentication } from './mailbox-authentication.js';
import type { ProSanteConnectOptions } from './options.js';
import { underSignal, type Schedule } from './schedule.js';
import { aheadMs, tokensOf, type Tokens } from './tokens.js';
import type { PscIdentity, PscMailboxOptions, PscSession, PscSessionEvent } from './types.js';

/** What a session stands on. */
export interface SessionParts {
  readonly channel: BackChannel;
  readonly options: ProSanteConnectOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly schedule: Schedule;
  readonly acr: string;
  /** Signs in once more without a person; `null` when that is not possible. */
  readonly reopen: ((signal: AbortSignal) => Promise<Tokens | null>) | null;
}

/** First and longest pause after a failed refresh. */
const backOffMs = { first: 1_000, longest: 60_000 } as const;
/** Failed refreshes in the background, when nobody knows how long the refresh token lives. */
const maxBackgroundFailures = 12;
/** Several connections may be refused the same token at once: the second to complain gets the one that the first brought. */
const renewGraceMs = 5_000;
const reopenMs = 30_000;

/** The session of a person who has just signed in. */
export function openSession(parts: SessionParts, tokens: Tokens, identity: PscIdentity): PscSession {
  return new Session(parts, tokens, identity);
}

class Session implements PscSession {
  readonly identity: PscIdentity;
  readonly ended: Promise<MssError<PscErrorCode> | null>;
  readonly #parts: SessionParts;
  readonly #life = new AbortController();
  #tokens: Tokens;
  #state: PscSession['state'] = 'open';
  #end: MssError<PscErrorCode> | null = null;
  #settleEnd!: (end: MssError<PscErrorCode> | null) => void;
  #refreshing: Promise<void> | null = null;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failure: MssError | null = null;
  #retryAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: () => void = () => {};

  constructor(parts: SessionParts, tokens: Tokens, identity: PscIdentity) {
    this.#parts = parts;
    this.#tokens = tokens;
    this.identity = identity;
    this.ended = new Promise((resolve) => {
      this.#settleEnd = resolve;
    });
    this.#planRefresh();
  }

  get state(): PscSession['state'] {
    return this.#state;
  }

  get expiresAt(): Date | null {
    return this.#state === 'open' ? new Date(this.#tokens.expiresAt) : null;
  }

  async accessToken(options: { readonly renew?: boolean; readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
    this.#ensureOpen();
    const { renew = false, signal } = options;
    const now = this.#now();
    const { accessToken, expiresAt } = this.#tokens;
    if (!renew && expiresAt - now > aheadMs(this.#tokens)) return accessToken;
    if (renew && now - this.#renewedAt < renewGraceMs && expiresAt > now) return accessToken;
    try {
      await underSignal(this.#refresh(), signal);
    } catch (error) {
      // The one at hand still lives: nobody needs to notice that another cannot be had now (ECO.1.2.3).
      if (!renew && this.#state === 'open' && this.#tokens.expiresAt > this.#now() && isPassing(error)) return this.#tokens.accessToken;
      throw error;
    }
    this.#ensureOpen();
    if (renew) this.#renewedAt = this.#now();
    return this.#tokens.accessToken;
  }

  mailboxAuthentication(options: PscMailboxOptions): TokenAuthentication {
    return mailboxAuthentication(this, options);
  }

  async userInfo(options: { readonly signal?: AbortSignal } = {}): Promise<PscIdentity> {
    const accessToken = await this.accessToken(options);
    const { subject } = this.identity;
    return fetchIdentity(this.#parts.channel, { accessToken, subject, signal: options.signal });
  }

  async signOutUrl(options: { readonly redirectUri?: string } = {}): Promise<string | null> {
    this.#ensureOpen();
    const { idToken } = this.#tokens;
    const { end_session_endpoint: endpoint } = await this.#parts.channel.metadata();
    if (endpoint === undefined) return null;
    const parameters = {
      ...(idToken === null ? {} : { id_token_hint: idToken }),
      ...(options.redirectUri === undefined ? {} : { post_logout_redirect_uri: options.redirectUri }),
    };
    return this.#parts.channel.call(async (configuration) => buildEndSessionUrl(configuration, parameters).href);
  }

  async signOut(options: { readonly signal?: AbortSignal } = {}): Promise<{ readonly revoked: boolean }> {
    const tokens = this.#tokens;
    const wasOpen = this.#state === 'open';
    await this.close();
    if (!wasOpen) return { revoked: false };
    try {
      return { revoked: await this.#revoke(tokens, options.signal) };
    } catch (error) {
      this.#parts.logger.warn({ code: codeOf(error) }, 'Pro Santé Connect was not told of the end of the session');
      return { revoked: false };
    }
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#over('closed');
    this.#settleEnd(null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { type: 'PscSession', state: this.#state, tokens: 'in memory only' };
  }

  [inspect.custom](): string {
    return `PscSession { state: '${this.#state}' }`;
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }

  #ensureOpen(): void {
    if (this.#state === 'closed') throw pscError('ERR_MSS_PSC_SESSION_CLOSED', 'the session is closed');
    if (this.#end !== null) throw this.#end;
  }

  /** One refresh for everybody who waits. @throws the last failure at once, while its pause lasts */
  #refresh(): Promise<void> {
    if (this.#refreshing === null && this.#failure !== null && this.#now() < this.#retryAt) return Promise.reject(this.#failure);
    this.#refreshing ??= this.#exchange().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #exchange(): Promise<void> {
    try {
      const tokens = await this.#askForTokens();
      this.#ensureOpen();
      this.#adopt(tokens);
    } catch (error) {
      if (this.#state === 'open') this.#onFailure(error);
      this.#ensureOpen();
      throw error;
    }
  }

  async #askForTokens(): Promise<Tokens> {
    const { channel, acr } = this.#parts;
    const { refreshToken } = this.#tokens;
    if (refreshToken === null) return this.#reopen(null);
    const askedAt = this.#now();
    const previous = this.#tokens;
    try {
      const refresh = async (configuration: Configuration): Promise<Tokens> =>
        tokensOf(await refreshTokenGrant(configuration, refreshToken), { askedAt, acr, previous });
      return this.#samePerson(await channel.call(refresh, this.#life.signal));
    } catch (error) {
      if (!isMssError(error, 'ERR_MSS_PSC_CODE')) throw error;
      return this.#reopen(error);
    }
  }

  /** Nobody renews these tokens any more; a browser that is still signed in may give others (ECO.1.2.7). */
  async #reopen(refusal: MssError | null): Promise<Tokens> {
    const over = (cause: unknown): MssError<PscErrorCode> =>
      pscError('ERR_MSS_PSC_SESSION_ENDED', 'Pro Santé Connect has ended the session: a person must sign in again', { cause });
    const { reopen } = this.#parts;
    if (reopen === null) throw over(refusal);
    const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(reopenMs)]);
    let tokens: Tokens | null;
    try {
      tokens = await underSignal(reopen(signal), signal);
    } catch (error) {
      if (isPassing(error) && !isMssError(error, 'ERR_MSS_PSC_ABORTED')) throw error;
      throw over(error);
    }
    if (tokens === null) throw over(refusal);
    this.#tell({ type: 'reopened', at: this.#parts.clock.now() });
    return this.#samePerson(tokens);
  }

  #samePerson(tokens: Tokens): Tokens {
    if (tokens.subject === null || tokens.subject === this.identity.subject) return tokens;
    throw pscError('ERR_MSS_PSC_IDENTITY', 'Pro Santé Connect gave the tokens of another person');
  }

  #adopt(tokens: Tokens): void {
    this.#tokens = tokens;
    this.#failures = 0;
    this.#failure = null;
    this.#tell({ type: 'refreshed', at: this.#parts.clock.now(), expiresAt: new Date(tokens.expiresAt) });
    this.#planRefresh();
  }

  #onFailure(error: unknown): void {
    if (!isMssError(error)) return;
    if (isMssError<PscErrorCode>(error, 'ERR_MSS_PSC_SESSION_ENDED') || isMssError<PscErrorCode>(error, 'ERR_MSS_PSC_IDENTITY')) {
      this.#finish(error);
      return;
    }
    const now = this.#now();
    const { refreshExpiresAt } = this.#tokens;
    if (refreshExpiresAt !== null && now >= refreshExpiresAt && isPassing(error)) {
      const what = 'the refresh token has expired while Pro Santé Connect could not be reached';
      this.#finish(pscError('ERR_MSS_PSC_SESSION_ENDED', what, { cause: error }));
      return;
    }
    this.#failures += 1;
    this.#failure = error;
    const pauseMs = Math.min(backOffMs.longest, backOffMs.first * 2 ** (this.#failures - 1));
    this.#retryAt = now + pauseMs;
    this.#tell({ type: 'refresh-failed', at: new Date(now), code: error.code, retryAt: new Date(this.#retryAt) });
    // What will not pass by itself is not tried again behind the host's back.
    const again = isPassing(error) && (refreshExpiresAt !== null || this.#failures < maxBackgroundFailures);
    this.#plan(again ? pauseMs : null);
  }

  #planRefresh(): void {
    const { expiresAt, refreshToken } = this.#tokens;
    const wanted = this.#parts.options.keepAlive !== false && refreshToken !== null;
    this.#plan(wanted ? Math.max(backOffMs.first, expiresAt - aheadMs(this.#tokens) - this.#now()) : null);
  }

  #plan(delayMs: number | null): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    if (delayMs === null || this.#state !== 'open' || this.#parts.options.keepAlive === false) return;
    this.#cancelTimer = this.#parts.schedule(() => {
      // Whoever asks for a token next is told.
      if (this.#state === 'open') this.#refresh().catch(() => {});
    }, delayMs);
  }

  #finish(error: MssError<PscErrorCode>): void {
    this.#end = error;
    this.#over('ended');
    this.#tell({ type: 'ended', at: this.#parts.clock.now(), error });
    this.#settleEnd(error);
  }

  #over(state: 'ended' | 'closed'): void {
    this.#state = state;
    this.#cancelTimer();
    this.#life.abort();
    this.#tokens = { ...this.#tokens, accessToken: '', refreshToken: null, idToken: null };
  }

  #tell(event: PscSessionEvent): void {
    const { options, logger } = this.#parts;
    logger.info({ event: event.type }, 'Pro Santé Connect session');
    try {
      options.onEvent?.(event);
    } catch (error) {
      logger.error({ code: codeOf(error) }, 'the host application failed on an event');
    }
  }

  /** RFC 7009 where it is offered; else the logout of Keycloak with the refresh token. */
  async #revoke({ refreshToken, accessToken }: Tokens, signal: AbortSignal | undefined): Promise<boolean> {
    const { channel } = this.#parts;
    const { revocation_endpoint: revocation, end_session_endpoint: logout } = await channel.metadata(signal);
    if (revocation !== undefined) {
      await channel.call((configuration) => tokenRevocation(configuration, refreshToken ?? accessToken), signal);
      return true;
    }
    if (logout === undefined || refreshToken === null) return false;
    // QUIRK: Keycloak, on which Pro Santé Connect runs, ends a session by a POST of the refresh token to its logout endpoint.
    const status = await channel.post(logout, { refresh_token: refreshToken }, signal);
    return status >= 200 && status < 300;
  }
}

const codeOf = (error: unknown): string => (isMssError(error) ? error.code : 'unknown');

/** Worth trying again by itself. */
function isPassing(error: unknown): boolean {
  return isMssError(error) && !error.permanent;
}
