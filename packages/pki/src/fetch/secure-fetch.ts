import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { isMssError, withDeadline } from '@mss/core';
import { pkiError } from '../errors.js';
import { abortError, type Dial, type Resolver } from '../net/dial.js';
import { bareHost, redirectDial } from '../net/redirect.js';
import type { Connector } from '../tls/connector.js';
import type { SecureFetchInit } from '../types.js';
import { boundedBody } from './bounded-body.js';

const maxRedirects = 5;
const defaultMaxResponseBytes = 256 * 1024 * 1024;
const defaultTimeoutMs = 30_000;

export interface SecureFetchTools {
  readonly connector: Connector;
  readonly dial: Dial;
  readonly resolver: Resolver;
  /** The proxy resolves names, so addresses of redirects cannot be checked here: it decides where it connects. */
  readonly behindProxy: boolean;
}

/** One request of a chain of redirects. */
interface Step {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: SecureFetchInit['body'];
  /** To the addresses that were checked, after a redirect. */
  readonly dial: Dial;
  readonly offerIdentity: boolean;
}

function secureUrl(text: string | URL, base?: URL): URL {
  const url = new URL(text, base);
  if (url.protocol !== 'https:') {
    throw pkiError('ERR_MSS_TLS_CLEAR_TEXT', `${url.protocol}// is not fetched: every transaction runs over TLS`, {
      details: { host: url.hostname },
    });
  }
  if (url.username !== '' || url.password !== '') throw new TypeError('credentials in an address are not sent');
  return url;
}

function headersOf(init: SecureFetchInit): Headers {
  const given = init.headers ?? {};
  const headers = new Headers(Symbol.iterator in given ? [...given].map(([name, value]): [string, string] => [name, value]) : given);
  if (init.body instanceof URLSearchParams && !headers.has('content-type')) {
    headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  }
  if (!headers.has('accept')) headers.set('accept', '*/*');
  headers.set('accept-encoding', 'identity');
  headers.set('connection', 'close');
  headers.delete('host');
  return headers;
}

