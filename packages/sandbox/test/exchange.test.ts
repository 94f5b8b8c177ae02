import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { camille, cardiologie, claire, hugo, imap, present, sil, smtp, withImap } from './clients.js';
import { simpleMail } from './mails.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => sandbox.stop());

describe('submission and reading', () => {
  it.each([false, true])('carries a message from one mailbox to another, STARTTLS %s [RFC 6409, RFC 8314]', async (starttls) => {
    const subject = `Échange ${String(starttls)}`;
    const sent = await smtp(sandbox, claire, { starttls }).sendMail({
      from: claire,
      to: hugo,
      subject,
      text: 'Bonjour',
      attachments: [{ filename: 'é.txt', content: 'x' }],
    });
    expect(sent.accepted).toEqual([hugo]);
    await withImap(imap(sandbox, hugo, { starttls }), async (client) => {
      await client.mailboxOpen('INBOX');
      const message = present(
        await client.fetchOne('*', { envelope: true, source: true, bodyStructure: true, flags: true, size: true, internalDate: true }),
      );
      expect(message.envelope).toMatchObject({ subject, messageId: sent.messageId, from: [{ address: claire }] });
      expect(message.bodyStructure).toMatchObject({
        type: 'multipart/mixed',
        childNodes: [{ type: 'text/plain' }, { dispositionParameters: { filename: 'é.txt' } }],
      });
      expect(String(message.source)).toMatch(new RegExp(`^Return-Path: <${claire}>\r\nDelivered-To: ${hugo}\r\nReceived: from `));
      expect(message.size).toBe(message.source?.length);
      const { content } = await client.download('*', '1');
      let text = '';
      for await (const chunk of present(content)) text += String(chunk);
      expect(text.trim()).toBe('Bonjour');
    });
  });

  it('keeps every mailbox to itself', async () => {
    await smtp(sandbox, hugo).sendMail({ from: hugo, to: claire, subject: 'pour Claire', text: 'x' });
    await withImap(imap(sandbox, cardiologie), async (client) =>
      expect(present(await client.status('INBOX', { messages: true })).messages).toBe(0),
    );
    expect(sandbox.messages(claire, { folder: 'INBOX' })).toHaveLength(1);
  });

  it('logs in by client certificate [RFC 4422, EXTERNAL] and by token [XOAUTH2]', async () => {
    await withImap(imap(sandbox, sil, { certificate: true, auth: 'none' }), async (client) => expect(client.authenticated).toBeTruthy());
    await withImap(imap(sandbox, claire, { auth: 'token' }), async (client) => expect(client.authenticated).toBeTruthy());
    const sent = await smtp(sandbox, claire, { auth: 'token' }).sendMail({ from: claire, to: hugo, subject: 'jeton', text: 'x' });
    expect(sent.response).toContain('2.0.0');
    await expect(imap(sandbox, sil, { auth: 'none' })).rejects.toThrow();
    await expect(imap(sandbox, sil, { starttls: true, auth: 'none' })).rejects.toThrow();
  });

  it('refuses wrong passwords, and patients whatever they say', async () => {
    for (const address of [claire, camille]) {
      await expect(imap(sandbox, address, { password: 'faux' })).rejects.toThrow();
      await expect(smtp(sandbox, address, { password: 'faux' }).sendMail({ from: address, to: hugo, text: 'x' })).rejects.toMatchObject({
        code: 'EAUTH',
        responseCode: 535,
      });
    }
    expect(sandbox.account(camille)).toMatchObject({ password: null, accessToken: null, clientCertificate: null });
  });

  it('submits for who has a client certificate [RFC 4954, EXTERNAL]', async () => {
    const sent = await smtp(sandbox, sil, { certificate: true, auth: 'external', starttls: true }).sendMail({
      from: sil,
      to: claire,
      subject: 'résultat',
      text: 'x',
    });
    expect(sent.accepted).toEqual([claire]);
    // The hospital's certificate is not the laboratory's.
    const other = smtp(sandbox, cardiologie, { certificate: true, auth: 'external', authorizationId: sil });
    await expect(other.sendMail({ from: sil, to: claire, text: 'x' })).rejects.toMatchObject({ code: 'EAUTH' });
    await expect(smtp(sandbox, sil, { auth: 'external' }).sendMail({ from: sil, to: claire, text: 'x' })).rejects.toMatchObject({
      code: 'EAUTH',
    });
  });

  it('turns a revoked client certificate away', async () => {
    const own = await startSandbox();
    await withImap(imap(own, sil, { certificate: true, auth: 'none' }), async () => {});
    own.revokeClientCertificate(sil);
    await expect(imap(own, sil, { certificate: true, auth: 'none' })).rejects.toThrow();
    await own.stop();
  });

  it('refuses addresses outside the trust space at once', async () => {
    const sending = smtp(sandbox, claire).sendMail({ from: claire, to: 'quelquun@exemple.test', text: 'x' });
    await expect(sending).rejects.toMatchObject({ responseCode: 550, response: expect.stringContaining('5.7.1') });
  });

  it('announces its size limit and refuses what is over it [RFC 1870]', async () => {
    const own = await startSandbox({ limits: { messageBytes: 20_000 } });
    const big = { from: claire, to: hugo, text: 'x'.repeat(30_000) };
    await expect(smtp(own, claire).sendMail(big)).rejects.toMatchObject({ responseCode: 552, response: expect.stringContaining('5.3.4') });
    expect(own.messages(hugo)).toHaveLength(0);
    await own.stop();
  });

  it('refuses to speak for another mailbox', async () => {
    await expect(smtp(sandbox, claire).sendMail({ envelope: { from: hugo, to: [hugo] }, raw: simpleMail('x') })).rejects.toMatchObject({
      responseCode: 553,
    });
  });
});
