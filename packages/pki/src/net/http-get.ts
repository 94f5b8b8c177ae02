import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { isMssError } from '@mss/core';
import { pkiError } from '../errors.js';
import { isPrivateAddress } from './address.js';
import { abortError, resolveName, type Dial, type Resolver } from './dial.js';
import type { HttpProxy } from './proxy.js';

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
  /** A checked address, when the target came from a redirect. */
  readonly address: string | null;
}

/** The address of a CRL or responder: `http:` or `https:`, no credentials in it. `null` for LDAP and anything else. */
export function plainUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  return url.username === '' && url.password === '' && url.hostname !== '' ? url : null;
}

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));
const bareHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

async function open({ http, target, address, signal }: Exchange): Promise<Duplex> {
  const host = address ?? bareHost(target);
  const { proxy } = http;
  if (target.protocol === 'http:') {
    return http.dial(proxy === null ? { host, port: portOf(target), signal } : { host: proxy.host, port: proxy.port, signal });
  }
  const socket = await http.tunnel({ host, port: portOf(target), signal });
  const name = bareHost(target);
  return tlsConnect({ socket, ca: [...http.authorities], minVersion: 'TLSv1.2', ...(isIP(name) === 0 ? { servername: name } : {}) });
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
      send(exchange, socket).on('response', resolve).on('error', reject);
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

/** A redirect may lead to another public host, never from a public host into a private network. */
async function checkRedirect({ http, what, signal }: Exchange, from: URL, to: URL): Promise<string> {
  const addressesOf = async (url: URL): Promise<readonly string[]> =>
    isIP(bareHost(url)) === 0 ? resolveName(http.resolver, bareHost(url), signal) : [bareHost(url)];
  const addresses = await addressesOf(to);
  if (addresses.some(isPrivateAddress) && !(await addressesOf(from)).every(isPrivateAddress)) {
    throw pkiError(`ERR_MSS_PKI_${what}_REDIRECT`, 'a redirect leads to a private address', { details: { host: to.hostname } });
  }
  if (addresses[0] === undefined) throw pkiError('ERR_MSS_TLS_UNREACHABLE', `${to.hostname} has no address`);
  return addresses[0];
}

/**
 * Fetches bytes over plain HTTP (1.1, no keep-alive), with at most three redirects.
 *
 * @throws ERR_MSS_PKI_CRL_FETCH | ERR_MSS_PKI_CRL_TIMEOUT | ERR_MSS_PKI_CRL_TOO_LARGE | ERR_MSS_PKI_CRL_REDIRECT, or the same of OCSP
 */
export async function plainFetch(http: PlainHttp, request: PlainRequest): Promise<Uint8Array> {
  const first = plainUrl(request.url);
  if (first === null) throw pkiError('ERR_MSS_PKI_CRL_NO_ADDRESS', 'the address is not one of HTTP');
  let target = first;
  let address: string | null = null;
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const exchange: Exchange = { ...request, http, target, address };
      const answer = await exchangeOnce(exchange);
      if (answer instanceof Uint8Array) return answer;
      address = http.proxy === null ? await checkRedirect(exchange, first, answer) : null;
      target = answer;
    }
  } catch (cause) {
    throw failure(cause, target, request);
  }
  throw pkiError(`ERR_MSS_PKI_${request.what}_REDIRECT`, `more than ${maxRedirects} redirects`, { details: { host: first.hostname } });
}

function failure(cause: unknown, target: URL, { signal, what }: PlainRequest): unknown {
  const details = { host: target.hostname, port: portOf(target) };
  if (signal.aborted)
    return pkiError(`ERR_MSS_PKI_${what}_TIMEOUT`, `${target.host} did not answer in time`, {
      cause: abortError(signal, 'fetching'),
      details,
    });
  if (isMssError(cause) && cause.code.startsWith('ERR_MSS_PKI_')) return cause;
  return pkiError(`ERR_MSS_PKI_${what}_FETCH`, `${target.host} could not be reached, or broke off`, { cause, details });
}
