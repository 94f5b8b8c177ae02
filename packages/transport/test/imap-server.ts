import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '@mss/testkit';

/** A command without its tag, for example `UID SEARCH UID 1:*`; what the server answers instead of its usual. */
type ImapBehaviour = (command: string, connection: ImapConnection) => ImapAnswer | undefined;

/**
 * `lines`: untagged lines before the tagged one; `tagged`: `OK …`, `NO […] …`; `null` for none. `raw` instead of both
 * is sent as it stands. `cut` closes after that.
 */
interface ImapAnswer {
  readonly lines?: readonly (string | Buffer)[];
  readonly tagged?: string | null;
  readonly raw?: string | Buffer;
  readonly cut?: boolean;
}

interface ImapConnection {
  readonly number: number;
  /** Commands heard under TLS, without tags; literals and continuation lines too. */
  readonly heard: string[];
  readonly heardInClear: string[];
  readonly socket: Socket;
  /** SHA-256 of what the client showed, `null` when it showed nothing. */
  clientCertificate(): string | null;
}

interface FakeMessage {
  readonly uid: number;
  readonly bytes: string;
  /** What RFC822.SIZE says; default the truth. */
  readonly size?: number;
  readonly flags?: string;
}

/** One folder, INBOX, with messages that do not change; whatever else is asked is answered by `behave`. */
export interface FakeImapServer {
  readonly port: number;
  readonly connections: readonly ImapConnection[];
  messages: FakeMessage[];
  uidValidity: number;
  behave(behaviour: ImapBehaviour): void;
  /** Says something unasked on every open connection. */
  announce(line: string): void;
  cutAll(): void;
  close(): Promise<void>;
}

export interface FakeImapOptions {
  readonly certificate: IssuedCertificate;
  readonly security: 'implicit' | 'starttls';
  readonly capabilities?: string;
  readonly greeting?: string;
}

const usualCapabilities = 'IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=EXTERNAL AUTH=XOAUTH2 IDLE UIDPLUS MOVE SPECIAL-USE';

