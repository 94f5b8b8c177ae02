import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { Account } from '../account.js';
import { clientFingerprint, type ConnectionLog } from '../network/connection-log.js';
import { secure } from '../network/secure.js';
import type { ServerContext } from '../network/server-context.js';
import type { Folder } from '../store/folder.js';
import { Arguments, ImapSyntaxError, type SequenceRange } from './arguments.js';
import { ByteReader } from './byte-reader.js';
import { capabilities } from './capabilities.js';
import { bad, type Completion, type SessionState } from './command.js';
import { readCommand, type CommandPart } from './command-reader.js';
import { findCommand } from './commands/index.js';
import { FolderView } from './folder-view.js';
import { formatSequenceSet } from './format.js';

const lineBytes = 65_536;
const literalBytesBeforeLogin = 8_192;
/** Tag, UID, word. */
const commandHead = /^([^\x00-\x20\x7f-\xff(){"\\%*+]+) (?:(UID) )?([A-Za-z]+)/i;
const loginTimeoutMs = 60_000;
const idleTimeoutMs = 30 * 60_000;

export interface ImapSessionParts {
  readonly context: ServerContext;
  readonly log: ConnectionLog;
  readonly secureContext: SecureContext;
}

/** One connection of a mail reader: its state, and the loop that carries its commands out one after the other. */
export class ImapSession {
  readonly context: ServerContext;
  readonly log: ConnectionLog;
  readonly #secureContext: SecureContext;
  #socket: Socket;
  #reader: ByteReader;
  #ending = false;
  #idling = false;
  #reservedBytes = 0;
  account: Account | null = null;
  view: FolderView | null = null;
  /** The client has shown that it knows mod-sequences (RFC 7162 §3.1): changes are told with theirs. */
  knowsModseqs = false;
  /** QRESYNC is enabled: expunges are told by UID (RFC 7162 §3.2.10). */
  resynchronises = false;

  constructor(socket: Socket, parts: ImapSessionParts) {
    this.context = parts.context;
    this.log = parts.log;
    this.#secureContext = parts.secureContext;
    this.#socket = socket;
    this.#reader = this.#readerOf(socket);
  }

  get state(): SessionState {
    if (this.account === null) return 'not-authenticated';
    return this.view === null ? 'authenticated' : 'selected';
  }

  get isSecure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** SHA-256 of the client's certificate, `null` when none was presented. */
  get clientCertificate(): string | null {
    return this.#socket instanceof TLSSocket ? clientFingerprint(this.#socket) : null;
  }

  async run(): Promise<void> {
    this.#watchSocket();
    try {
      const fault = this.context.faults.take('imap', 'CONNECT');
      if (fault !== null) this.log.add('fault', { command: 'CONNECT' });
      if (fault?.action === 'stall') return;
      if (fault?.action === 'disconnect') return this.cut();
      this.untagged(
        fault?.action === 'reply' ? (fault.reply ?? 'BYE Fault') : `OK [CAPABILITY ${capabilities(this)}] ${this.context.hostname} pret`,
      );
      while (!this.#ending && (await this.#next())) this.releaseLiterals();
    } catch {
      // The connection broke.
    }
    this.leaveFolder();
    this.releaseLiterals();
    this.#socket.end();
  }

  /** An untagged response. */
  untagged(...parts: readonly (string | Uint8Array)[]): void {
    this.#write('* ', ...parts, '\r\n');
  }

  /** `VANISHED (EARLIER)`: which of these UIDs are gone since; those the client still counts are told apart (RFC 7162 §3.2.10.1). */
  untaggedVanished(folder: Folder, of: { readonly since: number; readonly uids: readonly SequenceRange[] }): void {
    const counted = this.view?.uids ?? new Set();
    const isAsked = (uid: number): boolean => of.uids.some(({ from, to }) => uid >= from && uid <= to);
    const gone = folder.goneSince(of.since).filter((uid) => !counted.has(uid) && isAsked(uid));
    if (gone.length > 0) this.untagged(`VANISHED (EARLIER) ${formatSequenceSet(gone)}`);
  }

  /** Asks the client to go on. */
  proceed(text: string): void {
    this.#write(`+ ${text}\r\n`);
  }

  /** The next line from the client outside a command: an answer in AUTHENTICATE, DONE in IDLE. */
  async line(): Promise<string | null> {
    const line = await this.#reader.line(lineBytes);
    return line === null || line === 'too-long' ? null : line.toString('latin1');
  }

  /** Waits until the client has taken what was written: memory stays bounded however much is fetched. */
  async drained(): Promise<void> {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }

  logIn(account: Account): void {
    this.account = account;
    this.#socket.setTimeout(idleTimeoutMs);
  }

  openFolder(folder: Folder, options: { readonly readOnly: boolean }): FolderView {
    this.leaveFolder();
    this.view = new FolderView(folder, { ...options, owner: this, onChange: () => this.#idling && this.tellUpdates({ expunges: true }) });
    return this.view;
  }

  leaveFolder(): void {
    this.view?.close();
    this.view = null;
  }

  tellUpdates(options: { readonly expunges: boolean }): void {
    for (const update of this.view?.updates({ ...options, modseqs: this.knowsModseqs, byUid: this.resynchronises }) ?? [])
      this.untagged(update);
  }

  /** While the promise is pending, changes of the folder are told at once. */
  async whileIdling<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#idling = true;
    this.tellUpdates({ expunges: true });
    try {
      return await work();
    } finally {
      this.#idling = false;
    }
  }

  /** Ends the session once the current command is answered. */
  logOut(): void {
    this.#ending = true;
  }

  /** Goes on under TLS; what the client sent in advance in the clear is dropped (RFC 3501 §6.2.1). */
  async upgrade(): Promise<void> {
    const secured = await secure(this.#socket, this.#secureContext, this.log);
    if (secured === null) {
      this.#ending = true;
      return;
    }
    this.#socket = secured;
    this.#reader = this.#readerOf(secured);
    this.#watchSocket();
  }

  /** The literals of the present command are stored, or no longer needed. */
  releaseLiterals(): void {
    this.context.budget.release(this.#reservedBytes);
    this.#reservedBytes = 0;
  }

  cut(): void {
    this.#ending = true;
    this.#socket.destroy();
  }

  #readerOf(socket: Socket): ByteReader {
    return new ByteReader(socket, (count) => {
      if (socket instanceof TLSSocket) this.log.decryptedBytes += count;
    });
  }

  #watchSocket(): void {
    this.#socket.on('error', () => this.cut());
    this.#socket.setTimeout(loginTimeoutMs).on('timeout', () => this.cut());
    this.#socket.setNoDelay(true);
  }

  #write(...parts: readonly (string | Uint8Array)[]): void {
    const socket = this.#socket;
    if (socket.destroyed || !socket.writable) return;
    socket.cork();
    for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
    socket.uncork();
  }

  async #next(): Promise<boolean> {
    const literalBytes = this.account === null ? literalBytesBeforeLogin : this.context.limits.messageBytes;
    const read = await readCommand(this.#reader, { lineBytes, literalBytes, reserve: (bytes) => this.#reserve(bytes) }, () =>
      this.proceed('Ready'),
    );
    if (read === null) return false;
    if (read.kind === 'broken') {
      this.#write(`${read.reply}\r\n`);
      return false;
    }
    if (read.kind === 'refused') {
      this.#write(`${/^[\x21-\x7e]{1,100}$/.test(read.tag) ? read.tag : '*'} ${read.reply}\r\n`);
      return true;
    }
    await this.#execute(read.parts);
    return true;
  }

  /** Literals count against the storage while they are here. */
  #reserve(bytes: number): boolean {
    if (!this.context.budget.reserve(bytes)) return false;
    this.#reservedBytes += bytes;
    return true;
  }

  async #execute(parts: readonly CommandPart[]): Promise<void> {
    const head = commandHead.exec(typeof parts[0] === 'string' ? parts[0] : '');
    if (head === null) return this.#write('* BAD No command\r\n');
    const [whole, tag = '*', uid, name = ''] = head;
    const word = name.toUpperCase();
    this.log.add('command', { command: /^[A-Z]{1,12}$/.test(word) ? word : '?' });
    const fault = this.context.faults.take('imap', word);
    if (fault !== null) this.log.add('fault', { command: word });
    if (fault?.action === 'disconnect') return this.cut();
    if (fault?.action === 'stall') return new Promise(() => {});
    if (fault?.action === 'reply') return this.#write(`${tag} ${fault.reply ?? 'NO Fault'}\r\n`);
    const args = new Arguments([typeof parts[0] === 'string' ? parts[0].slice(whole.length) : '', ...parts.slice(1)]);
    const completion = await this.#carryOut(word, { args, tag, byUid: uid !== undefined });
    if (fault?.action === 'disconnect-after') return this.cut();
    const code = completion.code === undefined ? '' : `[${completion.code}] `;
    this.#write(`${tag} ${completion.status} ${code}${completion.text}\r\n`);
    await this.#afterwards(word, completion);
  }

  async #carryOut(
    word: string,
    invocation: { readonly args: Arguments; readonly tag: string; readonly byUid: boolean },
  ): Promise<Completion> {
    const command = findCommand(word, invocation.byUid);
    if (command === undefined) return bad('Unknown command');
    if (!command.states.includes(this.state)) return bad(this.account === null ? 'Log in first' : 'Not in this state');
    try {
      const completion = await command.run(this, invocation);
      this.tellUpdates({ expunges: command.holdsNumbers !== true || invocation.byUid });
      return completion;
    } catch (error) {
      if (error instanceof ImapSyntaxError) return bad(error.message);
      throw error;
    }
  }

  async #afterwards(word: string, completion: Completion): Promise<void> {
    if (word === 'STARTTLS' && completion.status === 'OK') await this.upgrade();
    await this.drained();
  }
}
