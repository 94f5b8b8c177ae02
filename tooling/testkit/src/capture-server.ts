import { createServer as createTcpServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import * as der from './der.js';
import { listen, stopListening } from './listen.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import type { TlsObservation } from './tls-wire.js';

export interface CaptureServerOptions {
  /** Key, certificate and whatever else the context takes; without it the server speaks in the clear. */
  readonly tls?: SecureContextOptions;
  /** The dialogue before TLS; without it TLS comes first. */
  readonly starttls?: 'smtp' | 'imap' | 'ldap';
  /** Sent once the connection is up (after TLS when there is TLS), for example `"220 capture ESMTP\r\n"`. */
  readonly greeting?: string;
  /** Answers a line of the client's; `null` for silence. */
  readonly respond?: (line: string) => string | null;
}

export interface CapturedConnection {
  /** What the client sent, decrypted. */
  readonly received: Uint8Array;
  /** The handshake was completed. */
  readonly secured: boolean;
  /** SHA-256 of the client's certificate, when one came. */
  readonly clientFingerprint: string | null;
  /** What the wire shows, handshake completed or not. */
  readonly wire: TlsObservation;
}

export interface CaptureServer {
  readonly host: string;
  readonly port: number;
  readonly connections: readonly CapturedConnection[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A server that takes everything and keeps it: every decrypted byte, and whether a client certificate came,
 * as seen on the wire. It asks for a client certificate and accepts any.
 */
export async function startCaptureServer(options: CaptureServerOptions = {}): Promise<CaptureServer> {
  const sessions: Session[] = [];
  const server = createTcpServer((socket) => sessions.push(new Session(socket, options)));
  const target = { port: await listen(server) };
  server.unref();
  const proxy: TcpProxy = await startTcpProxy({ target });
  const close = async (): Promise<void> => {
    await proxy.close();
    for (const session of sessions) session.end();
    await stopListening(server);
  };
  return {
    host: proxy.host,
    port: proxy.port,
    get connections(): CapturedConnection[] {
      return proxy.connections.map(({ client, upstreamPort }) => {
        const session = sessions.find(({ remotePort }) => remotePort === upstreamPort);
        return {
          received: session?.received ?? new Uint8Array(),
          secured: session?.secured ?? false,
          clientFingerprint: session?.clientFingerprint ?? null,
          wire: client,
        };
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Session {
  readonly #options: CaptureServerOptions;
  readonly #chunks: Buffer[] = [];
  #socket: Socket;
  readonly remotePort: number;
  secured = false;
  clientFingerprint: string | null = null;

  constructor(socket: Socket, options: CaptureServerOptions) {
    this.#options = options;
    this.#socket = socket.on('error', () => {});
    this.remotePort = socket.remotePort ?? 0;
    if (options.tls === undefined) this.#open();
    else if (options.starttls === undefined) this.#secure();
    else this.#clearDialogue(options.starttls);
  }

  get received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  end(): void {
    this.#socket.destroy();
  }

  #secure(): void {
    const secured = new TLSSocket(this.#socket, {
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
      secureContext: createSecureContext(this.#options.tls),
    });
    secured.on('error', () => {});
    secured.once('secure', () => {
      this.secured = true;
      // An empty object when no certificate came, whatever the types say.
      this.clientFingerprint = secured.getPeerCertificate().fingerprint256 ?? null;
      this.#open();
    });
    this.#socket = secured;
  }

  #open(): void {
    const { greeting, respond } = this.#options;
    let line = '';
    this.#socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      if (respond === undefined) return;
      const lines = (line + chunk.toString('latin1')).split('\r\n');
      line = lines.pop() ?? '';
      for (const each of lines) this.#socket.write(respond(each) ?? '');
    });
    if (greeting !== undefined) this.#socket.write(greeting);
  }

  #clearDialogue(protocol: 'smtp' | 'imap' | 'ldap'): void {
    const socket = this.#socket;
    if (protocol === 'ldap') {
      socket.once('data', (request: Buffer) => {
        socket.write(ldapConsent(request));
        this.#secure();
      });
      return;
    }
    socket.write(protocol === 'smtp' ? '220 capture ESMTP\r\n' : '* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] capture\r\n');
    const onData = (chunk: Buffer): void => {
      for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
        const { reply, upgrade } = clearReply(protocol, line);
        if (upgrade) socket.off('data', onData);
        socket.write(reply);
        if (upgrade) return this.#secure();
      }
    };
    socket.on('data', onData);
  }
}

/** ExtendedResponse with resultCode success, under the message id of the request (RFC 4511 §4.14.2). */
function ldapConsent(request: Buffer): Uint8Array {
  const id = request.subarray(2, 4 + (request[3] ?? 0));
  return der.sequence(id, der.tlv(0x78, [der.enumerated(0), der.octetString([]), der.octetString([])]));
}

function clearReply(protocol: 'smtp' | 'imap', line: string): { readonly reply: string; readonly upgrade: boolean } {
  const [first = '', second = ''] = line.toUpperCase().split(' ');
  const upgrade = (protocol === 'smtp' ? first : second) === 'STARTTLS';
  if (protocol === 'imap') {
    const untagged = second === 'CAPABILITY' ? '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n' : '';
    return { reply: `${untagged}${line.split(' ')[0] ?? '*'} OK done\r\n`, upgrade };
  }
  if (first === 'EHLO') return { reply: '250-capture\r\n250 STARTTLS\r\n', upgrade };
  return { reply: upgrade ? '220 go ahead\r\n' : '250 ok\r\n', upgrade };
}
