/** ECO.1.0.2 (v1.0.1): mail is read by IMAP4, RFC 3501 or 9051, with STARTTLS; then the token of Pro Santé Connect by XOAUTH2 (ECO.1.2.1). */
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type TestIgc } from '@mss/testkit';
import { openMailbox, type Mailbox } from '@mss/transport';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startImapServer, type FakeImapServer } from '../../../packages/transport/test/imap-server.js';

const serverName = 'imap.operateur.mssante.fr';
let igc: TestIgc;
let policy: SecureChannelPolicy;
let server: FakeImapServer;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  policy = createSecureChannelPolicy({
    profile: 'ref2-1.0.1',
    trust: createTrustStore({ name: 'IGC de test', anchors: [igc.caPem], igcSante: true }),
  });
});
afterEach(async () => server.close());
afterAll(async () => {
  await policy.close();
  await igc.close();
});

const open = (): Promise<Mailbox> =>
  openMailbox({
    policy,
    host: '127.0.0.1',
    port: server.port,
    servername: serverName,
    security: 'starttls',
    auth: { type: 'token', user: 'cabinet@exemple.mssante.fr', token: () => 'jeton-psc' },
  });

const inClear = (): string[] => server.connections.flatMap((one) => one.heardInClear);
const underTls = (): string[] => server.connections.flatMap((one) => one.heard);

describe('ECO.1.0.2', () => {
  it('reads by IMAP4 after STARTTLS: in clear the server hears CAPABILITY and STARTTLS, nothing else', async () => {
    server = await startImapServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    server.messages = [{ uid: 4, bytes: 'Subject: essai\r\n\r\nBonjour\r\n' }];
    await using mailbox = await open();
    const read: string[] = [];
    for await (const message of mailbox.fetchNew()) read.push(Buffer.from(message.bytes ?? []).toString());
    expect(read).toEqual(['Subject: essai\r\n\r\nBonjour\r\n']);
    expect(new Set(inClear())).toEqual(new Set(['CAPABILITY', 'STARTTLS']));
    expect(underTls().some((line) => line.startsWith('UID FETCH'))).toBe(true);
  });

  it('authenticates by XOAUTH2 with the address of the mailbox and the token, under TLS only', async () => {
    server = await startImapServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    await using mailbox = await open();
    expect(mailbox.isOpen).toBe(true);
    const message = Buffer.from('user=cabinet@exemple.mssante.fr\x01auth=Bearer jeton-psc\x01\x01').toString('base64');
    expect(underTls()).toContain(`AUTHENTICATE XOAUTH2 ${message}`);
  });

  it.each([
    [
      'does not offer STARTTLS',
      (command: string) => (command === 'CAPABILITY' ? { lines: ['* CAPABILITY IMAP4rev1 AUTH=XOAUTH2'] } : undefined),
    ],
    ['refuses STARTTLS', (command: string) => (command === 'STARTTLS' ? { tagged: 'NO not now' } : undefined)],
  ])('sends no token to a server that %s', async (_, behaviour) => {
    server = await startImapServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    server.behave(behaviour);
    await expect(open()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' });
    expect(inClear().join()).not.toMatch(/AUTH|LOGIN/);
    expect(underTls()).toEqual([]);
  });

  it('sends no token to a server whose certificate is for another host', async () => {
    server = await startImapServer({ certificate: await igc.issueServer({ hostnames: ['autre.mssante.fr'] }), security: 'starttls' });
    await expect(open()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_HOST' });
    expect(underTls()).toEqual([]);
  });
});