export async function startImapServer(options: FakeImapOptions): Promise<FakeImapServer> {
  const connections: ImapConnection[] = [];
  const sockets = new Set<Socket>();
  const streams = new Set<TLSSocket>();
  let behaviour: ImapBehaviour = () => undefined;
  const state: { messages: FakeMessage[]; uidValidity: number } = { messages: [], uidValidity: 7 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.setNoDelay(true);
    let shown: string | null = null;
    const connection: ImapConnection = { number: connections.length, heard: [], heardInClear: [], socket, clientCertificate: () => shown };
    connections.push(connection);
    const secure = (): void => {
      const stream = new TLSSocket(socket, {
        isServer: true,
        cert: options.certificate.chainPem,
        key: options.certificate.keyPem,
        requestCert: true,
        rejectUnauthorized: false,
      });
      streams.add(stream);
      stream.on('secure', () => (shown = stream.getPeerX509Certificate()?.fingerprint256 ?? null));
      stream.on('error', () => {}).on('close', () => streams.delete(stream));
      if (options.security === 'implicit') stream.write(`${options.greeting ?? '* OK ready'}\r\n`);
      speak(stream, {
        heard: connection.heard,
        answer: (command) => behaviour(command, connection) ?? usual(command, state, options.capabilities ?? usualCapabilities),
      });
    };
    if (options.security === 'implicit') return secure();
    socket.write(`${options.greeting ?? '* OK ready'}\r\n`);
    speak(socket, {
      heard: connection.heardInClear,
      answer: (command) =>
        behaviour(command, connection) ??
        (command === 'STARTTLS' ? { tagged: 'OK go' } : { lines: ['* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED'], tagged: 'OK' }),
      upgrade: secure,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    get messages(): FakeMessage[] {
      return state.messages;
    },
    set messages(messages) {
      state.messages = messages;
    },
    get uidValidity(): number {
      return state.uidValidity;
    },
    set uidValidity(value) {
      state.uidValidity = value;
    },
    behave: (next) => void (behaviour = next),
    announce: (line) => streams.forEach((stream) => stream.write(`${line}\r\n`)),
    cutAll: () => sockets.forEach((socket) => socket.destroy()),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Speaker {
  readonly heard: string[];
  readonly answer: (command: string) => ImapAnswer;
  readonly upgrade?: () => void;
}

function speak(stream: Socket, speaker: Speaker): void {
  let rest = '';
  let open: string | null = null;
  const onData = (chunk: Buffer): void => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      // A continuation (SASL, DONE) belongs to the command that is open.
      const [tag, command] = open === null ? split(line) : [open, line];
      speaker.heard.push(command);
      const answer = speaker.answer(command);
      open = answer.tagged === null && answer.raw === undefined ? tag : null;
      if (answer.raw === undefined) {
        for (const one of answer.lines ?? []) stream.write(Buffer.isBuffer(one) ? one : `${one}\r\n`);
        if (answer.tagged !== null) stream.write(`${tag} ${answer.tagged ?? 'OK done'}\r\n`);
      } else stream.write(typeof answer.raw === 'string' ? answer.raw.replaceAll('%TAG%', tag) : answer.raw);
      if (answer.cut === true) stream.destroy();
      if (command === 'STARTTLS' && (answer.tagged ?? 'OK').startsWith('OK') && speaker.upgrade !== undefined) {
        stream.off('data', onData);
        speaker.upgrade();
        return;
      }
    }
  };
  stream.on('data', onData);
}

function split(line: string): [string, string] {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
}

function usual(
  command: string,
  state: { readonly messages: readonly FakeMessage[]; readonly uidValidity: number },
  capabilities: string,
): ImapAnswer {
  const verb = command.split(' ')[0]?.toUpperCase() ?? '';
  const { messages, uidValidity } = state;
  if (verb === 'CAPABILITY') return { lines: [`* CAPABILITY ${capabilities}`] };
  if (verb === 'LOGOUT') return { lines: ['* BYE'], cut: false };
  if (verb === 'LIST') return { lines: ['* LIST (\\HasNoChildren) "/" INBOX'] };
  if (verb === 'SELECT') {
    return {
      lines: [
        `* ${messages.length} EXISTS`,
        '* FLAGS (\\Seen)',
        '* OK [PERMANENTFLAGS (\\Seen \\Deleted)]',
        `* OK [UIDVALIDITY ${uidValidity}]`,
        `* OK [UIDNEXT ${(messages.at(-1)?.uid ?? 0) + 1}]`,
      ],
      tagged: 'OK [READ-WRITE]',
    };
  }
  if (verb === 'IDLE') return { lines: ['+ idling'], tagged: null };
  if (/^UID SEARCH UID (\d+):\*/i.test(command)) {
    const from = Number(/(\d+):/.exec(command)?.[1]);
    const found = messages.filter((one, index) => one.uid >= from || index === messages.length - 1);
    return { lines: [`* SEARCH ${found.map((one) => one.uid).join(' ')}`] };
  }
  if (/^UID FETCH/i.test(command)) return { lines: fetchLines(command, messages) };
  return {};
}

function fetchLines(command: string, messages: readonly FakeMessage[]): Buffer[] {
  const wanted = (/^UID FETCH (\S+)/i.exec(command)?.[1] ?? '').split(',').map((range) => range.split(':').map(Number));
  const partial = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(command);
  return messages.flatMap((message, index) => {
    if (!wanted.some(([first = 0, last = first]) => message.uid >= first && message.uid <= last)) return [];
    const size = message.size ?? message.bytes.length;
    let items = `UID ${message.uid} FLAGS (${message.flags ?? ''}) INTERNALDATE "01-Mar-2026 10:00:00 +0000" RFC822.SIZE ${size}`;
    if (partial !== null) {
      const start = Number(partial[1]);
      const bytes = message.bytes.slice(start, start + Number(partial[2]));
      items = `UID ${message.uid} BODY[]<${start}> {${bytes.length}}\r\n${bytes}`;
    }
    return [Buffer.from(`* ${index + 1} FETCH (${items})\r\n`, 'latin1')];
  });
}
