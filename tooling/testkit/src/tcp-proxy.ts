import { connect, createServer, type Socket } from 'node:net';
import { listen, stopListening } from './listen.js';
import { TlsWire, type TlsObservation } from './tls-wire.js';

/** `up` is from the client to the target, `down` the other way. Offsets count bytes of one connection. */
export interface ProxyFaults {
  /** New connections are reset. */
  readonly refuse?: boolean;
  /** Both sides are cut once so many bytes went through. */
  readonly cutAfterBytes?: { readonly up?: number; readonly down?: number };
  /** Every chunk waits so long. */
  readonly delayMs?: { readonly up?: number; readonly down?: number };
  /** The byte at this offset has its bits inverted. */
  readonly garble?: { readonly up?: number; readonly down?: number };
  /** Bytes from this offset on are swallowed; the connection stays open. */
  readonly stallAfterBytes?: { readonly up?: number; readonly down?: number };
}

export interface ProxyConnection {
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** What the client sent, as far as the wire shows it. */
  readonly client: TlsObservation;
  /** The port from which the proxy speaks to the target: the target's `remotePort`. */
  readonly upstreamPort: number;
  readonly open: boolean;
}

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  readonly connections: readonly ProxyConnection[];
  /** Applies to what goes through from now on. */
  setFaults(faults: ProxyFaults): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TcpProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  readonly faults?: ProxyFaults;
  readonly host?: string;
  /** Default a free one. */
  readonly port?: number;
}

/** A proxy between a client and a server that watches the handshake and breaks what it is told to break. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const host = options.host ?? '127.0.0.1';
  const connections: Link[] = [];
  let faults = options.faults ?? {};
  const server = createServer((client) => {
    if (faults.refuse === true) {
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    connections.push(new Link(client, connect(options.target.port, options.target.host ?? '127.0.0.1'), () => faults));
  });
  const port = await listen(server, host, options.port ?? 0);
  server.unref();
  const close = async (): Promise<void> => {
    for (const link of connections) link.cut();
    await stopListening(server);
  };
  return {
    host,
    port,
    connections,
    setFaults(next): void {
      faults = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Direction = 'up' | 'down';

class Link implements ProxyConnection {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #faults: () => ProxyFaults;
  readonly #wire = new TlsWire();
  readonly #bytes: Record<Direction, number> = { up: 0, down: 0 };
  upstreamPort = 0;
  open = true;

  constructor(client: Socket, target: Socket, faults: () => ProxyFaults) {
    this.#client = client;
    this.#target = target;
    this.#faults = faults;
    target.once('connect', () => (this.upstreamPort = target.localPort ?? 0));
    this.#pump(client, target, 'up');
    this.#pump(target, client, 'down');
  }

  get bytesUp(): number {
    return this.#bytes.up;
  }

  get bytesDown(): number {
    return this.#bytes.down;
  }

  get client(): TlsObservation {
    return this.#wire.observation;
  }

  cut(): void {
    this.open = false;
    this.#client.destroy();
    this.#target.destroy();
  }

  #pump(from: Socket, to: Socket, direction: Direction): void {
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => this.#forward(chunk, { from, to, direction }));
    from.on('end', () => this.#later(direction, () => to.end()));
    from.on('error', () => this.cut());
    from.on('close', () => {
      this.open = false;
      to.destroySoon();
    });
  }

  #forward(chunk: Buffer, { from, to, direction }: { from: Socket; to: Socket; direction: Direction }): void {
    const faults = this.#faults();
    const before = this.#bytes[direction];
    const cutAt = faults.cutAfterBytes?.[direction] ?? Infinity;
    const stallAt = faults.stallAfterBytes?.[direction] ?? Infinity;
    const garbleAt = (faults.garble?.[direction] ?? Infinity) - before;
    const room = Math.max(0, Math.min(cutAt, stallAt) - before);
    const passed = Buffer.from(chunk.subarray(0, room));
    if (garbleAt >= 0 && garbleAt < passed.length) passed[garbleAt] = ~(passed[garbleAt] ?? 0);
    this.#bytes[direction] += passed.length;
    if (direction === 'up') this.#wire.feed(passed);
    const cuts = before + chunk.length >= cutAt;
    this.#later(direction, () => {
      if (to.destroyed) return;
      const flowing = passed.length === 0 || to.write(passed);
      if (cuts) {
        // What went through is flushed first: "after byte n" means that n bytes arrive.
        to.end(() => this.cut());
      } else if (!flowing) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  }

  #later(direction: Direction, action: () => void): void {
    const wait = this.#faults().delayMs?.[direction] ?? 0;
    if (wait > 0) setTimeout(action, wait);
    else action();
  }
}
