import { withDeadline, type Clock } from '@mss/core';
import {
  clockSkew,
  clockTolerance,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  getJwksCache,
  setJwksCache,
  type ClientAuth,
  type ClientMetadata,
  type CustomFetch,
  type CustomFetchOptions,
  type ServerMetadata,
} from 'openid-client';
import { clientAuthOf } from './client-authentication.js';
import { pscError } from './errors.js';
import { pscFailure } from './failure.js';
import type { ProSanteConnectOptions } from './options.js';
import { underSignal } from './schedule.js';

const defaultRequestMs = 15_000;
/** An answer of Pro Santé Connect has some kilobytes. */
const maxResponseBytes = 512 * 1024;
/** The metadata change when the provider moves: once a day is enough. */
const metadataMs = 24 * 60 * 60 * 1000;

type Jwks = NonNullable<ReturnType<typeof getJwksCache>>;

/** Endpoints that this software calls itself. The authorization endpoint is the browser's affair. */
const calledEndpoints = [
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
  'backchannel_authentication_endpoint',
] as const;

/**
 * Everything between this software and Pro Santé Connect that no browser sees: over the policy's verified `fetch`, to the
 * configured hosts only, each call under a deadline.
 */
export class BackChannel {
  readonly #options: ProSanteConnectOptions;
  readonly #clock: Clock;
  readonly #hosts: ReadonlySet<string>;
  #metadata: { readonly server: ServerMetadata; readonly until: number } | null = null;
  #fetching: Promise<ServerMetadata> | null = null;
  #jwks: Jwks | null = null;

  constructor(options: ProSanteConnectOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { issuer, discoveryUrl = issuer, hosts = [] } = options.provider;
    this.#hosts = new Set([issuer, discoveryUrl, ...hosts.map((host) => `https://${host}`)].map((text) => httpsUrl(text).host));
  }

  /** The provider's metadata, checked; fetched once for concurrent callers. */
  async metadata(signal?: AbortSignal): Promise<ServerMetadata> {
    if (this.#metadata !== null && this.#metadata.until > this.#clock.now().getTime()) return this.#metadata.server;
    this.#fetching ??= this.#discover().finally(() => {
      this.#fetching = null;
    });
    return underSignal(this.#fetching, signal);
  }

  /**
   * One call by openid-client.
   *
   * @throws MssError `ERR_MSS_PSC_*`, or the refusal of the channel as `@mss/pki` gave it
   */
  async call<Value>(work: (configuration: Configuration) => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    const server = await this.metadata(signal);
    return this.#underDeadline(signal, async (fetch) => {
      const configuration = new Configuration(server, this.#options.clientId, this.#clientMetadata(), await clientAuthOf(this.#auth));
      configuration[customFetch] = fetch;
      // The deadline is ours.
      configuration.timeout = undefined;
      // TLS alone vouches for an ID token of the token endpoint (Core §3.1.3.7); the signature is verified all the same.
      enableNonRepudiationChecks(configuration);
      if (this.#jwks !== null) setJwksCache(configuration, this.#jwks);
      try {
        return await work(configuration);
      } finally {
        this.#jwks = getJwksCache(configuration) ?? this.#jwks;
      }
    });
  }

