/** Which of the sandbox's servers. */
export type SandboxServer = 'smtp' | 'imap';

/**
 * What a server saw, without content: no argument of a command that could hold a credential, a subject or a patient.
 *
 * | type | when | fields |
 * |---|---|---|
 * | `connected` | the TCP connection is up | |
 * | `secured` | the handshake is complete | `protocol`, `cipher`, `clientCertificate` |
 * | `handshake-failed` | the handshake ended otherwise | `reason`, `clientCertificate` as far as it is known |
 * | `command` | a command came | `command`: its word only |
 * | `authenticated`, `authentication-failed` | | `mechanism` |
 * | `message` | a message was taken in | `bytes`, `recipients` |
 * | `fault` | a scripted fault was applied | `command` |
 * | `closed` | the connection is gone | `decryptedBytes`: application bytes that the client sent over TLS |
 */
export type SandboxEventType =
  | 'connected'
  | 'secured'
  | 'handshake-failed'
  | 'command'
  | 'authenticated'
  | 'authentication-failed'
  | 'message'
  | 'fault'
  | 'closed';

/** One line of the log. Fields that a type does not have are absent. */
export interface SandboxEvent {
  readonly type: SandboxEventType;
  readonly at: Date;
  readonly server: SandboxServer;
  /** Which set of ports: `main`, or the name of a variant. */
  readonly endpoint: string;
  /** Numbered from 1 over the whole sandbox. */
  readonly connection: number;
  readonly protocol?: string;
  readonly cipher?: string;
  /** SHA-256 fingerprint of the certificate that the client presented; `null` when it presented none. */
  readonly clientCertificate?: string | null;
  readonly reason?: string;
  readonly command?: string;
  readonly mechanism?: string;
  readonly bytes?: number;
  readonly recipients?: number;
  readonly decryptedBytes?: number;
}

/** What the servers saw, oldest first, bounded. */
export interface SandboxEvents extends Iterable<SandboxEvent> {
  readonly length: number;
  /** Those of one connection. */
  of(connection: number): readonly SandboxEvent[];
  /** Those of one type. */
  ofType(type: SandboxEventType): readonly SandboxEvent[];
  /** The first event, past or to come, that the test accepts. */
  waitFor(accepts: (event: SandboxEvent) => boolean, options?: { readonly signal?: AbortSignal }): Promise<SandboxEvent>;
  clear(): void;
}

type Waiting = { readonly accepts: (event: SandboxEvent) => boolean; readonly resolve: (event: SandboxEvent) => void };

export class EventLog implements SandboxEvents {
  readonly #max: number;
  #events: SandboxEvent[] = [];
  readonly #waiting = new Set<Waiting>();
  #connections = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#events.length;
  }

  nextConnection(): number {
    this.#connections += 1;
    return this.#connections;
  }

  add(event: SandboxEvent): void {
    this.#events.push(Object.freeze(event));
    if (this.#events.length > this.#max * 1.25) this.#events = this.#events.slice(-this.#max);
    for (const waiting of this.#waiting) {
      if (!waiting.accepts(event)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(event);
    }
  }

  of(connection: number): readonly SandboxEvent[] {
    return this.#events.filter((event) => event.connection === connection);
  }

  ofType(type: SandboxEventType): readonly SandboxEvent[] {
    return this.#events.filter((event) => event.type === type);
  }

  async waitFor(accepts: (event: SandboxEvent) => boolean, options: { readonly signal?: AbortSignal } = {}): Promise<SandboxEvent> {
    const found = this.#events.find(accepts);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const waiting = { accepts, resolve };
      this.#waiting.add(waiting);
      options.signal?.addEventListener('abort', () => {
        this.#waiting.delete(waiting);
        reject(options.signal?.reason instanceof Error ? options.signal.reason : new Error('aborted'));
      });
    });
  }

  clear(): void {
    this.#events = [];
  }

  [Symbol.iterator](): Iterator<SandboxEvent> {
    return this.#events.slice()[Symbol.iterator]();
  }
}
