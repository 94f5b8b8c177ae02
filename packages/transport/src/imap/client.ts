import { TLSSocket } from 'node:tls';
import { MssError } from '@mss/core';
import type { SecureSocket } from '@mss/pki';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import type { ImapErrorCode } from '../errors.js';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { chooseSasl } from '../sasl/choose.js';
import type { SaslClient } from '../sasl/mechanism.js';
import { Diversion, type DivertedCommand } from './diversion.js';
import { byeError, imapError, responseCodeOf, tooManyConnections, unavailable } from './errors.js';
import { completionOf, textOf } from './exec.js';
import type { ImapUntagged, Inside } from './inside.js';
import { uidSetSize } from './uid-set.js';

/** What happened to the selected folder. */
export type ImapNotice = 'exists' | 'expunge' | 'flags';

/** How to log in. */
export interface ImapLogin {
  readonly authentication: MailboxAuthentication;
  readonly renewToken: boolean;
  readonly signal?: AbortSignal | undefined;
}

const maxTurns = 6;

/** Bytes that may come while nothing is asked: notices during an IDLE, at most some 60,000 of them. */
const unaskedBytes = 4 * 1024 * 1024;

/**
 * imapflow on a verified stream of ours, with our SASL exchanges.
 *
 * QUIRK: imapflow 2.1.2 opens its own socket, on which it sends the client certificate before the gate has seen the
 * server's, and past the policy's proxy. So `connect` is replaced by {@link begin}, which does what `connect` does
 * once its socket stands.
 *
 * QUIRK: imapflow 2.1.2 knows no EXTERNAL, always sends OAuth tokens with the command, and hides the error report of
 * a refused token. So `authenticate`, which it calls on itself once the channel stands, is replaced. ID is not sent:
 * on STARTTLS it would go in clear, and nobody needs to know the software. Evidence: imapflow 2.1.2,
 * `startSession`, `commands/authenticate`.
 */
export class ImapClient extends ImapFlow {
  readonly #login: ImapLogin;

  #received = 0;
  #allowed = unaskedBytes;
  #bye: MssError | null = null;
  #diversion: Diversion | null = null;
  #diversions = 0;
  /** imapflow has the beginning of a line whose end has not come. */
  #midLine = false;

  constructor(options: Omit<ImapFlowOptions, 'auth' | 'secure'>, login: ImapLogin) {
    // `secure`: whatever the way, the stream is under TLS. imapflow wants `auth` here; the login is ours.
    super({ ...options, secure: true, auth: { user: '' } });
    this.#login = login;
    const inside = this as unknown as Inside;
    const run = inside.run.bind(this);
    inside.run = (command, ...given) => (command === 'ID' ? Promise.resolve({}) : run(command, ...given));
  }

  /** What the server said when it ended the session, or `null`. */
  get bye(): MssError | null {
    return this.#bye;
  }

  /**
   * Begins the session: greeting, capabilities, login, extensions.
   *
   * @param options.greeted - the greeting came in clear, before STARTTLS: none follows
   */
  async begin(socket: SecureSocket, options: { readonly greeted: boolean }): Promise<void> {
    const inside = this as unknown as Inside;
    const { untaggedHandlers: untagged } = inside;
    untagged['OK'] = async (line) => inside.initialOK(line);
    untagged['BYE'] = async (line) => this.#onBye(line);
    untagged['PREAUTH'] = async () => inside.initialPREAUTH();
    untagged['CAPABILITY'] = async (line) => inside.untaggedCapability(line);
    inside.sectionHandlers['CAPABILITY'] = async (section) => inside.sectionCapability(section);
    untagged['EXISTS'] = async (line) => this.#notice('exists', inside.untaggedExists(line));
    untagged['EXPUNGE'] = async (line) => this.#notice('expunge', inside.untaggedExpunge(line));
    untagged['FETCH'] = async (line) => this.#notice('flags', inside.untaggedFetch(line));
    // Not imapflow's, which tells of each UID of `1:4294967295`, also during SELECT, and forgets to count.
    inside.untaggedVanished = async () => {};
    untagged['VANISHED'] = async (line) => this.#notice('expunge', Promise.resolve(this.#vanished(line)));
    inside.socket = socket;
    inside.writeSocket = socket;
    await new Promise<void>((resolve, reject) => {
      inside.initialResolve = resolve;
      inside.initialReject = reject;
      inside.configureSocket(socket);
      inside.setSocketHandlers();
      inside.setEventHandlers();
      socket.on('data', (chunk: Uint8Array) => this.#onData(chunk));
      socket.on('end', () => inside.streamer.end());
      inside.streamer.on('drain', () => socket.resume());
      if (options.greeted) inside.initialOK({ command: 'OK' }).catch(reject);
    });
  }

  /** From now on the server may say so many bytes, then it is cut off; without a number, what notices need. */
  allow(bytes: number = unaskedBytes): void {
    this.#allowed = this.#received + bytes;
  }

  /** The server tells of a change nobody asked about: {@link ImapNotice}. imapflow's own events leave some out. */
  async #notice(kind: ImapNotice, done: Promise<void>): Promise<void> {
    await done;
    this.emit('notice', kind);
  }

