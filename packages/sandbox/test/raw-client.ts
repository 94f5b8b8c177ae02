import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Sandbox } from '../src/index.js';
import { conformingTls } from './clients.js';

/** A client that says exactly what it is told to, good or bad. */
export class RawClient {
  #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async secure(sandbox: Sandbox, port: number, tls: ConnectionOptions = {}): Promise<RawClient> {
    const socket = connectTls({ host: sandbox.host, port, ca: sandbox.caPem, servername: sandbox.servername, ...conformingTls, ...tls });
    await once(socket, 'secureConnect');
    return new RawClient(socket);
  }

  static async clear(sandbox: Sandbox, port: number): Promise<RawClient> {
    const socket = connectTcp(port, sandbox.host);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  /** What came up to the first match, which is taken away. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) {
        const end = match.index + match[0].length;
        const taken = this.#received.slice(0, end);
        this.#received = this.#received.slice(end);
        return taken;
      }
      if (this.#socket.destroyed) throw new Error(`closed after: ${this.#received}`);
      const settled = new AbortController();
      const { signal } = settled;
      const either = [once(this.#socket, 'data', { signal }), once(this.#socket, 'close', { signal })];
      await Promise.race(either).finally(() => settled.abort());
      await Promise.allSettled(either);
    }
  }

  async ask(text: string, pattern: RegExp): Promise<string> {
    this.send(text);
    return this.until(pattern);
  }

  /** Goes on under TLS, after STARTTLS was agreed. */
  async upgrade(sandbox: Sandbox): Promise<void> {
    this.#socket.removeAllListeners('data');
    const secured = connectTls({ socket: this.#socket, ca: sandbox.caPem, servername: sandbox.servername, ...conformingTls });
    await once(secured, 'secureConnect');
    this.#socket = secured;
    this.#received = '';
    this.#listen();
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
    return this.#received;
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => (this.#received += chunk.toString('latin1')));
  }
}
