/** The behaviours that Postfix and Dovecot are held to, on the sandbox: what works here works there. */
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity, type ClientIdentity, type SecureChannelPolicy } from '@mss/pki';
import { startSandbox, type Sandbox } from '@mss/sandbox';
import {
  followMailbox,
  openMailbox,
  submitMessage,
  type FetchedMessage,
  type Mailbox,
  type MailboxOptions,
  type SmtpMessage,
  type SmtpSessionOptions,
} from '@mss/transport';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const sender = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
const recipient = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
const withCertificate = 'cardiologie@ch-bellevue.mssante.test';

let sandbox: Sandbox;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ unknownRecipients: 'refuse' });
});
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});
afterAll(async () => sandbox.stop());

function policy(identity?: ClientIdentity): SecureChannelPolicy {
  const trust = createTrustStore({ name: 'sandbox', anchors: [sandbox.caPem] });
  const made = createSecureChannelPolicy({ trust, ...(identity === undefined ? {} : { clientIdentity: identity }) });
  closing.push(made);
  return made;
}

const password = (user: string): { type: 'password'; user: string; password: string } => ({
  type: 'password',
  user,
  password: sandbox.account(user).password ?? '',
});

function smtp(given: Partial<SmtpSessionOptions> = {}): SmtpSessionOptions {
  const security = given.security ?? 'starttls';
  const port = security === 'implicit' ? sandbox.ports.smtps : sandbox.ports.submission;
  return { policy: policy(), host: sandbox.host, servername: sandbox.servername, port, security, auth: password(sender), ...given };
}

function imap(given: Partial<MailboxOptions> = {}): MailboxOptions {
  const security = given.security ?? 'starttls';
  const port = security === 'implicit' ? sandbox.ports.imaps : sandbox.ports.imap;
  return { policy: policy(), host: sandbox.host, servername: sandbox.servername, port, security, auth: password(recipient), ...given };
}

async function open(given: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox(imap(given));
  closing.push(mailbox);
  return mailbox;
}

let count = 0;
function message(given: Partial<SmtpMessage> = {}): SmtpMessage & { readonly id: string } {
  count += 1;
  const id = `m${count}@cabinet-des-tilleuls.mssante.test`;
  const text = `Date: Sun, 1 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${id}>\r\nSubject: essai ${count}\r\n\r\n.point\r\nfin\r\n`;
  return { from: sender, recipients: [{ address: recipient }], message: new Uint8Array(Buffer.from(text)), ...given, id };
}

async function received(user: string, text: string | RegExp): Promise<string> {
  const following = { ...imap({ auth: password(user) }), signal: AbortSignal.timeout(20_000) };
  for await (const { message: one } of followMailbox(following)) {
    const content = Buffer.from(one.bytes ?? []).toString();
    if (typeof text === 'string' ? content.includes(text) : text.test(content)) return content;
  }
  throw new Error('it does not arrive');
}

async function all(messages: AsyncIterable<FetchedMessage>): Promise<FetchedMessage[]> {
  const list: FetchedMessage[] = [];
  for await (const one of messages) list.push(one);
  return list;
}

describe('sandbox: submitting', () => {
  it.each(['starttls', 'implicit'] as const)('%s, received byte for byte', async (security) => {
    const sent = message();
    expect(await submitMessage(smtp({ security }), sent)).toMatchObject({ outcome: 'accepted', queueId: expect.stringMatching(/./) });
    const text = await received(recipient, sent.id);
    expect(text.endsWith(Buffer.from(sent.message instanceof Uint8Array ? sent.message : []).toString())).toBe(true);
  });

  it('one recipient refused, the other accepted; a wrong password', async () => {
    const result = await submitMessage(
      smtp(),
      message({ recipients: [{ address: 'inconnu@cabinet-de-la-halle.mssante.test' }, { address: recipient }] }),
    );
    expect(result.recipients).toMatchObject([{ outcome: 'refused', permanent: true, enhancedStatus: '5.1.1' }, { outcome: 'accepted' }]);
    const wrong = submitMessage(smtp({ auth: { ...password(sender), password: 'faux' } }), message());
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_AUTH_FAILED', permanent: true });
  });

  it('a delivery notification with our ENVID', async () => {
    const result = await submitMessage(
      smtp(),
      message({ envid: 'envoi+1', ret: 'headers', recipients: [{ address: recipient, dsn: { notify: ['success'] } }] }),
    );
    expect(result.dsn).toBe('requested');
    expect(await received(sender, /Action: delivered/)).toContain('Original-Envelope-Id: envoi+1');
  });

  it('XOAUTH2 and EXTERNAL', async () => {
    const token = { type: 'token', user: sender, token: () => sandbox.account(sender).accessToken ?? '' } as const;
    expect((await submitMessage(smtp({ auth: token }), message())).outcome).toBe('accepted');
    const { clientCertificate } = sandbox.account(withCertificate);
    const identity = loadClientIdentity({ cert: clientCertificate?.certPem ?? '', key: clientCertificate?.keyPem ?? '' });
    const given = { policy: policy(identity), auth: { type: 'certificate' } } as const;
    expect((await submitMessage(smtp(given), message({ from: withCertificate }))).outcome).toBe('accepted');
    const mailbox = await open(given);
    expect(mailbox.isOpen).toBe(true);
  });

  it('a revoked server is refused', async () => {
    await using variant = await sandbox.startVariant('revoked');
    const port = variant.ports.submission;
    await expect(submitMessage(smtp({ port }), message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    await expect(open({ port: variant.ports.imap })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
  });
});

describe('sandbox: reading', () => {
  it('resumes, flags, moves, saves once in Sent, and waits', async () => {
    const mailbox = await open({ auth: password(sender) });
    const folders = await mailbox.list();
    const sent = folders.find((one) => one.specialUse === 'sent')?.path ?? '';
    const copy = {
      folder: sent,
      message: Buffer.from('Message-ID: <copie@x.test>\r\nSubject: copie\r\n\r\nx\r\n'),
      flags: ['\\Seen'],
      unlessMessageId: '<copie@x.test>',
    };
    expect(await mailbox.append(copy)).toMatchObject({ already: false });
    expect(await mailbox.append(copy)).toMatchObject({ already: true });

    const before = await all(mailbox.fetchNew());
    const last = before.at(-1)?.uid ?? 0;
    const { uidValidity } = await mailbox.status('INBOX');
    const waiting = mailbox.waitForNew({ uidValidity, afterUid: last, timeoutMs: 15_000 });
    const incoming = message({ recipients: [{ address: sender }] });
    await submitMessage(smtp(), incoming);
    expect(await waiting).toBe(true);
    const [fresh] = await all(mailbox.fetchNew({ uidValidity, afterUid: last }));
    const uids = [fresh?.uid ?? 0];
    await mailbox.setFlags({ folder: 'INBOX', uidValidity, uids, add: ['\\Seen'] });
    expect((await all(mailbox.fetchNew({ uidValidity, afterUid: last })))[0]?.flags).toContain('\\Seen');
    const trash = folders.find((one) => one.specialUse === 'trash')?.path ?? '';
    await mailbox.move({ folder: 'INBOX', uidValidity, uids, to: trash });
    expect(await all(mailbox.fetchNew({ uidValidity, afterUid: last }))).toEqual([]);
    expect((await all(mailbox.fetchNew({ folder: trash }))).some((one) => Buffer.from(one.bytes ?? []).includes(incoming.id))).toBe(true);
  });
});
