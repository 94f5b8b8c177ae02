import { startCaptureServer, startTcpProxy, TlsWire, type CaptureServer } from '@mss/testkit';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Way } from './cell.js';
import type { Peer, Sighting } from './sighting.js';
import type { Shown } from './world.js';

export type ClearProtocol = 'imap' | 'smtp' | 'ldap';

/** The protocol whose clear dialogue comes before TLS; `null` for implicit TLS. */
export function clearProtocolOf(way: Way): ClearProtocol | null {
  const [protocol, startTls] = way.split('+');
  return startTls === undefined ? null : (protocol as ClearProtocol);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address.port;
}

const sightingsOf = (server: CaptureServer): Sighting[] =>
  server.connections.map(({ received, clientFingerprint, wire }) => ({
    wire,
    received: Buffer.from(received).toString('latin1'),
    fingerprint: clientFingerprint,
  }));

/** A TLS server of our own, which asks for a client certificate and keeps every decrypted byte. */
export async function capturePeer(
  shown: Shown,
  how: { readonly way: Way; readonly tls?: SecureContextOptions; readonly respond?: (line: string) => string | null },
): Promise<Peer> {
  const starttls = clearProtocolOf(how.way);
  const ok = (line: string): string | null => (line === '' ? 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok' : null);
  const respond = how.respond ?? (how.way === 'https' ? ok : undefined);
  const server = await startCaptureServer({
    tls: { cert: shown.chainPem, key: shown.keyPem, ...how.tls },
    ...(starttls === null ? {} : { starttls }),
    ...(respond === undefined ? {} : { respond }),
  });
  return { port: server.port, sightings: () => sightingsOf(server), close: () => server.close() };
}

/** One address in front of several peers. */
export interface Balancer extends Peer {
  /** Sightings of one of the peers behind it. */
  behind(index: number): readonly Sighting[];
}

/** @param pick - which peer takes the nth connection. */
export async function balance(peers: readonly Peer[], pick: (connection: number) => number): Promise<Balancer> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(peers[pick(count++)]?.port ?? 0, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [client, upstream].forEach((one) => one.destroy()));
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const port = await listen(server);
  return {
    port,
    sightings: () => peers.flatMap((peer) => peer.sightings()),
    behind: (index) => peers[index]?.sightings() ?? [],
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await Promise.all(peers.map((peer) => peer.close()));
    },
  };
}

/** A peer that speaks by a script and never TLS: nothing that it gets can be decrypted by anybody. */
export async function scriptedPeer(script: (socket: Socket) => void): Promise<Peer> {
  const wires: TlsWire[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const wire = new TlsWire();
    wires.push(wire);
    sockets.add(socket);
    socket.on('error', () => {}).on('data', (chunk: Buffer) => wire.feed(chunk));
    script(socket);
  });
  const port = await listen(server);
  return {
    port,
    sightings: () => wires.map((wire) => ({ wire: wire.observation, received: null, fingerprint: null })),
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const imapHello = '* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n';

/** Speaks the clear dialogue of a protocol; resolves with its consent once the client may begin TLS. */
export function clearDialogue(socket: Socket, protocol: ClearProtocol): Promise<string> {
  if (protocol === 'imap') socket.write(imapHello);
  if (protocol === 'smtp') socket.write('220 front ESMTP\r\n');
  return new Promise((resolve) => {
    const onData = (chunk: Buffer): void => {
      const text = chunk.toString('latin1');
      const done = (consent: string): void => {
        socket.off('data', onData);
        resolve(consent);
      };
      if (protocol === 'ldap') return done(Buffer.from('300c02010178070a010004000400', 'hex').toString('latin1'));
      if (/STARTTLS/i.test(text)) return done(protocol === 'imap' ? 'a2 OK begin\r\n' : '220 go ahead\r\n');
      socket.write(
        protocol === 'imap' ? '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n' : '250-front\r\n250 STARTTLS\r\n',
      );
    };
    socket.on('data', onData);
  });
}

/**
 * A watching proxy in front of a server that speaks TLS at once, with the clear dialogue of the way before it where the server has none.
 *
 * @param received - what the server says that it decrypted, when it says so.
 */
export async function watched(
  port: number,
  how: { readonly way: Way; readonly received?: () => string; readonly native?: boolean },
): Promise<Peer> {
  const protocol = how.native === true ? null : clearProtocolOf(how.way);
  const sockets = new Set<Socket>();
  const lead = async (client: Socket): Promise<void> => {
    sockets.add(client);
    client.on('error', () => {});
    const consent = protocol === null ? null : await clearDialogue(client, protocol);
    const upstream = connect(port, '127.0.0.1');
    sockets.add(upstream);
    const both = [client, upstream];
    for (const socket of both) socket.on('error', () => {}).on('close', () => both.forEach((one) => one.destroy()));
    client.pipe(upstream);
    upstream.pipe(client);
    if (consent !== null) client.write(Buffer.from(consent, 'latin1'));
  };
  const front = createServer((client) => void lead(client));
  const proxy = await startTcpProxy({ target: { port: await listen(front) } });
  return {
    port: proxy.port,
    sightings: () => proxy.connections.map(({ client }) => ({ wire: client, received: how.received?.() ?? null, fingerprint: null })),
    async close(): Promise<void> {
      await proxy.close();
      for (const socket of sockets) socket.destroy();
      front.close();
    },
  };
}
