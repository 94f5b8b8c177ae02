import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Judges access tokens as the authorisation server of Pro Santé Connect would (RFC 7662). */
export interface TokenServer {
  readonly url: string;
  /** From now on this token is good for this mailbox. */
  grant(token: string, mailbox: string): void;
  /** From now on it is not. */
  withdraw(token: string): void;
  stop(): Promise<void>;
}

export async function startTokenServer(): Promise<TokenServer> {
  const granted = new Map<string, string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const mailbox = granted.get(new URLSearchParams(body).get('token') ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(mailbox === undefined ? { active: false } : { active: true, username: mailbox }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/introspect`,
    grant: (token, mailbox) => void granted.set(token, mailbox),
    withdraw: (token) => void granted.delete(token),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
