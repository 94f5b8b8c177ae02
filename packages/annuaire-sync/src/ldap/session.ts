import { Buffer } from 'node:buffer';
import { isMssError, withDeadline } from '@mss/core';
import type { SecureSocket } from '@mss/pki';
import type { Filter } from 'ldapts';
import { readAnswer, type LdapAnswer, type RawAttribute } from './answer.js';
import { ldapError, refusalOf } from './errors.js';
import { FrameReader } from './frames.js';
import type { LdapBind, LdapDirectoryOptions, LdapLimits } from './options.js';
import { loadLdapWriter, type LdapWriter } from './wire.js';

/** One page of a search, as asked. */
export interface PageRequest {
  readonly base: string;
  readonly scope: 'one' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
  readonly pageSize: number;
  readonly cookie: Uint8Array | null;
  /** Told to the server. */
  readonly sizeLimit: number;
  readonly timeLimitMs: number;
}

/** One page of a search, as it came. */
export interface RawPage {
  readonly entries: readonly { readonly dn: string; readonly attributes: readonly RawAttribute[] }[];
  /** Parts of the directory that stand elsewhere. */
  readonly references: number;
  readonly cookie: Uint8Array | null;
  /** The server (or this side, which then has closed the connection) ended the search before its end. */
  readonly cut: 'size-limit' | 'time-limit' | 'admin-limit' | null;
}

/** Search ended by a limit, entries so far are good (RFC 4511 appendix A). */
const cuts: Readonly<Record<number, RawPage['cut']>> = { 3: 'time-limit', 4: 'size-limit', 11: 'admin-limit' };

const closedByServer = (cause?: unknown): Error =>
  ldapError('ERR_MSS_ANNUAIRE_LDAP_CLOSED', 'the server closed the connection', cause === undefined ? {} : { cause });

/** One verified, authenticated connection; one request at a time. Any failure but a refusal closes it. */
export class LdapSession {
  readonly #socket: SecureSocket;
  readonly #frames: FrameReader;
  readonly #limits: LdapLimits;
  readonly #writer: LdapWriter;
  #lastId = 0;
  #isOpen = true;
  /** It was used by an earlier search: the server may have closed it meanwhile. */
  isKept = false;

