/** ECO.1.0.1 (v1.0.1): mail is submitted by SMTP, RFC 5321, with STARTTLS; then the token of Pro Santé Connect by XOAUTH2 (ECO.1.2.1). */
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type TestIgc } from '@mss/testkit';
import { submitMessage, type SmtpMessage, type SmtpSessionOptions } from '@mss/transport';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSmtpServer, type FakeSmtpServer } from '../../../packages/transport/test/smtp-server.js';

const serverName = 'smtp.operateur.mssante.fr';
let igc: TestIgc;
let policy: SecureChannelPolicy;
let server: FakeSmtpServer;

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

async function submit(given: Partial<SmtpSessionOptions> = {}): ReturnType<typeof submitMessage> {
  const message: SmtpMessage = {
    from: 'cabinet@exemple.mssante.fr',
    recipients: [{ address: 'hopital@exemple.mssante.fr' }],
    message: new Uint8Array(Buffer.from('Subject: essai\r\n\r\nBonjour\r\n')),
  };
  const auth = { type: 'token', user: 'cabinet@exemple.mssante.fr', token: () => 'jeton-psc' } as const;
  return submitMessage(
    { policy, host: '127.0.0.1', port: server.port, servername: serverName, security: 'starttls', auth, ...given },
    message,
  );
}

const inClear = (): string[] => server.connections.flatMap((one) => one.heardInClear);
const underTls = (): string[] => server.connections.flatMap((one) => one.heard);

describe('ECO.1.0.1', () => {
  it('submits by SMTP after STARTTLS: in clear the server hears EHLO and STARTTLS, under TLS the rest, EHLO first', async () => {
    server = await startSmtpServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    const result = await submit();
    expect(result.outcome).toBe('accepted');
    expect(inClear().map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['EHLO', 'STARTTLS']));
    expect(inClear().every((line) => /^(EHLO .*|STARTTLS)$/.test(line))).toBe(true);
    expect(underTls().map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA']));
    expect(underTls()[0]).toMatch(/^EHLO/);
    expect(server.taken).toEqual(['Subject: essai\r\n\r\nBonjour']);
  });

  it('authenticates by XOAUTH2 with the address of the mailbox and the token, under TLS only', async () => {
    server = await startSmtpServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    await submit();
    const message = Buffer.from('user=cabinet@exemple.mssante.fr\x01auth=Bearer jeton-psc\x01\x01').toString('base64');
    expect(underTls()).toContain(`AUTH XOAUTH2 ${message}`);
    expect(inClear().join()).not.toMatch(/AUTH|MAIL/);
  });

  it.each([
    ['does not offer STARTTLS', (line: string) => (line.startsWith('EHLO') ? '250 smtp.test' : undefined)],
    ['refuses STARTTLS', (line: string) => (line === 'STARTTLS' ? '454 TLS not available' : undefined)],
  ])('sends nothing to a server that %s', async (_, behaviour) => {
    server = await startSmtpServer({ certificate: await igc.issueServer({ hostnames: [serverName] }), security: 'starttls' });
    server.behave(behaviour);
    await expect(submit()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' });
    expect(inClear().join()).not.toMatch(/AUTH|MAIL|RCPT|DATA/);
    expect([underTls(), server.taken]).toEqual([[], []]);
  });

  it('sends nothing to a server whose certificate is for another host', async () => {
    server = await startSmtpServer({ certificate: await igc.issueServer({ hostnames: ['autre.mssante.fr'] }), security: 'starttls' });
    await expect(submit()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_HOST' });
    expect(underTls()).toEqual([]);
  });
});
