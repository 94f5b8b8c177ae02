import { isMssError, MssError } from '@mss/core';
import { startTlsDialogues, type ClientIdentity, type ConnectionDecision, type SecureChannelPolicy, type SecureSocket } from '@mss/pki';
import type { SmtpErrorCode } from '../errors.js';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { authenticate } from './auth.js';
import { awaitGreeting, sayEhlo, type SmtpCapabilities } from './ehlo.js';
import type { SmtpMessage } from './envelope.js';
import type { SubmissionResult } from './outcome.js';
import { isPositive } from './reply.js';
import { resolveSmtpTimeouts, type SmtpTimeouts } from './timeouts.js';
import { runTransaction, type OnStage } from './transaction.js';
import { SmtpWire } from './wire.js';

/** Where, over which channel and as whom to submit. */
export interface SmtpSessionOptions {
  /** From `@mss/pki`: the only thing here that opens connections. */
  readonly policy: Pick<SecureChannelPolicy, 'connect' | 'connectStartTls'>;
  readonly host: string;
  /** 465 for implicit TLS and 587 for STARTTLS are usual (RFC 8314, RFC 6409). */
  readonly port: number;
  readonly security: 'implicit' | 'starttls';
  /** Name the certificate must cover; default `host`. */
  readonly servername?: string;
  /** Domain of the mailbox, which may narrow the trust (ECO.1.1.8). */
  readonly mailboxDomain?: string;
  /** `null`: none, for a server that trusts the client certificate or the network. */
  readonly auth: MailboxAuthentication | null;
  /** The certificate to offer instead of the policy's; `null` offers none. */
  readonly clientIdentity?: ClientIdentity | null;
  /** What EHLO says: a host name or an address literal. Default `[127.0.0.1]`: the machine's name is nobody's business. */
  readonly clientName?: string;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** What is given for one call. */
export interface SmtpCallOptions {
  readonly signal?: AbortSignal;
  readonly onStage?: OnStage;
}

/** An authenticated submission session on a verified channel. One submission at a time; further ones wait their turn. */
export interface SmtpSession extends AsyncDisposable {
  readonly capabilities: SmtpCapabilities;
  /** What was checked about the channel, and with which evidence. */
  readonly decision: ConnectionDecision;
  /** Whether another submission can be tried. */
  readonly isOpen: boolean;
  /**
   * Submits one message.
   *
   * Whatever server and network do ends in the result: `accepted`, `refused` or `uncertain` for each recipient.
   * Aborting before the final dot means refused; after it, uncertain.
   *
   * @throws MssError `ERR_MSS_SMTP_ADDRESS`, `ERR_MSS_SMTP_ENVELOPE`, `ERR_MSS_SMTP_BARE_NEWLINE`,
   * `ERR_MSS_SMTP_CLOSED`: nothing was sent
   */
  submit(message: SmtpMessage, options?: SmtpCallOptions): Promise<SubmissionResult>;
  /** Whether the server still answers (RSET). `false` closes the session. */
  probe(options?: { readonly signal?: AbortSignal }): Promise<boolean>;
  /** Waits for the submission under way, says QUIT, waits for the answer at most two seconds, closes. */
  close(): Promise<void>;
}

const farewellMs = 2_000;

/**
 * Connects, verifies, says EHLO, authenticates.
 *
 * A token that the server refuses is asked for once more, renewed, and tried on a new connection.
 *
 * @throws MssError of `@mss/pki`, unchanged, when the channel is refused: no credential has left
 * @throws MssError `ERR_MSS_SMTP_NOT_SERVING`, `ERR_MSS_SMTP_PROTOCOL`, `ERR_MSS_SMTP_LINK_LOST`, `ERR_MSS_SMTP_DEADLINE`,
 * `ERR_MSS_SMTP_ABORTED`, `ERR_MSS_SMTP_AUTH_MECHANISM`, `ERR_MSS_SMTP_AUTH_FAILED`, `ERR_MSS_SMTP_AUTH_UNAVAILABLE`,
 * `ERR_MSS_SMTP_AUTH_TOKEN_REFUSED`, each with `details.stage`
 * @see RFC 6409; RFC 8314 §3.3; référentiel #2 v1.0.1 ECO.1.0.1, ECO.1.2.1
 */
export async function openSmtpSession(options: SmtpSessionOptions, call: Pick<SmtpCallOptions, 'signal'> = {}): Promise<SmtpSession> {
  const clientName = options.clientName ?? '[127.0.0.1]';
  if (!/^(?:[A-Za-z0-9.-]{1,255}|\[[A-Za-z0-9:.]{2,60}\])$/.test(clientName))
    throw new TypeError('clientName must be a host name or an address literal');
  const timeouts = resolveSmtpTimeouts(options.timeouts);
  try {
    return await open(options, { clientName, timeouts, signal: call.signal, renewToken: false });
  } catch (error) {
    if (options.auth?.type !== 'token' || !isMssError(error, 'ERR_MSS_SMTP_AUTH_TOKEN_REFUSED')) throw error;
    return open(options, { clientName, timeouts, signal: call.signal, renewToken: true });
  }
}

interface OpenContext {
  readonly clientName: string;
  readonly timeouts: SmtpTimeouts;
  readonly signal: AbortSignal | undefined;
  readonly renewToken: boolean;
}

async function open(options: SmtpSessionOptions, context: OpenContext): Promise<SmtpSession> {
  const socket = await openChannel(options, context);
  const wire = new SmtpWire(socket);
  const patience = { timeoutMs: context.timeouts.commandMs, signal: context.signal };
  try {
    if (options.security === 'implicit') await awaitGreeting(wire, { ...patience, timeoutMs: context.timeouts.greetingMs });
    const capabilities = await sayEhlo(wire, context.clientName, patience);
    if (options.auth === null) return new Session(wire, socket.decision, capabilities, context.timeouts);
    const { host, port } = options;
    await authenticate(wire, options.auth, { offered: capabilities.authMechanisms, host, port, renewToken: context.renewToken, patience });
    return new Session(wire, socket.decision, capabilities, context.timeouts);
  } catch (error) {
    // The host's token or password function may have thrown too: the connection does not stay open behind its back.
    wire.fail(
      isMssError<SmtpErrorCode>(error) ? error : new MssError<SmtpErrorCode>('ERR_MSS_SMTP_HOST', 'opening was given up', { cause: error }),
    );
    throw error;
  }
}

async function openChannel(options: SmtpSessionOptions, context: OpenContext): Promise<SecureSocket> {
  const target = {
    host: options.host,
    port: options.port,
    timeoutMs: context.timeouts.connectMs,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.mailboxDomain === undefined ? {} : { mailboxDomain: options.mailboxDomain }),
    ...(options.clientIdentity === undefined ? {} : { clientIdentity: options.clientIdentity }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  };
  if (options.security === 'implicit') return options.policy.connect(target);
  return options.policy.connectStartTls({ ...target, startTls: startTlsDialogues.smtp({ clientName: context.clientName }) });
}

class Session implements SmtpSession {
  readonly capabilities: SmtpCapabilities;
  readonly decision: ConnectionDecision;
  readonly #wire: SmtpWire;
  readonly #timeouts: SmtpTimeouts;
  #turn: Promise<unknown> = Promise.resolve();
  #unfinished = false;
  #closing: Promise<void> | null = null;

