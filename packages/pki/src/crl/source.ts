import { isMssError, withDeadline, type Clock, type Logger } from '@mss/core';
import { plainFetch, type PlainHttp } from '../net/http-get.js';
import type { Certificate } from '../x509/certificate.js';
import { readCrl, type Crl } from './crl.js';
import { indexEntries, type CrlEntries } from './entries.js';
import type { CrlStore } from './store.js';
import { clockSkewMs, verifyCrl } from './verify.js';

/** A CRL that was verified, and its entries. */
export interface LoadedCrl {
  readonly crl: Crl;
  readonly entries: CrlEntries;
  /** Where it was published. */
  readonly url: string;
}

export interface CrlSourceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: CrlStore;
  readonly http: PlainHttp;
  readonly maxBytes: number;
  /** For one fetch. */
  readonly timeoutMs: number;
  /** A CRL older than this is fetched again in the background, and so is one past half of its validity. */
  readonly refreshAfterMs: number;
}

/** After a background refresh failed, the next one waits at least this long. */
const refreshPauseMs = 60_000;

/** Most CRLs in memory; the one that was loaded longest ago goes. */
const maxLoaded = 64;

/** Addresses whose last refresh is remembered. */
const maxRemembered = 1000;

/**
 * Reads, verifies and indexes a CRL. 200,000 entries take some 15 ms; the event loop stands still for that long.
 *
 * @throws the codes of `readCrl`, `verifyCrl` and `indexEntries`
 */
export function loadCrl(bytes: Uint8Array, issuer: Certificate, options: { readonly now: Date; readonly url: string }): LoadedCrl {
  const crl = readCrl(bytes);
  verifyCrl(crl, issuer, options.now);
  return { crl, entries: indexEntries(crl.der, crl.entries), url: options.url };
}

function isFresh({ crl }: LoadedCrl, now: Date): boolean {
  return crl.nextUpdate !== null && crl.nextUpdate > now && crl.thisUpdate.getTime() <= now.getTime() + clockSkewMs;
}

/**
 * The CRLs of a policy: in memory, in the store, on the network, in this order. One fetch serves every caller that waits for the
 * same address; a CRL that still holds is used while its successor is fetched in the background.
 */
export class CrlSource {
  readonly #options: CrlSourceOptions;
  readonly #loaded = new Map<string, LoadedCrl>();
  readonly #inFlight = new Map<string, Promise<LoadedCrl>>();
  readonly #refreshedAt = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: CrlSourceOptions) {
    this.#options = options;
  }

  /** The CRL of an address, when it is in memory and holds now. Starts a refresh in the background when it is due. */
  peek(url: string, issuer: Certificate): LoadedCrl | null {
    const key = keyOf(url, issuer);
    const found = this.#loaded.get(key);
    const now = this.#options.clock.now();
    if (found === undefined || !isFresh(found, now)) return null;
    this.#refreshWhenDue(key, found, { url, issuer, now });
    return found;
  }

  /**
   * The CRL of an address, from wherever it can be had.
   *
   * @throws the reason why it cannot: ERR_MSS_PKI_CRL_*
   */
  async obtain(url: string, issuer: Certificate): Promise<LoadedCrl> {
    const known = this.peek(url, issuer);
    if (known !== null) return known;
    return this.#once(keyOf(url, issuer), () => this.#storedOrFetched(url, issuer));
  }

  /** Stops what runs in the background. */
  close(): void {
    this.#closing.abort();
    this.#loaded.clear();
  }

  #once(key: string, work: () => Promise<LoadedCrl>): Promise<LoadedCrl> {
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }

  async #storedOrFetched(url: string, issuer: Certificate): Promise<LoadedCrl> {
    const stored = await this.#fromStore(url, issuer);
    if (stored === null) return this.#fetch(url, issuer);
    this.#keep(keyOf(url, issuer), stored);
    this.#refreshWhenDue(keyOf(url, issuer), stored, { url, issuer, now: this.#options.clock.now() });
    return stored;
  }

  /** A stored CRL that cannot be read, or no longer holds, is as good as none. */
  async #fromStore(url: string, issuer: Certificate): Promise<LoadedCrl | null> {
    try {
      const bytes = await this.#options.store.read(keyOf(url, issuer));
      return bytes === null ? null : loadCrl(bytes, issuer, { now: this.#options.clock.now(), url });
    } catch (error) {
      this.#options.logger.warn({ url, code: isMssError(error) ? error.code : 'unknown' }, 'the stored CRL is not used');
      return null;
    }
  }

  async #fetch(url: string, issuer: Certificate): Promise<LoadedCrl> {
    const { http, maxBytes, timeoutMs, clock, store, logger } = this.#options;
    const deadline = withDeadline(timeoutMs, this.#closing.signal);
    try {
      const bytes = await plainFetch(http, { what: 'CRL', url, signal: deadline.signal, maxBytes });
      const fetched = loadCrl(bytes, issuer, { now: clock.now(), url });
      const key = keyOf(url, issuer);
      const current = this.#loaded.get(key);
      // An older CRL than the one in use is a replay, or a mirror that lags: it takes nothing back.
      if (current !== undefined && isFresh(current, clock.now()) && fetched.crl.thisUpdate < current.crl.thisUpdate) return current;
      this.#keep(key, fetched);
      logger.info({ url, entries: fetched.entries.count, nextUpdate: fetched.crl.nextUpdate }, 'CRL fetched');
      await store.write(key, fetched.crl.der).catch((error: unknown) => {
        logger.error({ url, code: isMssError(error) ? error.code : 'unknown' }, 'the CRL could not be stored');
      });
      return fetched;
    } finally {
      deadline.release();
    }
  }

  #keep(key: string, loaded: LoadedCrl): void {
    if (this.#closing.signal.aborted) return;
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > maxLoaded && oldest !== undefined) this.#loaded.delete(oldest);
  }

  #refreshWhenDue(key: string, { crl }: LoadedCrl, at: { readonly url: string; readonly issuer: Certificate; readonly now: Date }): void {
    const { refreshAfterMs, logger } = this.#options;
    const now = at.now.getTime();
    const age = now - crl.thisUpdate.getTime();
    const validity = (crl.nextUpdate?.getTime() ?? 0) - crl.thisUpdate.getTime();
    const tried = this.#refreshedAt.get(key) ?? Number.NEGATIVE_INFINITY;
    if (age < Math.min(validity / 2, refreshAfterMs) || Math.abs(now - tried) < refreshPauseMs || this.#closing.signal.aborted) return;
    this.#refreshedAt.set(key, now);
    if (this.#refreshedAt.size > maxRemembered) this.#refreshedAt.clear();
    this.#once(key, () => this.#fetch(at.url, at.issuer)).catch((error: unknown) => {
      logger.warn(
        { url: at.url, code: isMssError(error) ? error.code : 'unknown', nextUpdate: crl.nextUpdate },
        'CRL refresh failed; the last one still holds',
      );
    });
  }
}

/** An address serves an authority's key: two authorities may, in a test or an attack, claim one address. */
function keyOf(url: string, issuer: Certificate): string {
  return `${url}\n${issuer.keyId}`;
}