  /** RFC 7162 §3.2.10: without EARLIER each UID stood for a message that counted. */
  #vanished({ attributes = [] }: ImapUntagged): void {
    if (this.mailbox === false || attributes.length !== 1) return;
    this.mailbox.exists = Math.max(0, this.mailbox.exists - uidSetSize(textOf(attributes[0]) ?? ''));
  }

  /**
   * Runs one command past imapflow, which meanwhile has nothing to do and is given every answer that is not ours, in
   * order: for answers of many bytes, which cost more through it. Under the deadline of the caller.
   *
   * @param command - asked once imapflow is at rest
   * @returns the line that ended it, without the tag
   * @throws MssError `ERR_MSS_IMAP_PROTOCOL` for answers that are none or over a limit; the connection is closed
   */
  async divert(command: DivertedCommand): Promise<string> {
    const inside = this as unknown as Inside;
    // Ends an IDLE, whose last answer has come once a further command has its own.
    if (typeof inside.preCheck === 'function') await inside.preCheck();
    if (inside.currentRequest !== false) await this.noop();
    const { socket } = inside;
    if (socket === false || inside.isClosed || this.#diversion !== null) throw new Error('closed');
    this.#diversions += 1;
    // imapflow's tags are hexadecimal numbers.
    const diversion = new Diversion({
      ...command,
      tag: `M${this.#diversions}`,
      midLine: this.#midLine,
      give: (bytes) => this.#give(bytes),
      spent: socket instanceof TLSSocket ? freeChunk : () => {},
    });
    const onClose = (): void => diversion.fail(new Error('closed'));
    this.once('close', onClose);
    this.#diversion = diversion;
    try {
      socket.write(diversion.line);
      return await diversion.ended;
    } finally {
      this.#diversion = null;
      this.off('close', onClose);
    }
  }

  #onData(chunk: Uint8Array): void {
    this.#count(chunk.length);
    let ours = 0;
    if (this.#diversion !== null) {
      try {
        ours = this.#diversion.take(chunk);
      } catch (error) {
        this.#diversion.fail(error);
        this.#end(error as Error);
        return;
      }
    }
    if (ours < chunk.length) this.#give(ours === 0 ? chunk : chunk.subarray(ours));
  }

  #give(bytes: Uint8Array): void {
    const { streamer, socket } = this as unknown as Inside;
    if (streamer.destroyed) return;
    this.#midLine = bytes.at(-1) !== 10;
    if (!streamer.write(bytes) && socket !== false) socket.pause();
  }

  #count(bytes: number): void {
    this.#received += bytes;
    if (this.#received <= this.#allowed) return;
    this.#allowed = Infinity;
    this.#end(imapError('ERR_MSS_IMAP_PROTOCOL', 'the server says more than was asked for', { details: { what: 'Flood' } }));
  }

  #end(error: Error): void {
    (this as unknown as Inside).failProtocol(error);
    this.close();
  }

  /** RFC 9051 §7.1.5. A server that says it and stays would let commands wait for their deadline. */
  async #onBye(line: ImapUntagged): Promise<void> {
    const inside = this as unknown as Inside;
    const loggingOut = inside.currentRequest !== false && inside.currentRequest.command === 'LOGOUT';
    if (!loggingOut) {
      const { code } = completionOf(line.attributes);
      this.#bye = byeError(code, (line.attributes ?? []).map((one) => textOf(one) ?? '').join(' '));
    }
    await inside.serverBye(line);
    if (!loggingOut) inside.closeAfter();
  }

  /** Called by imapflow after the greeting. */
  async authenticate(): Promise<boolean> {
    const inside = this as unknown as Inside;
    // A server that says PREAUTH would let us read as someone it chose.
    if (inside.state !== inside.states.NOT_AUTHENTICATED)
      throw imapAuthError('ERR_MSS_IMAP_PROTOCOL', 'the server says that the connection is authenticated already');
    // Small commands follow each other: without this each waits for the acknowledgement of the one before, 40 ms.
    if (inside.socket !== false) inside.socket.setNoDelay?.(true);
    const { authentication, renewToken, signal } = this.#login;
    const offered = [...inside.capabilities.keys()].filter((name) => /^AUTH=/i.test(name)).map((name) => name.slice(5).toUpperCase());
    const sasl = await chooseSasl(authentication, { offered, host: this.host, port: this.port, renewToken, signal });
    inside.expectCapabilityUpdate = true;
    if (sasl !== null) await this.#exchange(sasl);
    else if (authentication.type === 'password' && authentication.mechanism === undefined && !inside.capabilities.has('LOGINDISABLED'))
      await this.#loginCommand(authentication);
    else throw imapAuthError('ERR_MSS_IMAP_AUTH_MECHANISM', 'the server offers no mechanism for these credentials', { offered });
    inside.authenticated = true;
    await inside.setAuthenticationState();
    return true;
  }

  async #exchange(sasl: SaslClient): Promise<void> {
    const inside = this as unknown as Inside;
    const { authentication } = this.#login;
    const wanted = authentication.type === 'token' ? authentication.initialResponse : undefined;
    const first = sasl.initialResponse !== null && (wanted ?? inside.capabilities.has('SASL-IR')) ? sasl.initialResponse : null;
    const attributes: unknown[] = [{ type: 'ATOM', value: sasl.name }];
    if (first !== null) attributes.push({ type: 'ATOM', value: first === '' ? '=' : base64(first), sensitive: true });
    let turns = 0;
    try {
      const response = await inside.exec('AUTHENTICATE', attributes, {
        // Must not throw: imapflow would only log it, and the exchange would stand still.
        onPlusTag: async ({ attributes: challenge }) => {
          turns += 1;
          const value = textOf(challenge?.[0]);
          const answer = turns > maxTurns ? null : sasl.respond(Buffer.from(value ?? '', 'base64').toString('utf8'));
          inside.write(answer === null ? '*' : base64(answer));
          return Promise.resolve();
        },
      });
      response.next();
    } catch (error) {
      throw this.#refusal(error, sasl);
    }
  }

  /** RFC 9051 §6.2.3: for servers that offer no SASL mechanism for passwords. */
  async #loginCommand(authentication: Extract<MailboxAuthentication, { readonly type: 'password' }>): Promise<void> {
    const { user, password } = authentication;
    try {
      await (this as unknown as Inside).run('LOGIN', user, typeof password === 'string' ? password : await password());
    } catch (error) {
      throw this.#refusal(error, null);
    }
  }

  #refusal(error: unknown, sasl: SaslClient | null): unknown {
    const { responseStatus, responseText } = error as { responseStatus?: unknown; responseText?: unknown };
    const refusedToken = sasl?.refusal ?? null;
    if (responseStatus !== 'NO' && responseStatus !== 'BAD') {
      if (refusedToken === null) return error;
      return imapAuthError('ERR_MSS_IMAP_AUTH_TOKEN_REFUSED', 'the server refuses the access token', { status: refusedToken.status });
    }
    const responseCode = responseCodeOf(error);
    const busy = unavailable(responseCode, typeof responseText === 'string' ? responseText : '');
    if (busy === 'connections') return tooManyConnections(responseCode);
    if (busy !== null) {
      return imapAuthError('ERR_MSS_IMAP_AUTH_UNAVAILABLE', 'the server cannot judge the credentials now', { responseCode });
    }
    if (this.#login.authentication.type === 'token') {
      return imapAuthError('ERR_MSS_IMAP_AUTH_TOKEN_REFUSED', 'the server refuses the access token', {
        responseCode,
        status: refusedToken?.status ?? null,
      });
    }
    return imapAuthError('ERR_MSS_IMAP_AUTH_FAILED', 'the server refuses the credentials', { responseCode });
  }
}

function imapAuthError(code: ImapErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): MssError<ImapErrorCode> {
  return new MssError(code, message, { permanent: code !== 'ERR_MSS_IMAP_AUTH_UNAVAILABLE', details });
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/**
 * Frees what a TLS socket gave, which it made for this chunk alone and gave to nobody else.
 *
 * QUIRK: V8 collects all garbage each time 64 MB were allocated outside of its heap, and frees them only then. The chunks of
 * a body, which are copied at once, made it do so twice as often: a sixth of the processor time of receiving. Evidence:
 * Node 24, `--trace-gc` with messages of 175 kB.
 */
function freeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer.byteLength === byteLength) (buffer as ArrayBuffer & { transfer(bytes: number): unknown }).transfer(0);
}
