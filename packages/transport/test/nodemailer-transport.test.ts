import { createTransport, type Transport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createNodemailerTransport,
  type NodemailerInfo,
  type NodemailerTransport,
  type NodemailerTransportOptions,
  type SubmissionResult,
} from '../src/index.js';
import { startSmtpServer, type FakeSmtpServer } from './smtp-server.js';
import { createWorld, serverName, type World } from './world.js';

let world: World;
let server: FakeSmtpServer;
const transports: NodemailerTransport[] = [];

beforeAll(async () => {
  world = await createWorld();
  server = await startSmtpServer({ certificate: world.good, security: 'starttls' });
});
afterEach(async () => {
  server.behave(() => undefined);
  server.taken.length = 0;
  for (const transport of transports.splice(0)) await transport.close();
});
afterAll(async () => {
  await server.close();
  await world.close();
});

function mailer(given: Partial<NodemailerTransportOptions> = {}): ReturnType<typeof createTransport<NodemailerInfo>> {
  const transport = createNodemailerTransport({
    policy: world.policy,
    host: '127.0.0.1',
    port: server.port,
    servername: serverName,
    security: 'starttls',
    auth: { type: 'password', user: 'cabinet@exemple.mssante.fr', password: 'motdepasse' },
    timeouts: { commandMs: 2000, dataEndMs: 2000 },
    ...given,
  });
  transports.push(transport);
  return createTransport<NodemailerInfo>(transport as Transport<NodemailerInfo>);
}

const mail = {
  from: 'cabinet@exemple.mssante.fr',
  to: ['a@x.mssante.fr', 'b@x.mssante.fr'],
  subject: 'Compte rendu',
  text: 'Bonjour\n.\nsuite',
};
const heard = (): string[] => server.connections.flatMap((one) => one.heard);

describe('nodemailer composes, we submit', () => {
  it('on our channel, and tells per recipient', async () => {
    const info = await mailer().sendMail(mail);
    expect(info).toMatchObject({
      accepted: mail.to,
      rejected: [],
      response: 'Ok: queued as Q1',
      messageId: expect.stringContaining('@exemple.mssante.fr'),
    });
    expect(info.result).toMatchObject({ outcome: 'accepted', queueId: 'Q1' });
    expect(server.taken[0]).toContain('Subject: Compte rendu');
    expect(server.taken[0]).toMatch(/Bonjour\r\n\.\.\r\nsuite/);
  });

  it('attachments, and a raw message with bare line feeds', async () => {
    const transporter = mailer();
    await transporter.sendMail({ ...mail, attachments: [{ filename: 'IHE_XDM.ZIP', content: Buffer.alloc(200_000, 7) }] });
    expect(server.taken[0]?.length).toBeGreaterThan(270_000);
    await transporter.sendMail({ envelope: { from: 'a@x.fr', to: ['b@x.fr'] }, raw: 'Subject: brut\n\nligne\n' });
    expect(server.taken[1]).toBe('Subject: brut\r\n\r\nligne');
  });

  it('each recipient has its own ORCPT and its own wish [RFC 3461]', async () => {
    const transporter = mailer();
    await transporter.sendMail({
      ...mail,
      dsn: { id: 'e1', return: 'headers', notify: ['success', 'failure'], recipient: 'a@x.mssante.fr' },
    });
    expect(
      heard()
        .filter((line) => line.startsWith('MAIL'))
        .at(-1),
    ).toContain(' RET=HDRS ENVID=e1');
    expect(
      heard()
        .filter((line) => line.startsWith('RCPT'))
        .slice(-2),
    ).toEqual([
      'RCPT TO:<a@x.mssante.fr> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@x.mssante.fr',
      'RCPT TO:<b@x.mssante.fr> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@x.mssante.fr',
    ]);
    await mailer({ dsn: (address) => (address.startsWith('a') ? { notify: 'never' } : undefined) }).sendMail(mail);
    expect(
      heard()
        .filter((line) => line.startsWith('RCPT'))
        .slice(-2),
    ).toEqual(['RCPT TO:<a@x.mssante.fr> NOTIFY=NEVER ORCPT=rfc822;a@x.mssante.fr', 'RCPT TO:<b@x.mssante.fr>']);
  });

  it('some refused: resolves; all refused: rejects; perhaps sent: rejects with another code', async () => {
    const results: SubmissionResult[] = [];
    const transporter = mailer({ onResult: (result) => void results.push(result) });
    server.behave((line) => (line.includes('RCPT TO:<b@') ? '550 5.1.1 no' : undefined));
    expect(await transporter.sendMail(mail)).toMatchObject({ accepted: ['a@x.mssante.fr'], rejected: ['b@x.mssante.fr'] });
    server.behave((line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : line === 'DATA' ? '554 none' : undefined));
    await expect(transporter.sendMail(mail)).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_REFUSED',
      permanent: false,
      details: { code: 450, stage: 'rcpt' },
    });
    server.behave((line) => (line === '.' ? 'cut' : undefined));
    await expect(transporter.sendMail(mail)).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_UNCERTAIN',
      details: { stage: 'data-ended', uncertain: 2 },
    });
    expect(results.map((one) => one.outcome)).toEqual(['refused', 'refused', 'uncertain']);
  });

  it('verifies, takes a signal, and has a limit', async () => {
    expect(await mailer().verify()).toBe(true);
    const wrong = mailer({ servername: 'autre.mssante.fr' });
    await expect(wrong.verify()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_HOST' });
    await expect(mailer({ limits: { messageBytes: 1000 } }).sendMail({ ...mail, text: 'x'.repeat(2000) })).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_TOO_LARGE',
    });
    const abort = new AbortController();
    server.behave((line) => (line.startsWith('MAIL') ? (abort.abort(), 'hang') : undefined));
    await expect(mailer().sendMail({ ...mail, signal: abort.signal })).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_REFUSED',
      details: { reason: 'ERR_MSS_SMTP_ABORTED' },
    });
    expect(server.taken).toEqual([]);
  });
});