  /** A request that openid-client does not know, with the client's authentication. Resolves with the status. */
  async post(endpoint: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<number> {
    const server = await this.metadata(signal);
    return this.#underDeadline(signal, async (fetch) => {
      const body = new URLSearchParams({ client_id: this.#options.clientId, ...parameters });
      const headers = new Headers({ accept: 'application/json' });
      const authenticate: (...given: Parameters<ClientAuth>) => unknown = await clientAuthOf(this.#auth);
      // Signing an assertion is asynchronous, whatever the type says.
      await authenticate(server, { ...this.#clientMetadata(), client_id: this.#options.clientId }, body, headers);
      const response = await fetch(endpoint, { method: 'POST', headers: Object.fromEntries(headers), body, redirect: 'manual' });
      await response.body?.cancel();
      return response.status;
    });
  }

  get #auth(): ProSanteConnectOptions['clientAuthentication'] {
    return this.#options.clientAuthentication;
  }

  /** openid-client reads the machine's clock: it is told how far the injected one is from it. */
  #clientMetadata(): Partial<ClientMetadata> {
    return {
      [clockSkew]: Math.round((this.#clock.now().getTime() - Date.now()) / 1000),
      [clockTolerance]: Math.round((this.#options.clockToleranceMs ?? 30_000) / 1000),
      ...(this.#auth.type === 'certificate' ? { use_mtls_endpoint_aliases: true } : {}),
    };
  }

  async #underDeadline<Value>(signal: AbortSignal | undefined, work: (fetch: CustomFetch) => Promise<Value>): Promise<Value> {
    const deadline = withDeadline(this.#options.requestTimeoutMs ?? defaultRequestMs, signal);
    try {
      return await work((url, init) => this.#fetch(url, init, deadline.signal));
    } catch (error) {
      if (signal?.aborted === true) throw pscError('ERR_MSS_PSC_ABORTED', 'the caller aborted', { cause: signal.reason });
      throw pscFailure(error);
    } finally {
      deadline.release();
    }
  }

  async #fetch(address: string, init: CustomFetchOptions, signal: AbortSignal): Promise<Response> {
    const { host } = this.#allowed(address);
    const { method, headers, body } = init;
    if (
      body !== undefined &&
      body !== null &&
      typeof body !== 'string' &&
      !(body instanceof URLSearchParams) &&
      !(body instanceof Uint8Array)
    ) {
      throw new TypeError('a body that is no text and no bytes');
    }
    const { clientAuthentication: auth, policy, requestTimeoutMs: timeoutMs = defaultRequestMs } = this.#options;
    const response = await policy.fetch(address, {
      method,
      headers,
      body: body ?? null,
      redirect: 'manual',
      signal,
      timeoutMs,
      idleTimeoutMs: timeoutMs,
      maxResponseBytes,
      // The policy's own identity, if any, is for the operator.
      clientIdentity: auth.type === 'certificate' ? auth.identity : null,
    });
    const { status } = response;
    if (status < 500 && status !== 429) return response;
    await response.body?.cancel();
    throw pscError('ERR_MSS_PSC_UNAVAILABLE', `Pro Santé Connect answered with status ${status}`, { details: { host, status } });
  }

  #allowed(address: string): URL {
    const url = httpsUrl(address);
    if (this.#hosts.has(url.host)) return url;
    throw pscError('ERR_MSS_PSC_METADATA', `${url.host} is not a host of the configured Pro Santé Connect`, {
      details: { host: url.host },
    });
  }

  async #discover(): Promise<ServerMetadata> {
    const { provider, clientId } = this.#options;
    const { issuer, discoveryUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` } = provider;
    const server = await this.#underDeadline(undefined, async (fetch) => {
      const found = await discovery(httpsUrl(discoveryUrl), clientId, undefined, undefined, { [customFetch]: fetch, timeout: 600 });
      return found.serverMetadata();
    });
    if (server.issuer !== issuer) {
      throw pscError('ERR_MSS_PSC_METADATA', 'the metadata are of another issuer', { details: { issuer: server.issuer.slice(0, 200) } });
    }
    for (const name of calledEndpoints) {
      const endpoint = server[name];
      if (typeof endpoint === 'string') this.#allowed(endpoint);
    }
    for (const alias of Object.values(server.mtls_endpoint_aliases ?? {})) if (typeof alias === 'string') this.#allowed(alias);
    if (typeof server.authorization_endpoint === 'string') httpsUrl(server.authorization_endpoint);
    this.#metadata = { server, until: this.#clock.now().getTime() + metadataMs };
    return server;
  }
}

function httpsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw pscError('ERR_MSS_PSC_METADATA', 'an address of Pro Santé Connect is not one of HTTPS');
}