  constructor(socket: SecureSocket, options: { readonly limits: LdapLimits; readonly writer: LdapWriter }) {
    const { limits, writer } = options;
    this.#socket = socket;
    this.#limits = limits;
    this.#writer = writer;
    this.#frames = new FrameReader(socket, limits.messageBytes);
    socket.on('error', () => {});
    socket.once('close', () => (this.#isOpen = false));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS and the other refusals */
  async bind(bind: LdapBind, signal: AbortSignal): Promise<void> {
    const messageId = this.#nextId();
    const { BindRequest } = this.#writer;
    const request =
      bind.kind === 'external'
        ? new BindRequest({ messageId, mechanism: 'EXTERNAL', password: bind.authorizationId ?? '' })
        : new BindRequest({ messageId, dn: bind.dn, password: await passwordOf(bind) });
    await this.#exchange(request.write(), { signal }, (answer) => {
      if (answer.kind !== 'bind-result') return null;
      if (answer.resultCode !== 0) throw refusalOf(answer.resultCode);
      return answer;
    });
  }

  /** @throws every code of the directory but UNMAPPED and CRITERIA */
  async search(page: PageRequest, options: { readonly signal: AbortSignal; readonly maxEntries: number }): Promise<RawPage> {
    const { pageSize, cookie, timeLimitMs } = page;
    const { PagedResultsControl, SearchRequest } = this.#writer;
    const control = new PagedResultsControl({ value: { size: pageSize, ...(cookie && { cookie: Buffer.from(cookie) }) } });
    const request = new SearchRequest({
      messageId: this.#nextId(),
      baseDN: page.base,
      scope: page.scope,
      filter: page.filter,
      attributes: [...page.attributes],
      sizeLimit: page.sizeLimit,
      timeLimit: Math.ceil(timeLimitMs / 1000),
      controls: [control],
    });
    const entries: RawPage['entries'][number][] = [];
    let references = 0;
    const deadline = withDeadline(timeLimitMs, options.signal);
    try {
      return await this.#exchange(request.write(), { signal: deadline.signal }, (answer): RawPage | null => {
        if (answer.kind === 'entry') {
          if (entries.length < options.maxEntries) entries.push(answer);
          else {
            // A server that heeds neither the page's size nor the limit.
            this.close();
            return { entries, references, cookie: null, cut: 'size-limit' };
          }
        }
        if (answer.kind === 'reference') references += 1;
        if (answer.kind !== 'search-result') return null;
        const cut = cuts[answer.resultCode] ?? null;
        if (answer.resultCode !== 0 && cut === null) throw refusalOf(answer.resultCode);
        return { entries, references, cookie: answer.cookie, cut };
      });
    } catch (error) {
      if (isMssError(error, 'ERR_MSS_ANNUAIRE_LDAP_TIMEOUT') && entries.length > 0) {
        return { entries, references, cookie: null, cut: 'time-limit' };
      }
      throw error;
    } finally {
      deadline.release();
    }
  }

  /** Takes leave, and does not wait for an answer: there is none (RFC 4511 §4.3). */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.end(new this.#writer.UnbindRequest({ messageId: this.#nextId() }).write());
    this.#socket.destroy();
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Sends a request and hands its answers to `take` until that has enough. */
  async #exchange<Result>(
    request: Uint8Array,
    { signal }: { readonly signal: AbortSignal },
    take: (answer: LdapAnswer) => Result | null,
  ): Promise<Result> {
    const id = this.#lastId;
    const onAbort = (): void => void this.#socket.destroy();
    if (signal.aborted) throw abortionOf(signal);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#socket.write(request);
      for (let bytes = 0; ;) {
        const frame = await this.#frames.next();
        if (frame === null) throw closedByServer();
        bytes += frame.length;
        if (bytes > this.#limits.answerBytes) {
          const details = { limit: 'answerBytes', max: this.#limits.answerBytes };
          throw ldapError('ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE', 'the answer is larger than the limit answerBytes', { details });
        }
        const answer = readAnswer(frame);
        // Notice of disconnection (RFC 4511 §4.4.1).
        if (answer.id === 0) throw closedByServer();
        if (answer.id !== id) continue;
        const result = take(answer);
        if (result !== null) return result;
      }
    } catch (error) {
      if (isMssError(error) && 'resultCode' in error.details) throw error;
      this.close();
      if (signal.aborted) throw abortionOf(signal);
      throw isMssError(error) ? error : closedByServer(error);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function abortionOf(signal: AbortSignal): Error {
  const cause: unknown = signal.reason;
  return cause instanceof DOMException && cause.name === 'TimeoutError'
    ? ldapError('ERR_MSS_ANNUAIRE_LDAP_TIMEOUT', 'the server did not answer in time', { cause })
    : ldapError('ERR_MSS_ANNUAIRE_LDAP_ABORTED', 'the search was aborted', { cause });
}

async function passwordOf({ password }: Extract<LdapBind, { kind: 'simple' }>): Promise<string> {
  const given = typeof password === 'function' ? await password() : password;
  // A name with an empty password counts as anonymous (RFC 4513 §5.1.2): the caller would believe to be somebody.
  if (given === '') throw ldapError('ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'an empty password authenticates nobody');
  return given;
}

async function startTls(
  policy: LdapDirectoryOptions['policy'],
  target: Parameters<LdapDirectoryOptions['policy']['connect']>[0],
): Promise<SecureSocket> {
  // Whoever has a policy has loaded it; who searches the extraction alone is spared its 20 MB.
  const { startTlsDialogues } = await import('@mss/pki');
  return policy.connectStartTls({ ...target, startTls: startTlsDialogues.ldap() });
}

/**
 * Connects by the policy, which has judged the server before the first byte of LDAP, and authenticates.
 *
 * @throws ERR_MSS_TLS_* from the connection, ERR_MSS_ANNUAIRE_LDAP_* from the authentication
 */
export async function openSession(
  options: LdapDirectoryOptions & { readonly checkedLimits: LdapLimits },
  signal: AbortSignal | undefined,
): Promise<LdapSession> {
  const { policy, host, port, security, servername, clientIdentity, bind, connectTimeoutMs = 30_000 } = options;
  const writer = await loadLdapWriter();
  const deadline = withDeadline(connectTimeoutMs, signal);
  try {
    const target = {
      host,
      port,
      timeoutMs: connectTimeoutMs,
      signal: deadline.signal,
      ...(servername === undefined ? {} : { servername }),
      ...(clientIdentity === undefined ? {} : { clientIdentity }),
    };
    const socket = security === 'implicit' ? await policy.connect(target) : await startTls(policy, target);
    const session = new LdapSession(socket, { limits: options.checkedLimits, writer });
    try {
      if (bind !== undefined) await session.bind(bind, deadline.signal);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  } finally {
    deadline.release();
  }
}
