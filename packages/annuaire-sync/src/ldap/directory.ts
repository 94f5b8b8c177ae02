import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, systemClock, type MssWarning } from '@mss/core';
import { filterOf, type LdapCriteria } from './criteria.js';
import { readEntry, type LdapEntry, type LdapWarningCode } from './entry.js';
import { ldapError } from './errors.js';
import { baseName, checkAttributeMap } from './fields.js';
import { isFilterText } from './filter-text.js';
import type { LdapDirectoryOptions, LdapLimits } from './options.js';
import { SessionPool } from './pool.js';
import { openSession, type LdapSession, type RawPage } from './session.js';
import { loadLdapWriter } from './wire.js';

/**
 * Why an answer is not the whole of what matches.
 *
 * | reason | meaning |
 * |---|---|
 * | `size-limit` | more entries match than `sizeLimit`, or than the server gives |
 * | `time-limit` | the time for a page was over, the server's or ours |
 * | `admin-limit` | the server's own bound of work |
 * | `reference` | parts stand on other servers, which are not asked |
 */
export type LdapPartialReason = 'size-limit' | 'time-limit' | 'admin-limit' | 'reference';

/** Entries that came together. */
export interface LdapPage {
  readonly entries: readonly LdapEntry[];
  /** `null`: nothing is missing so far. */
  readonly partial: LdapPartialReason | null;
  /** When the server said so. */
  readonly at: Date;
  readonly warnings: readonly MssWarning<LdapWarningCode>[];
}

export interface LdapSearchOptions {
  /** Instead of the directory's, never above it. */
  readonly sizeLimit?: number;
  readonly signal?: AbortSignal;
}

/** An LDAP directory of mailboxes. */
export interface LdapDirectory extends AsyncDisposable {
  /** Everything that matches, up to the size limit. */
  find(criteria: LdapCriteria, options?: LdapSearchOptions): Promise<LdapPage>;
  /** The same page by page; a loop that is left asks for no more. */
  pages(criteria: LdapCriteria, options?: LdapSearchOptions): AsyncGenerator<LdapPage, void, undefined>;
  /** Ends every connection and every search. */
  close(): Promise<void>;
}

function checkNatural(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > 0x7f_ff_ff_ff) throw new TypeError(`${name} must be a positive integer`);
  return value;
}

function checkLimits(given: Partial<LdapLimits> = {}): LdapLimits {
  const limits = { messageBytes: 1024 * 1024, answerBytes: 64 * 1024 * 1024, ...given };
  checkNatural('limits.messageBytes', limits.messageBytes);
  checkNatural('limits.answerBytes', limits.answerBytes);
  return limits;
}

/** Pages of one search without a new entry; those that repeat others after a reconnection apart. */
const maxPagesInVain = 20;

/** A failure of the connection, not of the request: once more may help. */
const isPassing = (error: unknown): boolean =>
  isMssError(error) &&
  !error.permanent &&
  !['ERR_MSS_ANNUAIRE_LDAP_ABORTED', 'ERR_MSS_ANNUAIRE_LDAP_TIMEOUT', 'ERR_MSS_TLS_ABORTED'].includes(error.code);

/**
 * Makes the client of an LDAP directory of mailboxes. Opens nothing before the first search.
 *
 * Connections come from the policy, verified before the first byte of LDAP. Every search has a connection to itself, is paged
 * (RFC 2696; a server that does not know paging answers at once), and is bounded in entries, bytes and time. Referrals are not
 * followed. A connection that breaks is made once more after a delay: the search begins again and skips what it has given out.
 *
 * @throws TypeError for a configuration that cannot be
 * Its searches throw {@link LdapErrorCode} and `ERR_MSS_TLS_*`.
 * @see Référentiel #2 v0.1 §3.4.1; RFC 4511, 4513, 4515, 2696
 */
