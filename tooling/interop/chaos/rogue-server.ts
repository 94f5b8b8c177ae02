import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';

/** What a server played by a test says: an answer, bytes without sense, one byte at a time, or nothing. */
export type RogueWord = string | Uint8Array | { readonly dripMs: number; readonly text: string } | null;

export interface RogueServer {
  readonly port: number;
  /** Command words in the order in which they came. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

/** Speaks SMTP properly, save for the commands of which `says` knows better. `DOT` stands for the final dot, `GREETING` for the beginning. */
export async function startRogueSmtp(
  identity: { readonly chainPem: string; readonly keyPem: string },
  says: Readonly<Record<string, RogueWord>>,
): Promise<RogueServer> {
  const proper: Readonly<Record<string, string>> = {
    GREETING: '220 mail.exemple.mssante.fr ESMTP\r\n',
    EHLO: '250-mail.exemple.mssante.fr\r\n250-SIZE 30000000\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN\r\n',
    AUTH: '235 2.7.0 Ok\r\n',
    MAIL: '250 2.1.0 Ok\r\n',
    RCPT: '250 2.1.5 Ok\r\n',
    DATA: '354 Go\r\n',
    DOT: '250 2.0.0 Ok: queued as 4F2A\r\n',
    RSET: '250 2.0.0 Ok\r\n',
    NOOP: '250 2.0.0 Ok\r\n',
    QUIT: '221 2.0.0 Bye\r\n',
  };
  return startRogue(identity, (socket, heard) => {
    const answer = (word: string): void => {
      heard.push(word);
      say(socket, word in says ? (says[word] ?? null) : (proper[word] ?? '500 5.5.1 Unknown\r\n'));
    };
    let inData = false;
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (;;) {
        if (inData) {
          const end = text.indexOf('\r\n.\r\n');
          if (end < 0) return;
          text = text.slice(end + 5);
          inData = false;
          answer('DOT');
          continue;
        }
        const end = text.indexOf('\r\n');
        if (end < 0) return;
        const word = text.slice(0, end).split(' ')[0]?.toUpperCase() ?? '';
        text = text.slice(end + 2);
        inData = word === 'DATA';
        answer(word);
      }
    });
    answer('GREETING');
  });
}

/** A server that says one thing, whatever it hears. */
export async function startRogueImap(
  identity: { readonly chainPem: string; readonly keyPem: string },
  says: { readonly greeting: RogueWord; readonly ever: RogueWord },
): Promise<RogueServer> {
  return startRogue(identity, (socket, heard) => {
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString('latin1').split(' ')[1] ?? '');
      say(socket, says.ever);
    });
    say(socket, says.greeting);
  });
}

function say(socket: TLSSocket, word: RogueWord): void {
  if (word === null || socket.destroyed) return;
  if (typeof word === 'string' || word instanceof Uint8Array) {
    socket.write(word);
    return;
  }
  let at = 0;
  const timer = setInterval(() => {
    if (at >= word.text.length || socket.destroyed) clearInterval(timer);
    else socket.write(word.text[at] ?? '');
    at += 1;
  }, word.dripMs);
}

async function startRogue(
  identity: { readonly chainPem: string; readonly keyPem: string },
  serve: (socket: TLSSocket, heard: string[]) => void,
): Promise<RogueServer> {
  const heard: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: identity.chainPem, key: identity.keyPem, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket, heard);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
