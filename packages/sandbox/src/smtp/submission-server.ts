import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import { Account } from '../account.js';
import type { Operator } from '../delivery/operator.js';
import type { ServerContext } from '../network/server-context.js';
import { clientFingerprint, ConnectionLog } from '../network/connection-log.js';
import { secure } from '../network/secure.js';
import { secureContextOptions, type ServerIdentity } from '../network/server-identity.js';
import { SubmissionConnection } from './connection.js';
import { RefusedCommand } from './enhanced-reply.js';
import { envelopeOf } from './envelope.js';

export interface SubmissionServerOptions {
  readonly context: ServerContext;
  readonly identity: ServerIdentity;
  readonly endpoint: string;
  readonly implicitTls: boolean;
}

type Callback = (error?: Error | null) => void;

/**
 * Message submission (RFC 6409) with TLS from the first byte (RFC 8314) or by STARTTLS (RFC 3207), on smtp-server.
 *
 * Authentication: PLAIN, LOGIN, XOAUTH2, and EXTERNAL for who has a client certificate. Extensions: SIZE, DSN,
 * 8BITMIME, PIPELINING, ENHANCEDSTATUSCODES. AUTH is not offered before TLS.
 */
export class SubmissionServer {
  readonly listener: Server;
  readonly #options: SubmissionServerOptions;
  readonly #smtp: SMTPServer;
  readonly #secureContext: SecureContext;
  readonly #sockets = new Set<Socket>();

  constructor(options: SubmissionServerOptions) {
    this.#options = options;
    const { context, identity, implicitTls } = options;
    const tls = secureContextOptions(identity);
    this.#secureContext = createSecureContext(tls);
    this.#smtp = new SMTPServer({
      ...tls,
      secure: implicitTls,
      secured: implicitTls,
      requestCert: true,
      rejectUnauthorized: false,
      name: context.hostname,
      banner: 'bac a sable MSSante',
      size: context.limits.messageBytes,
      rejectOversized: true,
      hideDSN: false,
      hideENHANCEDSTATUSCODES: false,
      hideSMTPUTF8: true,
      authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2', 'EXTERNAL'],
      disabledCommands: ['WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD', 'VRFY'],
      disableReverseLookup: true,
      maxClients: context.limits.connections,
      maxRecipients: 1000,
      closeTimeout: 1,
      logger: false,
      onConnect: (session, callback) => this.#onConnect(session, callback),
      onSecure: (socket, session, callback) => this.#onSecure(socket, session, callback),
      onAuth: (auth, session, callback) => this.#onAuth(auth, session, callback),
      onMailFrom: (address, session, callback) => callback(this.#senderRefusal(address, session)),
      onRcptTo: (address, _session, callback) => callback(this.#recipientRefusal(address)),
      onData: (stream, session, callback) => void this.#answerData(stream, session, callback),
    });
    // Broken connections are the clients' affair; the event log has them.
    this.#smtp.on('error', () => {});
    this.listener = createServer((socket) => void this.#accept(socket));
    this.listener.maxConnections = context.limits.connections;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #accept(raw: Socket): Promise<void> {
    const { context, endpoint, implicitTls } = this.#options;
    this.#sockets.add(raw);
    raw.on('error', () => {});
    const log = new ConnectionLog(context.events, { clock: context.clock, server: 'smtp', endpoint });
    const onClosed = (): void => {
      this.#sockets.delete(raw);
      log.close();
    };
    // smtp-server takes all listeners off a socket that goes over to TLS, hence the same once more below.
    raw.once('close', onClosed);
    const socket = implicitTls ? await secure(raw, this.#secureContext, log) : raw;
    if (socket === null) return;
    if (socket instanceof TLSSocket) log.count(socket);
    const connection = new SubmissionConnection(this.#smtp, socket, {
      log,
      faults: context.faults,
      external: (from, id) => this.#external(from, id),
      onClosed,
    });
    this.#smtp.connections.add(connection);
    connection.on('error', (error: Error & { code?: string }) => {
      if (!connection.secure) log.add('handshake-failed', { reason: error.code ?? 'closed' });
      connection.cut();
    });
    connection.init();
  }

  #find(session: SMTPServerSession): SubmissionConnection | undefined {
    for (const connection of this.#smtp.connections) {
      if (connection.id === session.id && connection instanceof SubmissionConnection) return connection;
    }
    return undefined;
  }

  #onConnect(session: SMTPServerSession, callback: Callback): void {
    // RFC 4954 §4: AUTH is neither offered nor taken before TLS.
    if (!session.secure) session.disabledCommands = [...this.#smtp.options.disabledCommands, 'AUTH'];
    callback();
  }

