import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { concatBytes, isMssError } from '@mss/core';
import { checkedAddresses, isInside, type Discovery } from './context.js';
import { maxDocumentBytes } from './document.js';
import { autoconfigError } from './errors.js';

const maxRedirects = 3;

/** A verified socket to the host, on an address that was checked: the name is not looked up a second time. `null` without address. */
async function open(discovery: Discovery, host: string): Promise<Duplex | null> {
  const { options, signal, domain } = discovery;
  const addresses = options.behindProxy === true ? [host] : await checkedAddresses(discovery, host, false);
  const policy = options.webPolicy ?? options.policy;
  const narrowed = options.webPolicy === undefined ? { mailboxDomain: domain } : {};
  let last: unknown = null;
  for (const address of addresses) {
    try {
      return await policy.connect({ host: address, port: 443, servername: host, clientIdentity: null, signal, ...narrowed });
    } catch (error) {
      if (!isMssError(error, 'ERR_MSS_TLS_UNREACHABLE')) throw error;
      last = error;
    }
  }
  if (last !== null) throw last;
  return null;
}

async function exchange(socket: Duplex, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      host: url.hostname,
      path: url.pathname + url.search,
      // Not the address of the mailbox: the document is the same for everybody, and it is nobody else's business.
      headers: { host: url.host, accept: 'application/xml, text/xml', 'accept-encoding': 'identity', connection: 'close' },
      maxHeaderSize: 16 * 1024,
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (cause) => reject(brokenOff(url, cause)));
    // An answer that switches protocols (101) ends the request with neither, and the signal no longer reaches it.
    outgoing.on('close', () => reject(brokenOff(url, new Error('the connection was closed without an answer'))));
    outgoing.end();
  });
}

const brokenOff = (url: URL, cause: unknown): Error =>
  autoconfigError('ERR_MSS_AUTOCONFIG_HTTP', `${url.hostname} did not answer as HTTP asks`, { details: { host: url.hostname }, cause });

async function bodyOf(response: IncomingMessage, url: URL): Promise<Uint8Array> {
  const { 'content-encoding': encoding = 'identity' } = response.headers;
  if (encoding !== 'identity') throw brokenOff(url, new Error('the body is encoded though that was not asked for'));
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxDocumentBytes) {
        throw autoconfigError('ERR_MSS_AUTOCONFIG_DOCUMENT', `the autoconfig document is larger than ${maxDocumentBytes} bytes`, {
          details: { host: url.hostname, maxDocumentBytes },
        });
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    throw isMssError(cause) ? cause : brokenOff(url, cause);
  }
  return concatBytes(chunks);
}

function redirectOf(from: URL, location: string | undefined, domain: string): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : null;
  const allowed = to !== null && to.protocol === 'https:' && to.port === '' && to.username === '' && to.password === '';
  if (allowed && isInside(to.hostname, domain)) return to;
  throw autoconfigError('ERR_MSS_AUTOCONFIG_REDIRECT', 'the autoconfig document redirects to clear text or to another domain', {
    details: { host: from.hostname, to: to?.hostname ?? null },
  });
}

/**
 * Fetches a small document from the mailbox's own domain: HTTPS on port 443, on an address that was checked, at most three
 * redirects, none of which leaves the domain.
 *
 * @returns `null` when there is none (404, 410, a name without address).
 * @throws ERR_MSS_AUTOCONFIG_HTTP | ERR_MSS_AUTOCONFIG_REDIRECT | ERR_MSS_AUTOCONFIG_DOCUMENT | ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS |
 * ERR_MSS_AUTOCONFIG_DNS, and everything that `policy.connect` throws
 */
export async function getFromDomain(discovery: Discovery, address: string): Promise<Uint8Array | null> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const socket = await open(discovery, url.hostname);
    if (socket === null) return null;
    try {
      const response = await exchange(socket, url, discovery.signal);
      const status = response.statusCode ?? 0;
      if (status === 200) return await bodyOf(response, url);
      if (status === 404 || status === 410) return null;
      if (![301, 302, 303, 307, 308].includes(status)) {
        const details = { host: url.hostname, status };
        throw autoconfigError('ERR_MSS_AUTOCONFIG_HTTP', `${url.hostname} answered with status ${status}`, { details });
      }
      url = redirectOf(url, response.headers.location, discovery.domain);
    } finally {
      socket.destroy();
    }
  }
  throw autoconfigError('ERR_MSS_AUTOCONFIG_REDIRECT', `more than ${maxRedirects} redirects`, { details: { host: url.hostname } });
}
