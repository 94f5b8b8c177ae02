import { systemClock, type Clock, type Limits, type MssWarning } from '@mss/core';
import { parseMssAddress, toAsciiDomain } from '@mss/formats/mime';
import type { SecureChannelPolicy } from '@mss/pki';
import { readCopy, writeCopy, type WhiteListCopy } from './copy.js';
import { fetchList } from './fetch-list.js';
import { whiteListError } from './errors.js';
import { parseWhiteList, type WhiteListWarningCode } from './parse.js';

export interface WhiteListOptions {
  /** The list is served under IGC Santé. */
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
  /** Where the list is published. */
  readonly url: string | URL;
  /** Where the last good copy is kept. Left out: in memory only. */
  readonly file?: string;
  /** A copy that nobody has confirmed for so long is no longer believed. Default 30 days. */
  readonly maxAgeMs?: number;
  /** Domains that may be gone from one list to the next. Default 10 %. */
  readonly maxRemovedPercent?: number;
  /** A shorter list is none. Default 1. */
  readonly minDomains?: number;
  /** For one fetch. Default 30,000. */
  readonly timeoutMs?: number;
  /** `xmlBytes` (here 16 MiB), `xmlDepth`, `xmlNodes` are used. */
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
}

/** What is known of the list in use. */
export interface WhiteListStatus {
  /** `damaged`: there is a copy on disk that cannot be read; the next refresh replaces it. */
  readonly state: 'fresh' | 'stale' | 'none' | 'damaged';
  readonly domains: number;
  /** When the server last said that this is the list. */
  readonly confirmedAt: Date | null;
  readonly ageMs: number | null;
}

/** What a refresh did. */
export interface WhiteListRefresh {
  /** False: the server has no other list than the one in use. */
  readonly isNew: boolean;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly warnings: readonly MssWarning<WhiteListWarningCode>[];
}

export interface WhiteListRefreshOptions {
  readonly signal?: AbortSignal;
  /** Takes a list from which more domains are gone than the threshold allows. A person has looked at it. */
  readonly dangerouslyAcceptShrunkList?: boolean;
}

/** The domains of the trust space. */
export interface WhiteList {
  /**
   * Whether an address belongs to the trust space: its domain stands in the list, letter case and IDNA form apart. A domain
   * under a listed one does not belong. What is no address does not. For `isInTrustSpace` of `@mss/message`.
   *
   * @throws ERR_MSS_ANNUAIRE_WHITE_LIST_NONE | ERR_MSS_ANNUAIRE_WHITE_LIST_STALE
   */
  readonly isInTrustSpace: (address: string) => boolean;
  /** The same for a domain. */
  readonly hasDomain: (domain: string) => boolean;
  /** Fetches the list; a bad one leaves the last good copy in use. Calls at one time are one call. */
  refresh(options?: WhiteListRefreshOptions): Promise<WhiteListRefresh>;
  status(): WhiteListStatus;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Opens the white list with its last good copy, if there is one. Fetches nothing: call `refresh`, once a day.
 *
 * @throws TypeError for a configuration that cannot be
 */
export async function openWhiteList(options: WhiteListOptions): Promise<WhiteList> {
  const { clock = systemClock, maxAgeMs = 30 * dayMs, maxRemovedPercent = 10, minDomains = 1, file } = options;
  const url = new URL(options.url);
  for (const [name, value] of Object.entries({ maxAgeMs, maxRemovedPercent, minDomains })) {
    if (!Number.isFinite(value) || value < 0) throw new TypeError(`${name} must be a number, not negative`);
  }
  const stored = file === undefined ? { copy: null, isDamaged: false } : await readCopy(file);
  let { isDamaged } = stored;
  let current: { readonly copy: WhiteListCopy; readonly domains: ReadonlySet<string> } | null = null;
  const use = (copy: WhiteListCopy): void => void (current = { copy, domains: new Set(copy.domains) });
  if (stored.copy !== null) use(stored.copy);
  let running: Promise<WhiteListRefresh> | null = null;

  // A copy from the future, of a clock that was wrong, is as doubtful as one from the past.
  const ageOf = ({ confirmedAt }: WhiteListCopy): number => Math.abs(clock.now().getTime() - confirmedAt.getTime());

  function believed(): ReadonlySet<string> {
    if (current === null) throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_NONE', 'there is no white list yet: refresh it first');
    const ageMs = ageOf(current.copy);
    if (ageMs <= maxAgeMs) return current.domains;
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_STALE', 'nobody has confirmed the white list for too long', {
      details: { ageMs, maxAgeMs },
    });
  }

  const hasDomain = (domain: string): boolean => {
    const domains = believed();
    const ascii = toAsciiDomain(domain);
    return ascii !== null && domains.has(ascii);
  };

  async function keep(copy: WhiteListCopy): Promise<void> {
    if (file !== undefined) await writeCopy(file, copy);
    isDamaged = false;
    use(copy);
  }

  async function refreshOnce({ signal, dangerouslyAcceptShrunkList = false }: WhiteListRefreshOptions): Promise<WhiteListRefresh> {
    const before: WhiteListCopy | null = current?.copy ?? null;
    const fetched = await fetchList(url, { ...options, known: before, signal });
    const confirmedAt = clock.now();
    if (fetched === null) {
      if (before !== null) await keep({ ...before, confirmedAt });
      return { isNew: false, added: [], removed: [], warnings: [] };
    }
    const { value: domains, warnings } = parseWhiteList(fetched.bytes, options.limits === undefined ? {} : { limits: options.limits });
    const old = new Set(before?.domains);
    const listed = new Set(domains);
    const removed = [...old].filter((domain) => !listed.has(domain));
    const added = domains.filter((domain) => !old.has(domain));
    const details = { before: old.size, now: domains.length, removed: removed.length };
    const hasShrunk = removed.length * 100 > old.size * maxRemovedPercent || domains.length < minDomains;
    if (hasShrunk && !dangerouslyAcceptShrunkList) {
      throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_SHRUNK', 'more domains are gone from the list than is plausible', { details });
    }
    await keep({ source: `${url.origin}${url.pathname}`, confirmedAt, etag: fetched.etag, lastModified: fetched.lastModified, domains });
    return { isNew: added.length + removed.length > 0, added, removed, warnings };
  }

  return {
    isInTrustSpace: (address) => {
      const parsed = parseMssAddress(address);
      return hasDomain(parsed === null ? '' : parsed.slice(parsed.lastIndexOf('@') + 1));
    },
    hasDomain,
    async refresh(given = {}) {
      running ??= refreshOnce(given).finally(() => (running = null));
      return running;
    },
    status() {
      if (current === null) return { state: isDamaged ? 'damaged' : 'none', domains: 0, confirmedAt: null, ageMs: null };
      const ageMs = ageOf(current.copy);
      const { confirmedAt } = current.copy;
      return { state: ageMs <= maxAgeMs ? 'fresh' : 'stale', domains: current.domains.size, confirmedAt, ageMs };
    },
  };
}