export function createLdapDirectory(options: LdapDirectoryOptions): LdapDirectory {
  const { clock = systemClock, base, scope = 'sub', wait = defaultWait } = options;
  const map = checkAttributeMap(options.attributes);
  if (options.filter !== undefined && !isFilterText(options.filter)) throw new TypeError('filter is no LDAP filter');
  const pageSize = checkNatural('pageSize', options.pageSize ?? 100);
  const sizeLimit = checkNatural('sizeLimit', options.sizeLimit ?? 1000);
  const timeLimitMs = checkNatural('timeLimitMs', options.timeLimitMs ?? 15_000);
  const checkedLimits = checkLimits(options.limits);
  const attributes = [...new Map([...map.values()].flat().map((name) => [baseName(name), name])).values()];
  const pool = new SessionPool({
    open: async (signal) => openSession({ ...options, checkedLimits }, signal),
    maxConnections: checkNatural('maxConnections', options.maxConnections ?? 4),
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
  });

  async function* pages(criteria: LdapCriteria, given: LdapSearchOptions = {}): AsyncGenerator<LdapPage, void, undefined> {
    const { signal } = given;
    if (signal?.aborted === true) throw ldapError('ERR_MSS_ANNUAIRE_LDAP_ABORTED', 'the search was aborted', { cause: signal.reason });
    const most = Math.min(checkNatural('sizeLimit', given.sizeLimit ?? sizeLimit), sizeLimit);
    const filter = filterOf(criteria, { map, configured: options.filter, writer: await loadLdapWriter() });
    const request = { base, scope, filter, attributes, timeLimitMs };
    const seen = new Set<string>();
    let session: LdapSession | null = null;
    let cookie: Uint8Array | null = null;
    let reconnections = 0;
    let pagesGiven = 0;
    let pagesToRepeat = 0;
    let pagesInVain = 0;
    try {
      for (;;) {
        let page: RawPage;
        try {
          session ??= await pool.acquire(signal);
          // One more than wanted tells whether there is more. Pages after a reconnection repeat what was given out.
          const size = Math.min(pageSize, most + 1);
          page = await session.search(
            { ...request, cookie, pageSize: size, sizeLimit: most + 1 },
            { signal: signal ?? new AbortController().signal, maxEntries: most + 1 },
          );
        } catch (error) {
          if (!isPassing(error) || reconnections > 0) throw error;
          reconnections += 1;
          // A kept connection that the server has closed meanwhile is no sign of trouble.
          const wasKept = session !== null && cookie === null && session.isKept;
          if (session !== null) pool.release(session);
          session = null;
          cookie = null;
          pagesToRepeat = pagesGiven;
          if (!wasKept) await wait(options.reconnectDelayMs ?? 500, signal).catch(() => {});
          continue;
        }
        const fresh = page.entries.filter(({ dn }) => !seen.has(dn));
        pagesGiven += 1;
        if (fresh.length === 0) pagesInVain += 1;
        if (pagesInVain > maxPagesInVain + pagesToRepeat) {
          session.close();
          throw ldapError('ERR_MSS_ANNUAIRE_LDAP_PROTOCOL', 'the server gives pages without end and nothing new on them');
        }
        const taken = fresh.slice(0, most - seen.size);
        for (const { dn } of taken) seen.add(dn);
        const isCut = taken.length < fresh.length;
        const read = taken.map((raw) => readEntry(raw, map));
        const partial = isCut ? 'size-limit' : (page.cut ?? (page.references > 0 ? 'reference' : null));
        yield { entries: read.map(({ entry }) => entry), partial, at: clock.now(), warnings: read.flatMap(({ warnings }) => warnings) };
        if (page.cookie === null || isCut || page.cut !== null) return;
        ({ cookie } = page);
      }
    } finally {
      if (session !== null) pool.release(session);
    }
  }

  const close = async (): Promise<void> => pool.close();
  return {
    pages,
    async find(criteria, given) {
      const found: LdapPage[] = [];
      for await (const page of pages(criteria, given)) found.push(page);
      return {
        entries: found.flatMap(({ entries }) => entries),
        // A limit says more than a reference on an earlier page.
        partial: found.map(({ partial }) => partial).findLast((one) => one !== null) ?? null,
        at: found.at(-1)?.at ?? clock.now(),
        warnings: found.flatMap(({ warnings }) => warnings),
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const defaultWait = async (ms: number, signal: AbortSignal | undefined): Promise<unknown> =>
  delay(ms, undefined, signal === undefined ? {} : { signal });
