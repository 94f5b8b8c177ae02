import { isMssError, resolveLimits, withDeadline, type Limits } from '@mss/core';
import { startTlsDialogues, type ClientIdentity, type ConnectionDecision, type SecureChannelPolicy, type SecureTarget } from '@mss/pki';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { append, type AppendRequest } from './append.js';
import { ImapClient } from './client.js';
import { copy, move, type CopyRequest } from './copy-move.js';
import { imapError, mapImapError } from './errors.js';
import { fetchNew, type FetchedMessage, type FetchRequest } from './fetch-new.js';
import { list } from './list.js';
import type { Mailbox } from './mailbox.js';
import { quota } from './quota.js';
import { readMessage, type ReadRequest } from './read-message.js';
import { ImapSession } from './session.js';
import { status } from './status.js';
import { store, type FlagChange } from './store.js';
import { resolveImapTimeouts, type ImapTimeouts } from './timeouts.js';
import { waitForNew, type WaitRequest } from './wait-for-new.js';

/** Where, over which channel and as whom to read. */
export interface MailboxOptions {
  /** From `@mss/pki`. */
  readonly policy: Pick<SecureChannelPolicy, 'warm' | 'tlsOptions'>;
  readonly host: string;
  /** 993 for implicit TLS and 143 for STARTTLS are usual. */
  readonly port: number;
  readonly security: 'implicit' | 'starttls';
  /** Name the certificate must cover; default `host`. */
  readonly servername?: string;
  /** Domain of the mailbox, which may narrow the trust (ECO.1.1.8). */
  readonly mailboxDomain?: string;
  readonly auth: MailboxAuthentication;
  /** The certificate to offer instead of the policy's; `null` offers none. */
  readonly clientIdentity?: ClientIdentity | null;
  readonly timeouts?: Partial<ImapTimeouts>;
  /** `messageBytes` bounds what one message may take in memory. */
  readonly limits?: Partial<Limits>;
}

/** A balancer may show another chain on each connection: each is settled, so many times. */
const maxChains = 3;
/** A line without literal: an untagged SEARCH with 100,000 UIDs has 800 kB. */
const maxLineBytes = 8 * 1024 * 1024;

/**
 * Settles the server's verdict, connects, logs in.
 *
 * The verdict is settled on a connection of its own, without client certificate; imapflow's connection then passes the
 * gate with that verdict. A token that the server refuses is asked for once more, renewed.
 *
 * @throws MssError of `@mss/pki`, unchanged, when the channel is refused: no credential and no client certificate has left
 * @throws MssError `ERR_MSS_IMAP_CONNECT`, `ERR_MSS_IMAP_DEADLINE`, `ERR_MSS_IMAP_ABORTED`, `ERR_MSS_IMAP_PROTOCOL`,
 * `ERR_MSS_IMAP_AUTH_MECHANISM`, `ERR_MSS_IMAP_AUTH_FAILED`, `ERR_MSS_IMAP_AUTH_UNAVAILABLE`, `ERR_MSS_IMAP_AUTH_TOKEN_REFUSED`
 * @see RFC 9051; RFC 8314 §3.2; référentiel #2 v1.0.1 ECO.1.0.2, ECO.1.2.1
 */
export async function openMailbox(options: MailboxOptions, call: { readonly signal?: AbortSignal } = {}): Promise<Mailbox> {
  const timeouts = resolveImapTimeouts(options.timeouts);
  const limits = resolveLimits(options.limits);
  try {
    return await open(options, { timeouts, limits, signal: call.signal, renewToken: false });
  } catch (error) {
    if (options.auth.type !== 'token' || !isMssError(error, 'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED')) throw error;
    return open(options, { timeouts, limits, signal: call.signal, renewToken: true });
  }
}

interface OpenContext {
  readonly timeouts: ImapTimeouts;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly renewToken: boolean;
}