function sendBody(outgoing: ClientRequest, body: SecureFetchInit['body']): void {
  if (body === null || body === undefined) outgoing.end();
  else if (typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
  else if (body instanceof URLSearchParams) outgoing.end(body.toString());
  // Whichever ends first takes the other with it; the error is the request's.
  else pipeline(Readable.from(body, { objectMode: false }), outgoing, () => {});
}

/** Sends one request on a verified socket of its own and waits for the response's headers. */
async function exchange(step: Step, init: SecureFetchInit, tools: SecureFetchTools, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = step;
  const port = url.port === '' ? 443 : Number(url.port);
  const socket = await tools.connector.connect(
    {
      host: bareHost(url),
      port,
      signal,
      timeoutMs: init.timeoutMs ?? defaultTimeoutMs,
      ...(step.offerIdentity
        ? init.clientIdentity === undefined
          ? {}
          : { clientIdentity: init.clientIdentity }
        : { clientIdentity: null }),
    },
    { dial: step.dial },
  );
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(abortError(signal, `waiting for ${url.host}`)), { once: true });
      const outgoing = request({
        createConnection: () => socket,
        method,
        host: bareHost(url),
        port,
        path: url.pathname + url.search,
        headers: { ...Object.fromEntries(headers), host: url.host },
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (cause) => reject(isMssError(cause) ? cause : noHttp(url, cause)));
      // An answer that switches protocols (101) ends the request with neither.
      outgoing.on('close', () => reject(noHttp(url, new Error('the connection was closed without an answer'))));
      sendBody(outgoing, body);
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const noHttp = (url: URL, cause: unknown): Error =>
  pkiError('ERR_MSS_TLS_HTTP', `${url.host} did not answer as HTTP asks`, { cause, details: { host: url.hostname } });

/** Headers that another origin may see. Every other one may be a credential: keys of services stand in headers of any name. */
const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'connection',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

async function redirected(step: Step, status: number, location: string, tools: SecureFetchTools, signal: AbortSignal): Promise<Step> {
  if (!URL.canParse(location, step.url.href)) throw pkiError('ERR_MSS_TLS_REDIRECT', 'a redirect leads nowhere');
  const target = new URL(location, step.url);
  if (target.protocol !== 'https:' || target.username !== '' || target.password !== '') {
    throw pkiError('ERR_MSS_TLS_REDIRECT', 'a redirect leads to clear text, or carries credentials', {
      details: { host: target.hostname },
    });
  }
  const sameOrigin = target.origin === step.url.origin;
  const headers = new Headers([...step.headers].filter(([name]) => sameOrigin || harmless.has(name)));
  const asGet = status === 303 || ((status === 301 || status === 302) && step.method === 'POST');
  if (asGet) for (const name of ['content-type', 'content-length']) headers.delete(name);
  const body = asGet ? null : (step.body ?? null);
  if (body !== null && typeof body === 'object' && Symbol.asyncIterator in body) {
    throw pkiError('ERR_MSS_TLS_REDIRECT', 'a streamed body cannot be sent a second time');
  }
  if (body !== null && !sameOrigin) {
    throw pkiError('ERR_MSS_TLS_REDIRECT', 'what was to be sent is not sent to another origin', { details: { host: target.hostname } });
  }
  const dial =
    sameOrigin || tools.behindProxy
      ? step.dial
      : await redirectDial(tools.dial, { from: step.url, to: target, resolver: tools.resolver, signal });
  if (dial === null)
    throw pkiError('ERR_MSS_TLS_REDIRECT', 'a redirect leads to a private address', { details: { host: target.hostname } });
  const method = asGet ? (step.method === 'HEAD' ? 'HEAD' : 'GET') : step.method;
  return { url: target, method, headers, body, dial, offerIdentity: step.offerIdentity && sameOrigin };
}

/**
 * HTTPS (HTTP/1.1, one request a connection) over verified sockets, with the shape of the Web's `fetch`.
 *
 * @throws ERR_MSS_TLS_CLEAR_TEXT | ERR_MSS_TLS_REDIRECT | ERR_MSS_TLS_HTTP and everything that `connect` throws.
 * The response's body ends with ERR_MSS_TLS_HTTP_TOO_LARGE, ERR_MSS_TLS_HTTP or ERR_MSS_TLS_TIMEOUT when it must.
 */
export async function secureFetch(address: string | URL, given: SecureFetchInit | undefined, tools: SecureFetchTools): Promise<Response> {
  const init = given ?? {};
  const { redirect = 'follow', timeoutMs = defaultTimeoutMs } = init;
  let step: Step = {
    url: secureUrl(address),
    method: (init.method ?? 'GET').toUpperCase(),
    headers: headersOf(init),
    body: init.body ?? null,
    dial: tools.dial,
    offerIdentity: true,
  };
  const deadline = withDeadline(timeoutMs, init.signal ?? undefined);
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const incoming = await exchange(step, init, tools, deadline.signal);
      const status = incoming.statusCode ?? 0;
      const { location } = incoming.headers;
      if (redirect === 'manual' || ![301, 302, 303, 307, 308].includes(status) || location === undefined) {
        return respond(incoming, step, init);
      }
      incoming.destroy();
      if (redirect === 'error')
        throw pkiError('ERR_MSS_TLS_REDIRECT', 'the server redirects, which was not allowed', { details: { status } });
      step = await redirected(step, status, location, tools, deadline.signal);
    }
  } finally {
    deadline.release();
  }
  throw pkiError('ERR_MSS_TLS_REDIRECT', `more than ${maxRedirects} redirects`, { details: { host: step.url.hostname } });
}

/** @throws ERR_MSS_TLS_HTTP when the status line or a header is none that `Response` takes */
function respond(incoming: IncomingMessage, step: Step, init: SecureFetchInit): Response {
  try {
    return responseOf(incoming, step, init);
  } catch (cause) {
    incoming.destroy();
    throw noHttp(step.url, cause);
  }
}

function responseOf(incoming: IncomingMessage, { url, method }: Step, init: SecureFetchInit): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  const { statusCode: status = 0, statusMessage: statusText = '' } = incoming;
  const empty = method === 'HEAD' || [204, 205, 304].includes(status);
  const body = empty
    ? null
    : boundedBody(incoming, {
        maxBytes: init.maxResponseBytes ?? defaultMaxResponseBytes,
        idleTimeoutMs: init.idleTimeoutMs ?? defaultTimeoutMs,
        signal: init.signal ?? null,
      });
  if (empty) incoming.destroy();
  const response = new Response(body, { status, statusText, headers });
  return Object.defineProperty(response, 'url', { value: url.href });
}
