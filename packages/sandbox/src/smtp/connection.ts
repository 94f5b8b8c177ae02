/* eslint-disable no-underscore-dangle -- the members of smtp-server's class are named so */
import type { Socket } from 'node:net';
import type { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { FaultPlan, SandboxFault } from '../faults.js';
import type { ConnectionLog } from '../network/connection-log.js';
import { hasEnhancedCode, readReply } from './enhanced-reply.js';

export interface SubmissionConnectionParts {
  readonly log: ConnectionLog;
  readonly faults: FaultPlan;
  /** Answers `AUTH EXTERNAL`: who the client certificate stands for, or `null`. */
  readonly external: (connection: SubmissionConnection, authorizationId: string) => unknown;
  readonly onClosed: () => void;
}

/**
 * smtp-server's connection with what it lacks: AUTH EXTERNAL, enhanced status codes of the application's choice,
 * scripted faults, a log of the commands' words, and a greeting without the 100 ms wait for early talkers.
 *
 * QUIRK: smtp-server offers hooks for none of these, so the class is extended; its members that are used here
 * are declared in its types.
 */
export class SubmissionConnection extends SMTPConnection {
  readonly #parts: SubmissionConnectionParts;
  #cutInsteadOfReply = false;
  #awaitsExternal = false;

  constructor(server: SMTPServer, socket: Socket, parts: SubmissionConnectionParts) {
    super(server, socket);
    this.#parts = parts;
  }

  get log(): ConnectionLog {
    return this.#parts.log;
  }

  override init(): void {
    this._setListeners(() => {
      if (this._server.connections.size > (this._server.options.maxClients ?? Infinity)) this.send(421, '4.3.2 Too many connections');
      else if (!this.#apply(this.#parts.faults.take('smtp', 'CONNECT'))) this.connectionReady();
    });
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (this.#cutInsteadOfReply) this.cut();
    else super.send(code, data, typeof data === 'string' && hasEnhancedCode(data) ? false : context);
  }

  override _onClose(): void {
    super._onClose();
    this.#parts.onClosed();
  }

  /** The TLS socket once there is one. */
  get socket(): Socket {
    return this._socket;
  }

  /** Closes without a word, as a broken line does. */
  cut(): void {
    this._socket.destroy();
  }

  /** @returns whether the fault took the command's place. */
  #apply(fault: SandboxFault | null, done?: () => void): boolean {
    if (fault === null) return false;
    this.log.add('fault', { command: fault.command });
    if (fault.action === 'disconnect') this.cut();
    else if (fault.action === 'disconnect-after') this.#cutInsteadOfReply = true;
    else if (fault.action === 'reply') {
      const { code, text } = readReply(fault.reply ?? '451 4.3.0 Fault');
      this.send(code, text);
      done?.();
    }
    return fault.action !== 'disconnect-after';
  }

  /** The fault for the final dot. @returns `'stored'` when the message is to be taken in before the cut. */
  contentFault(): 'none' | 'stored' | 'stopped' | { readonly code: number; readonly text: string } {
    const fault = this.#parts.faults.take('smtp', 'CONTENT');
    if (fault?.action === 'reply') {
      this.log.add('fault', { command: 'CONTENT' });
      return readReply(fault.reply ?? '451 4.3.0 Fault');
    }
    if (this.#apply(fault)) return 'stopped';
    return fault === null ? 'none' : 'stored';
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    const line = command.toString('latin1');
    if (this._upgrading || this.#continuation(line, callback)) return this._upgrading ? super._onCommand(command, callback) : undefined;
    const word = this._nextHandler === false ? (line.split(' ')[0] ?? '').toUpperCase() : '';
    if (word === '') return super._onCommand(command, callback);
    this.log.add('command', { command: /^[A-Z]{1,12}$/.test(word) ? word : '?' });
    const recipient = word === 'RCPT' ? /<([^>]*)>/.exec(line)?.[1] : undefined;
    if (!this.#apply(this.#parts.faults.take('smtp', word, recipient), callback)) super._onCommand(command, callback);
  }

  override handler_AUTH(command: Buffer, callback: () => void): void {
    const [, mechanism = '', initial] = command.toString('latin1').trim().split(/\s+/);
    if (mechanism.toUpperCase() !== 'EXTERNAL' || !this.secure || this.session.user) return super.handler_AUTH(command, callback);
    if (initial === undefined) {
      this.#awaitsExternal = true;
      this.send(334);
    } else this.#external(initial === '=' ? '' : initial);
    return callback();
  }

  /** The line after `334 `. */
  #continuation(line: string, callback?: () => void): boolean {
    if (!this.#awaitsExternal) return false;
    this.#awaitsExternal = false;
    if (line.trim() === '*') this.send(501, '5.7.0 Authentication aborted');
    else this.#external(line.trim());
    callback?.();
    return true;
  }

  #external(base64: string): void {
    const user = this.#parts.external(this, Buffer.from(base64, 'base64').toString('utf8'));
    if (user === null) this.send(535, '5.7.8 No mailbox for this certificate');
    else {
      this.session.user = user;
      this.session.transmissionType = this._transmissionType();
      this.send(235, '2.7.0 Authentication successful');
    }
  }
}