async function open(options: MailboxOptions, context: OpenContext): Promise<Mailbox> {
  const target: SecureTarget = {
    host: options.host,
    port: options.port,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.mailboxDomain === undefined ? {} : { mailboxDomain: options.mailboxDomain }),
  };
  const deadline = withDeadline(context.timeouts.connectMs, context.signal);
  try {
    for (let chain = 1; ; chain += 1) {
      const decision = await options.policy.warm({
        ...target,
        timeoutMs: context.timeouts.connectMs,
        signal: deadline.signal,
        ...(options.security === 'starttls' ? { startTls: startTlsDialogues.imap() } : {}),
      });
      try {
        const client = await connect(options, { ...context, target, signal: deadline.signal });
        return mailboxOf(new ImapSession(client, context.timeouts), decision, context.limits);
      } catch (error) {
        if (chain === maxChains || !isMssError(error, 'ERR_MSS_TLS_VERDICT_PENDING')) throw error;
      }
    }
  } finally {
    deadline.release();
  }
}

async function connect(
  options: MailboxOptions,
  context: OpenContext & { readonly target: SecureTarget; readonly signal: AbortSignal },
): Promise<ImapClient> {
  const { timeouts, limits, target, renewToken, signal } = context;
  const client = new ImapClient(
    {
      host: options.host,
      port: options.port,
      secure: options.security === 'implicit',
      // `true`, never `undefined`: undefined would take clear text when STARTTLS is not offered.
      ...(options.security === 'starttls' ? { doSTARTTLS: true } : {}),
      tls: options.policy.tlsOptions({
        ...target,
        ...(options.clientIdentity === undefined ? {} : { clientIdentity: options.clientIdentity }),
      }),
      // imapflow wants it here; the login is ImapClient's.
      auth: { user: '' },
      logger: false,
      disableAutoIdle: true,
      disableCompression: true,
      maxIdleTime: timeouts.idleMs,
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.connectMs,
      socketTimeout: Math.max(timeouts.commandMs, 60_000),
      maxLineLength: maxLineBytes,
      maxLiteralSize: limits.messageBytes + 64 * 1024,
      maxResponseSize: limits.messageBytes + maxLineBytes,
    },
    { authentication: options.auth, renewToken, signal },
  );
  let first: unknown;
  const remember = (error: unknown): void => void (first ??= error);
  client.on('error', remember);
  const stop = (): void => client.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    // imapflow leaves the socket open after a failed login.
    client.close();
    if (signal.aborted) throw stoppedError(signal);
    throw mapImapError(error, { connecting: true, first });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function stoppedError(signal: AbortSignal): Error {
  const timedOut = (signal.reason as { readonly name?: unknown } | undefined)?.name === 'TimeoutError';
  if (timedOut) return imapError('ERR_MSS_IMAP_DEADLINE', 'no session within the deadline');
  return imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: signal.reason });
}

function mailboxOf(session: ImapSession, decision: ConnectionDecision, limits: Limits): Mailbox {
  const close = (): Promise<void> => session.close();
  return {
    decision,
    get capabilities(): readonly string[] {
      return [...session.client.capabilities.keys()];
    },
    get isOpen(): boolean {
      return session.isOpen;
    },
    list: (given = {}) => list(session, given.signal),
    status: (folder, given = {}) => status(session, folder, given.signal),
    fetchNew: (request: FetchRequest = {}): AsyncIterable<FetchedMessage> =>
      fetchNew(session, { ...request, maxMessageBytes: Math.min(request.maxMessageBytes ?? limits.messageBytes, limits.messageBytes) }),
    readMessage: (request: ReadRequest): AsyncIterable<Uint8Array> => readMessage(session, request),
    waitForNew: (request: WaitRequest) => waitForNew(session, request),
    setFlags: (change: FlagChange) => store(session, change),
    copy: (request: CopyRequest) => copy(session, request),
    move: (request: CopyRequest) => move(session, request),
    append: (request: AppendRequest) => append(session, request),
    quota: (given = {}) => quota(session, given.folder ?? 'INBOX', given.signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}
