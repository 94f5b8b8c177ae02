import { isMssError, resolveLimits, withDeadline, type Limits, type ProfileId } from '@mss/core';
import { startTlsDialogues, type ClientIdentity, type ConnectionDecision, type SecureChannelPolicy, type SecureSocket } from '@mss/pki';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { append, type AppendRequest } from './append.js';
import { ImapClient } from './client.js';
import { copy, move, type CopyRequest } from './copy-move.js';
import { imapError, mapImapError } from './errors.js';
import { fetchFlags, type FlagsRequest } from './fetch-flags.js';
import { fetchNew, type FetchedMessage, type FetchRequest } from './fetch-new.js';
import { expunge, type ExpungeRequest } from './expunge.js';
import { chooseFolder, createFolder, namespacesOf, type MailNamespaces } from './folders.js';
import { checkMailboxKind, type MailboxKind } from './kind.js';
import { list } from './list.js';
import { saveToSent, type SentRequest } from './sent.js';
import type { Mailbox } from './mailbox.js';
import { openFolder } from './open-folder.js';
import { quota } from './quota.js';
import { readMessage, type ReadRequest } from './read-message.js';
import { ImapSession } from './session.js';
import { status } from './status.js';
import { store, type FlagChange } from './store.js';
import { resolveImapTimeouts, type ImapTimeouts } from './timeouts.js';
import { synchronise, type SyncEvent, type SyncRequest } from './synchronise.js';
import { waitForChange, waitForNew, type ChangeRequest, type WaitRequest } from './wait.js';

/** Where, over which channel and as whom to read. */
export interface MailboxOptions {
  /** From `@mss/pki`. */
  readonly policy: Pick<SecureChannelPolicy, 'connect' | 'connectStartTls'>;
  readonly host: string;
  /** 993 for implicit TLS and 143 for STARTTLS are usual. */
  readonly port: number;
  readonly security: 'implicit' | 'starttls';
  /** Name the certificate must cover; default `host`. */
  readonly servername?: string;
  /** Domain of the mailbox, which may narrow the trust (ECO.1.1.8). */
  readonly mailboxDomain?: string;
  readonly auth: MailboxAuthentication;
  /** With it the rules of {@link checkMailboxKind} are kept. */
  readonly kind?: MailboxKind;
  /** Whose rules; default `ref2-0.1`. */
  readonly profile?: ProfileId;
  /** What the operator's contract allows beyond the rules of the kind. */
  readonly operatorAllows?: readonly MailboxAuthentication['type'][];
  /** The certificate to offer instead of the policy's; `null` offers none. */
  readonly clientIdentity?: ClientIdentity | null;
  readonly timeouts?: Partial<ImapTimeouts>;
  /** `messageBytes` bounds what one message may take in memory. */
  readonly limits?: Partial<Limits>;
}

/** A line without literal: an untagged SEARCH with 100,000 UIDs has 800 kB. */
const maxLineBytes = 8 * 1024 * 1024;

/**
 * Connects through the gate of `@mss/pki`, proxy included, and logs in.
 *
 * A token that the server refuses is asked for once more, renewed.
 *
 * @throws MssError of `@mss/pki`, unchanged, when the channel is refused: no credential and no client certificate has left
 * @throws MssError `ERR_MSS_MAILBOX_AUTHENTICATION` by the rules of `kind`: nothing was opened
 * @throws MssError `ERR_MSS_IMAP_CONNECT`, `ERR_MSS_IMAP_DEADLINE`, `ERR_MSS_IMAP_ABORTED`, `ERR_MSS_IMAP_PROTOCOL`,
 * `ERR_MSS_IMAP_AUTH_MECHANISM`, `ERR_MSS_IMAP_AUTH_FAILED`, `ERR_MSS_IMAP_AUTH_UNAVAILABLE`,
 * `ERR_MSS_IMAP_AUTH_TOKEN_REFUSED`, `ERR_MSS_IMAP_TOO_MANY_CONNECTIONS`
 * @see RFC 9051; RFC 8314 §3.2; référentiel #2 v1.0.1 ECO.1.0.2, ECO.1.2.1
 */
