/** The access tokens of a Pro Santé Connect on a real Dovecot, which asks the provider about each of them (RFC 7662). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { startSandbox, type Sandbox } from '@mss/sandbox';
import { openMailbox, type Mailbox } from '@mss/transport';
import { createProSanteConnect, type PscSession } from '@mss/transport/pro-sante-connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { createWorld, serverName, type World } from './transport-world.js';

let world: World;
let sandbox: Sandbox;
let web: SecureChannelPolicy;
let operator: Server;
let dovecot: Dovecot;
let mailbox: string;

/** What an operator puts between its mail server and the provider: authenticates as a client of its own, and passes the answer on. */
function startOperator(): Promise<Server> {
  const { issuer } = sandbox.proSanteConnect;
  sandbox.proSanteConnect.registerClient({ clientId: 'operateur', secret: 'secret' });
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(body);
      const asked = new URLSearchParams({ token: form.get('token') ?? '', client_id: 'operateur', client_secret: 'secret' });
      void web.fetch(`${issuer}/protocol/openid-connect/token/introspect`, { method: 'POST', body: asked }).then(async (answer) => {
        response.setHeader('content-type', 'application/json');
        return response.end(await answer.text());
      });
    });
  });
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  world = await createWorld();
  sandbox = await startSandbox();
  web = createSecureChannelPolicy({ kind: 'public-web', trust: createTrustStore({ name: 'bac à sable', anchors: [sandbox.caPem] }) });
  mailbox = sandbox.proSanteConnect.users[0]?.mailboxes[0] ?? '';
  operator = await startOperator();
  const { port } = operator.address() as AddressInfo;
  const accounts = { [mailbox]: 'motdepasse', 'autre@exemple.mssante.fr': 'motdepasse' };
  dovecot = await startDovecot({ identity: world.server, accounts, introspectionUrl: `http://127.0.0.1:${port}/introspect` });
});
afterAll(async () => {
  await dovecot?.stop();
  operator?.close();
  await web?.close();
  await sandbox?.stop();
  await world?.close();
});

async function signIn(): Promise<PscSession> {
  const { issuer, discoveryUrl, clientId, clientSecret, users } = sandbox.proSanteConnect;
  const clientAuthentication = { type: 'secret', secret: clientSecret } as const;
  const psc = createProSanteConnect({ provider: { issuer, discoveryUrl }, clientId, clientAuthentication, policy: web });
  return psc.signIn({ nationalId: users[0]?.nationalId ?? '' });
}

const open = (session: PscSession, mechanism: 'XOAUTH2' | 'OAUTHBEARER', user: string): Promise<Mailbox> =>
  openMailbox({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: dovecot.imapPort,
    security: 'starttls',
    auth: session.mailboxAuthentication({ user, hosts: ['127.0.0.1'], mechanism }),
  });

describe('a token of Pro Santé Connect on Dovecot', () => {
  it.each(['XOAUTH2', 'OAUTHBEARER'] as const)('opens the mailbox by %s, and is replaced once when it is refused', async (mechanism) => {
    await using session = await signIn();
    const first = await session.accessToken();
    await (await open(session, mechanism, mailbox)).close();
    expect(await session.accessToken()).toBe(first);
    sandbox.proSanteConnect.revokeAccessTokens();
    const opened = await open(session, mechanism, mailbox);
    expect((await opened.list()).length).toBeGreaterThan(0);
    await opened.close();
    expect(await session.accessToken()).not.toBe(first);
  });

  it('does not open another mailbox', async () => {
    await using session = await signIn();
    await expect(open(session, 'XOAUTH2', 'autre@exemple.mssante.fr')).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED' });
  });

  it('is not had any more once the session has ended', async () => {
    const session = await signIn();
    sandbox.proSanteConnect.endSessions();
    await expect(open(session, 'XOAUTH2', mailbox)).rejects.toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED' });
  });
});