  #onSecure(socket: Socket, session: SMTPServerSession, callback: Callback): void {
    delete session.disabledCommands;
    const log = this.#find(session)?.log;
    // With implicit TLS this was done when the socket was accepted.
    if (!this.#options.implicitTls && socket instanceof TLSSocket && log !== undefined) {
      log.secured(socket);
      log.count(socket);
    }
    callback();
  }

  #onAuth(
    auth: SMTPServerAuthentication,
    session: SMTPServerSession,
    callback: (error: Error | null, response?: { user?: Account; message?: string; data?: object }) => void,
  ): void {
    const { context } = this.#options;
    const account = context.accounts.find(auth.username ?? '');
    const accepted =
      auth.method === 'XOAUTH2'
        ? account !== undefined && context.acceptsToken(account, auth.accessToken ?? '')
        : account?.acceptsPassword(auth.password ?? '');
    this.#logAuthentication(session, auth.method, accepted === true);
    if (account !== undefined && accepted === true) callback(null, { user: account });
    else if (auth.method === 'XOAUTH2') callback(null, { data: { status: '401', schemes: 'bearer' } });
    else callback(null, { message: '5.7.8 Authentication failed' });
  }

  #external(connection: SubmissionConnection, authorizationId: string): Account | null {
    const { socket } = connection;
    const account =
      socket instanceof TLSSocket ? this.#options.context.accountOfCertificate(clientFingerprint(socket), authorizationId) : null;
    this.#logAuthentication(connection.session, 'EXTERNAL', account !== null);
    return account;
  }

  #logAuthentication(session: SMTPServerSession, mechanism: string, accepted: boolean): void {
    this.#find(session)?.log.add(accepted ? 'authenticated' : 'authentication-failed', { mechanism });
  }

  #senderRefusal(address: SMTPServerAddress, session: SMTPServerSession): Error | null {
    if (!session.secure) return new RefusedCommand(530, '5.7.0 Must issue a STARTTLS command first');
    const user: unknown = session.user;
    // The null sender is for receipts (RFC 8098 §3, RFC 3464 §2).
    if (address.address === '' || (user instanceof Account && user.address.toLowerCase() === address.address.toLowerCase())) return null;
    return new RefusedCommand(553, '5.7.1 The sender is not the mailbox that logged in');
  }

  #recipientRefusal(address: SMTPServerAddress): Error | null {
    const refusal = this.#operator.refusalOfRecipient(address.address);
    return refusal === null ? null : new RefusedCommand(refusal.code, refusal.text);
  }

  get #operator(): Operator {
    return this.#options.context.operator;
  }

  /** The message; what is being received counts against the storage. */
  async #receive(stream: SMTPServerDataStream): Promise<Uint8Array | 'no-room' | 'broken'> {
    const { budget } = this.#options.context;
    const chunks: Uint8Array[] = [];
    let reserved = 0;
    let keep = true;
    try {
      for await (const chunk of stream) {
        if (!(chunk instanceof Uint8Array)) continue;
        keep &&= !stream.sizeExceeded && budget.reserve(chunk.length);
        if (!keep) {
          chunks.length = 0;
          continue;
        }
        reserved += chunk.length;
        chunks.push(chunk);
      }
      return keep ? Buffer.concat(chunks) : 'no-room';
    } catch {
      return 'broken';
    } finally {
      budget.release(reserved);
    }
  }

  async #answerData(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    callback: (error: Error | null, text?: string) => void,
  ): Promise<void> {
    const { error, text } = await this.#onData(stream, session);
    callback(error, text);
  }

  async #onData(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<{ error: Error | null; text?: string }> {
    const content = await this.#receive(stream);
    if (content === 'broken') return { error: new RefusedCommand(451, '4.4.2 The connection broke') };
    // smtp-server answers 552 5.3.4 by itself (rejectOversized).
    if (stream.sizeExceeded) return { error: new RefusedCommand(552, '5.3.4 Message too big') };
    const connection = this.#find(session);
    const fault = connection?.contentFault() ?? 'none';
    // Cut or stalled: smtp-server waits for an answer that does not come.
    if (fault === 'stopped') return new Promise(() => {});
    if (typeof fault === 'object') return { error: new RefusedCommand(fault.code, fault.text) };
    if (content === 'no-room') return { error: new RefusedCommand(452, '4.3.1 The sandbox is full') };
    connection?.log.add('message', { bytes: content.length, recipients: session.envelope.rcptTo.length });
    const outcome = this.#operator.submit(envelopeOf(session), content);
    return outcome.accepted
      ? { error: null, text: `2.0.0 Queued as ${outcome.queueId}` }
      : { error: new RefusedCommand(outcome.code, outcome.text) };
  }
}