  constructor(wire: SmtpWire, decision: ConnectionDecision, capabilities: SmtpCapabilities, timeouts: SmtpTimeouts) {
    this.#wire = wire;
    this.decision = decision;
    this.capabilities = capabilities;
    this.#timeouts = timeouts;
  }

  get isOpen(): boolean {
    return this.#closing === null && this.#wire.failure === null;
  }

  submit(message: SmtpMessage, options: SmtpCallOptions = {}): Promise<SubmissionResult> {
    return this.#inTurn(async () => {
      this.#ensureOpen();
      const result = await runTransaction(this.#wire, message, {
        capabilities: this.capabilities,
        timeouts: this.#timeouts,
        resetFirst: this.#unfinished,
        signal: options.signal,
        onStage: options.onStage,
      });
      this.#unfinished = result.stage !== 'accepted' && result.stage !== 'data-ended';
      return result;
    });
  }

  probe(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.isOpen) return false;
      this.#wire.stage = 'mail';
      try {
        const reply = await this.#wire.command('RSET', { timeoutMs: this.#timeouts.commandMs, signal: options.signal });
        if (isPositive(reply)) {
          this.#unfinished = false;
          return true;
        }
      } catch {
        return false;
      }
      this.#wire.end();
      return false;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#inTurn(async () => {
      if (this.#wire.failure !== null) return;
      await this.#wire.command('QUIT', { timeoutMs: farewellMs }).catch(() => {});
      this.#wire.end();
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #ensureOpen(): void {
    if (this.#closing !== null) throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_CLOSED', 'the session is closed');
    if (this.#wire.failure !== null) {
      throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_CLOSED', 'the session has ended', { permanent: false, cause: this.#wire.failure });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
