import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '@mss/testkit';

/** What the server does with a command: a reply, `'cut'` (closes), `'hang'` (says nothing more), or its usual answer. */
type Behaviour = (line: string, connection: Connection) => string | undefined;

/** What one client did. */
interface Connection {
  readonly number: number;
  /** Lines heard under TLS, without messages. */
  readonly heard: string[];
  /** Lines heard in clear, before STARTTLS. */
  readonly heardInClear: string[];
  readonly socket: Socket;
}

/** A server that accepts everything, unless told otherwise, and remembers which messages it took responsibility for. */
export interface FakeSmtpServer {
  readonly port: number;
  readonly connections: readonly Connection[];
  /** Messages whose final dot arrived, whether or not the answer reached the client. */
  readonly taken: string[];
  behave(behaviour: Behaviour): void;
  /** Cuts every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

export interface FakeSmtpOptions {
  readonly certificate: IssuedCertificate;
  readonly security: 'implicit' | 'starttls';
  readonly keywords?: readonly string[];
}

export async function startSmtpServer(options: FakeSmtpOptions): Promise<FakeSmtpServer> {
  const connections: Connection[] = [];
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  let behaviour: Behaviour = () => undefined;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.setNoDelay(true);
    const connection: Connection = { number: connections.length, heard: [], heardInClear: [], socket };
    connections.push(connection);
    const serveSecurely = (): void => {
      const secure = new TLSSocket(socket, {
        isServer: true,
        cert: options.certificate.chainPem,
        key: options.certificate.keyPem,
        requestCert: true,
        rejectUnauthorized: false,
      });
      secure.on('error', () => {});
      serve(secure, {
        connection,
        taken,
        keywords: options.keywords ?? defaultKeywords,
        behaviour: (line) => behaviour(line, connection),
        greet: options.security === 'implicit',
      });
    };
    if (options.security === 'implicit') serveSecurely();
    else serveInClear(socket, { connection, behaviour: (line) => behaviour(line, connection), upgrade: serveSecurely });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    taken,
    behave: (next) => void (behaviour = next),
    cutAll: () => sockets.forEach((socket) => socket.destroy()),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const defaultKeywords = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'DSN', 'AUTH PLAIN XOAUTH2 EXTERNAL'];

function serveInClear(
  socket: Socket,
  io: { connection: Connection; behaviour: (line: string) => string | undefined; upgrade: () => void },
): void {
  let rest = '';
  socket.write('220 mail.test ESMTP\r\n');
  const onData = (chunk: Buffer): void => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      io.connection.heardInClear.push(line);
      const reply =
        io.behaviour(line) ?? (line.startsWith('EHLO') ? '250-mail.test\r\n250 STARTTLS' : line === 'STARTTLS' ? '220 go' : '502 no');
      if (reply === 'cut') socket.destroy();
      else socket.write(`${reply}\r\n`);
      if (line === 'STARTTLS' && reply.startsWith('220')) {
        socket.off('data', onData);
        io.upgrade();
      }
    }
  };
  socket.on('data', onData);
}

interface Serving {
  readonly connection: Connection;
  readonly taken: string[];
  readonly keywords: readonly string[];
  readonly behaviour: (line: string) => string | undefined;
  readonly greet: boolean;
}

function serve(socket: TLSSocket, serving: Serving): void {
  let rest = '';
  let inData = false;
  const say = (text: string): void => {
    if (text === 'cut') socket.destroy();
    else if (text !== 'hang') socket.write(`${text}\r\n`);
  };
  if (serving.greet) say(serving.behaviour('') ?? '220 mail.test ESMTP');
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      const empty = inData && rest.startsWith('.\r\n');
      const end = empty ? 0 : rest.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end === -1) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + (inData && !empty ? 5 : empty ? 3 : 2));
      if (inData) {
        inData = false;
        serving.taken.push(line);
        say(serving.behaviour('.') ?? '250 2.0.0 Ok: queued as Q1');
        continue;
      }
      serving.connection.heard.push(line);
      const reply = serving.behaviour(line) ?? usualReply(line, serving.keywords);
      say(reply);
      inData = reply.startsWith('354');
    }
  });
}

function usualReply(line: string, keywords: readonly string[]): string {
  const verb = line.split(' ')[0]?.toUpperCase();
  if (verb === 'EHLO')
    return ['mail.test', ...keywords].map((one, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${one}`).join('\r\n');
  if (verb === 'AUTH') return '235 2.7.0 Authentication successful';
  if (verb === 'DATA') return '354 go';
  if (verb === 'QUIT') return '221 bye';
  return '250 2.0.0 Ok';
}
