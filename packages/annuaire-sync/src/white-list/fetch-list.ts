import { Buffer } from 'node:buffer';
import { isMssError, type Limits } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import type { WhiteListCopy } from './copy.js';
import { whiteListError } from './errors.js';

/** A list as it came. */
export interface FetchedList {
  readonly bytes: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface FetchListOptions {
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
  readonly known: WhiteListCopy | null;
  readonly timeoutMs?: number;
  readonly limits?: Partial<Limits>;
  readonly signal: AbortSignal | undefined;
}

const defaultBytes = 16 * 1024 * 1024;

/** Only a copy of the same address is asked about. */
function conditionsOf(url: URL, known: WhiteListCopy | null): Record<string, string> {
  if (known === null || known.source !== `${url.origin}${url.pathname}`) return {};
  if (known.etag !== null) return { 'if-none-match': known.etag };
  return known.lastModified === null ? {} : { 'if-modified-since': known.lastModified };
}

/**
 * @returns `null` when the server says that the known copy is still the list
 * @throws ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD | ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT | ERR_MSS_TLS_*
 */
export async function fetchList(url: URL, options: FetchListOptions): Promise<FetchedList | null> {
  const { policy, known, timeoutMs = 30_000, signal, limits } = options;
  const maxBytes = limits?.xmlBytes ?? defaultBytes;
  const headers = conditionsOf(url, known);
  const response = await policy.fetch(url, {
    headers: { ...headers, accept: 'application/xml, text/xml' },
    timeoutMs,
    idleTimeoutMs: timeoutMs,
    maxResponseBytes: maxBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  const { status } = response;
  if (status === 304 && Object.keys(headers).length > 0) return null;
  if (status !== 200) {
    await response.body?.cancel();
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD', `the server answers ${status}`, { details: { status } });
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      parts.push(chunk);
    }
  } catch (cause) {
    if (isMssError(cause, 'ERR_MSS_TLS_HTTP_TOO_LARGE')) {
      throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT', 'the list is larger than any list', { cause, details: { maxBytes } });
    }
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD', 'the list broke off', { cause });
  }
  const announced = response.headers.get('content-length');
  if (announced !== null && Number(announced) !== size) {
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD', 'the list is shorter than the server announced');
  }
  return { bytes: Buffer.concat(parts, size), etag: response.headers.get('etag'), lastModified: response.headers.get('last-modified') };
}
