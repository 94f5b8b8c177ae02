import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { isMssError } from '@mss/core';
import { pkiError } from '../errors.js';
import { abortError, type Dial, type Resolver } from './dial.js';
import type { HttpProxy } from './proxy.js';
import { bareHost, redirectDial } from './redirect.js';

/** How CRLs (and OCSP answers) are fetched: outside the gate, bounded, and never with a credential. */
export interface PlainHttp {
  readonly dial: Dial;
  /** For `https:` addresses: through the proxy's tunnel where there is a proxy. */
  readonly tunnel: Dial;
  readonly resolver: Resolver;
  readonly proxy: HttpProxy | null;
  /** PEM of the authorities for the rare `https:` address; their revocation is not checked, the CRL's own signature is what counts. */
  readonly authorities: readonly string[];
}

export interface PlainRequest {
  /** Whose codes name a failure. */
  readonly what: 'CRL' | 'OCSP';
  readonly url: string;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** Sent by POST when given. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
}

const maxRedirects = 3;

interface Exchange extends PlainRequest {
  readonly http: PlainHttp;
  readonly target: URL;
}

/** The address of a CRL or responder: `http:` or `https:`, no credentials in it. `null` for LDAP and anything else. */
export function plainUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  return url.username === '' && url.password === '' && url.hostname !== '' ? url : null;
}

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));

async function open({ http, target, signal }: Exchange): Promise<Duplex> {
  const host = bareHost(target);
  const { proxy } = http;
  if (target.protocol === 'http:') {
    return http.dial(proxy === null ? { host, port: portOf(target), signal } : { host: proxy.host, port: proxy.port, signal });
  }
  const socket = await http.tunnel({ host, port: portOf(target), signal });
  const name = isIP(host) === 0 ? { servername: host } : {};
  return tlsConnect({ socket, ca: [...http.authorities], minVersion: 'TLSv1.2', rejectUnauthorized: true, ...name });
}

function send(exchange: Exchange, socket: Duplex): ClientRequest {
  const { target, body, http, signal } = exchange;
  const proxied = http.proxy !== null && target.protocol === 'http:';
  const options: RequestOptions = {
    createConnection: () => socket,
    method: body === undefined ? 'GET' : 'POST',
    host: bareHost(target),
    path: proxied ? target.href : target.pathname + target.search,
    signal,
    headers: {
      host: target.host,
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
      ...(proxied && http.proxy.authorization !== null ? { 'proxy-authorization': http.proxy.authorization } : {}),
      ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': body.bytes.length }),
    },
  };
  const request = target.protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
  return request.end(body?.bytes);
}

/** Reads the body into one array: of the announced size, or grown as it comes, never beyond the limit. */
async function readBody(response: IncomingMessage, { maxBytes, what }: PlainRequest): Promise<Uint8Array> {
  const tooLarge = (): Error =>
    pkiError(`ERR_MSS_PKI_${what}_TOO_LARGE`, `what is fetched is larger than ${maxBytes} bytes`, { details: { maxBytes } });
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge();
  let body = new Uint8Array(Number.isInteger(announced) ? announced : 64 * 1024);
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    if (length + chunk.length > maxBytes) throw tooLarge();
    if (length + chunk.length > body.length) {
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(body.length * 2, length + chunk.length)));
      larger.set(body.subarray(0, length));
      body = larger;
    }
    body.set(chunk, length);
    length += chunk.length;
  }
  return length === body.length ? body : body.slice(0, length);
}

/** One request and its answer: the body, or where it redirects to. */
async function exchangeOnce(exchange: Exchange): Promise<Uint8Array | URL> {
  const socket = await open(exchange);
  socket.on('error', () => {});
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(exchange, socket).on('response', resolve).on('error', reject);
      // An answer that switches protocols (101) ends the request with neither, and the signal of the deadline no longer reaches it.
      request.on('close', () => reject(new Error('the connection was closed without an answer')));
    });
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      const next = URL.canParse(location, exchange.target.href) ? plainUrl(new URL(location, exchange.target).href) : null;
      if (next === null) throw pkiError(`ERR_MSS_PKI_${exchange.what}_REDIRECT`, 'a redirect leads to an address that is not fetched');
      return next;
    }
    const encoding = response.headers['content-encoding'];
    if (status !== 200 || (encoding !== undefined && encoding !== 'identity')) {
      throw pkiError(`ERR_MSS_PKI_${exchange.what}_FETCH`, `the server answered with status ${status}`, { details: { status, encoding } });
    }
    return await readBody(response, exchange);
  } finally {
    socket.destroy();
  }
}

/**
 * A redirect may lead to another public host, never from a public host into a private network. A proxy resolves names by itself: it
 * decides where it connects.
 */
async function redirected(
  exchange: Exchange,
  { from, to, http }: { readonly from: URL; readonly to: URL; readonly http: PlainHttp },
): Promise<Exchange> {
  if (http.proxy !== null) return { ...exchange, target: to };
  const { what, signal } = exchange;
  const dial = await redirectDial(http.dial, { from, to, resolver: http.resolver, signal });
  if (dial !== null) return { ...exchange, target: to, http: { ...http, dial, tunnel: dial } };
  throw pkiError(`ERR_MSS_PKI_${what}_REDIRECT`, 'a redirect leads to a private address', { details: { host: to.hostname } });
}

/**
 * Fetches bytes over plain HTTP (1.1, no keep-alive), with at most three redirects.
 *
 * @throws ERR_MSS_PKI_CRL_FETCH | ERR_MSS_PKI_CRL_TIMEOUT | ERR_MSS_PKI_CRL_TOO_LARGE | ERR_MSS_PKI_CRL_REDIRECT, or the same of OCSP
 */
export async function plainFetch(http: PlainHttp, request: PlainRequest): Promise<Uint8Array> {
  const first = plainUrl(request.url);
  if (first === null) throw pkiError('ERR_MSS_PKI_CRL_NO_ADDRESS', 'the address is not one of HTTP');
  let exchange: Exchange = { ...request, http, target: first };
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const answer = await exchangeOnce(exchange);
      if (answer instanceof Uint8Array) return answer;
      exchange = await redirected(exchange, { from: first, to: answer, http });
    }
  } catch (cause) {
    throw failure(cause, exchange.target, request);
  }
  throw pkiError(`ERR_MSS_PKI_${request.what}_REDIRECT`, `more than ${maxRedirects} redirects`, { details: { host: first.hostname } });
}

function failure(cause: unknown, target: URL, { signal, what }: PlainRequest): unknown {
  const details = { host: target.hostname, port: portOf(target) };
  if (signal.aborted) {
    const stopped = abortError(signal, 'fetching');
    return isMssError(stopped, 'ERR_MSS_TLS_TIMEOUT')
      ? pkiError(`ERR_MSS_PKI_${what}_TIMEOUT`, `${target.host} did not answer in time`, { cause: stopped, details })
      : pkiError(`ERR_MSS_PKI_${what}_FETCH`, 'the policy is closed: nothing is fetched any more', { cause: stopped, details });
  }
  if (isMssError(cause) && cause.code.startsWith('ERR_MSS_PKI_')) return cause;
  return pkiError(`ERR_MSS_PKI_${what}_FETCH`, `${target.host} could not be reached, or broke off`, { cause, details });
}
