import type { TLSSocket } from 'node:tls';
import type { Clock } from '@mss/core';
import type { EventLog, SandboxEvent, SandboxServer } from '../event-log.js';

type Fields = Omit<SandboxEvent, 'type' | 'at' | 'server' | 'endpoint' | 'connection'>;

/** What one connection adds to the event log. */
export class ConnectionLog {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #server: SandboxServer;
  readonly #endpoint: string;
  readonly connection: number;
  decryptedBytes = 0;
  #closed = false;

  constructor(log: EventLog, options: { readonly clock: Clock; readonly server: SandboxServer; readonly endpoint: string }) {
    this.#log = log;
    this.#clock = options.clock;
    this.#server = options.server;
    this.#endpoint = options.endpoint;
    this.connection = log.nextConnection();
    this.add('connected');
  }

  add(type: SandboxEvent['type'], fields: Fields = {}): void {
    this.#log.add({ type, at: this.#clock.now(), server: this.#server, endpoint: this.#endpoint, connection: this.connection, ...fields });
  }

  /** Once the handshake is complete. */
  secured(socket: TLSSocket): void {
    this.add('secured', {
      protocol: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().name,
      clientCertificate: clientFingerprint(socket),
    });
  }

  /** Counts what the client sends over TLS. Call it before anything else reads. */
  count(socket: TLSSocket): void {
    socket.on('data', (chunk: Uint8Array) => (this.decryptedBytes += chunk.length));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.add('closed', { decryptedBytes: this.decryptedBytes });
  }
}

/** SHA-256 of the certificate that the client presented, or `null`. */
export function clientFingerprint(socket: TLSSocket): string | null {
  // An empty object when there is none, whatever the types say.
  return socket.getPeerCertificate().fingerprint256 ?? null;
}