export async function openMailbox(options: MailboxOptions, call: { readonly signal?: AbortSignal } = {}): Promise<Mailbox> {
  const timeouts = resolveImapTimeouts(options.timeouts);
  const limits = resolveLimits(options.limits);
  const { kind, profile, operatorAllows, auth } = options;
  if (kind !== undefined) {
    const use = { kind, auth, ...(profile === undefined ? {} : { profile }), ...(operatorAllows === undefined ? {} : { operatorAllows }) };
    const [refusal] = checkMailboxKind(use);
    if (refusal !== undefined) throw refusal;
  }
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
  const deadline = withDeadline(context.timeouts.connectMs, context.signal);
  const { signal } = deadline;
  try {
    const socket = await connect(options, { timeoutMs: context.timeouts.connectMs, signal });
    const client = await begin(options, { ...context, signal, socket });
    return mailboxOf(new ImapSession(client, context.timeouts), socket.decision, context.limits);
  } finally {
    deadline.release();
  }
}

/** The verified stream, with the client certificate if there is one; through the policy's proxy if there is one. */
async function connect(options: MailboxOptions, how: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<SecureSocket> {
  const target = {
    host: options.host,
    port: options.port,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.mailboxDomain === undefined ? {} : { mailboxDomain: options.mailboxDomain }),
    ...(options.clientIdentity === undefined ? {} : { clientIdentity: options.clientIdentity }),
    ...how,
  };
  if (options.security === 'implicit') return options.policy.connect(target);
  return options.policy.connectStartTls({ ...target, startTls: startTlsDialogues.imap() });
}

async function begin(
  options: MailboxOptions,
  context: OpenContext & { readonly signal: AbortSignal; readonly socket: SecureSocket },
): Promise<ImapClient> {
  const { timeouts, limits, renewToken, signal, socket } = context;
  const client = new ImapClient(
    {
      host: options.host,
      port: options.port,
      logger: false,
      disableAutoIdle: true,
      disableCompression: true,
      qresync: true,
      maxIdleTime: timeouts.idleMs,
      // An IDLE that says nothing is no failure; its renewal that is not answered is one.
      socketTimeout: timeouts.idleMs + timeouts.commandMs,
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
    signal.throwIfAborted();
    await client.begin(socket, { greeted: options.security === 'starttls' });
    return client;
  } catch (error) {
    // imapflow leaves the socket open after a failed login.
    client.close();
    socket.destroy();
    if (signal.aborted) throw stoppedError(signal);
    throw mapImapError(error, { connecting: true, first, bye: client.bye });
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
  const bounded = (bytes: number | undefined): number => Math.min(bytes ?? limits.messageBytes, limits.messageBytes);
  return {
    decision,
    get capabilities(): readonly string[] {
      return [...session.client.capabilities.keys()];
    },
    get isOpen(): boolean {
      return session.isOpen;
    },
    list: (given = {}) => list(session, given.signal),
    folderFor: async (use, query = {}) => chooseFolder(await list(session, query.signal), use, query.configured ?? null),
    createFolder: (folder, given = {}) => createFolder(session, folder, given.signal),
    get namespaces(): MailNamespaces {
      return namespacesOf(session);
    },
    status: (folder, given = {}) => status(session, folder, given.signal),
    fetchNew: (request: FetchRequest = {}): AsyncIterable<FetchedMessage> =>
      fetchNew(session, { ...request, maxMessageBytes: bounded(request.maxMessageBytes) }),
    readMessage: (request: ReadRequest): AsyncIterable<Uint8Array> => readMessage(session, request),
    synchronise: (request: SyncRequest = {}): AsyncIterable<SyncEvent> =>
      synchronise(session, { ...request, maxMessageBytes: bounded(request.maxMessageBytes) }),
    waitForChange: (request: ChangeRequest = {}) => waitForChange(session, request),
    waitForNew: (request: WaitRequest) => waitForNew(session, request),
    openFolder: (folder, given = {}) => openFolder(session, folder, given.signal),
    fetchFlags: (request: FlagsRequest) => fetchFlags(session, request),
    setFlags: (change: FlagChange) => store(session, change),
    copy: (request: CopyRequest) => copy(session, request),
    move: (request: CopyRequest) => move(session, request),
    expunge: (request: ExpungeRequest) => expunge(session, request),
    saveToSent: (request: SentRequest) => saveToSent(session, request),
    append: (request: AppendRequest) => append(session, request),
    quota: (given = {}) => quota(session, given.folder ?? 'INBOX', given.signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}
