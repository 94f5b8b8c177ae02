import { parseMime } from '@mss/formats/mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox, type SandboxMessage } from '../src/index.js';
import { andreClosed, camille, claire, hugo, louis, smtp } from './clients.js';
import { simpleMail } from './mails.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ trustedDomains: ['ailleurs.mssante.test'] });
});
afterAll(async () => sandbox.stop());

/** What reached a mailbox while the work was done. */
async function received(address: string, work: () => Promise<unknown>): Promise<readonly SandboxMessage[]> {
  const before = sandbox.messages(address, { folder: 'INBOX' }).length;
  await work();
  return sandbox.messages(address, { folder: 'INBOX' }).slice(before);
}

/** The fields of a machine-readable report part: groups separated by empty lines. */
function report(message: SandboxMessage): { subject: string; groups: Record<string, string>[]; original: string; originalType: string } {
  const mime = parseMime(message.content).value;
  expect(mime.mediaType).toBe('multipart/report');
  const [, status, original] = mime.children;
  const groups = status!
    .text()
    .trim()
    .split(/\r\n\r\n/)
    .map((group) =>
      Object.fromEntries(group.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])),
    );
  return { subject: mime.header('Subject') ?? '', groups, original: original?.text() ?? '', originalType: original?.mediaType ?? '' };
}

const dsn = (notify: string | string[], options: object = {}): object => ({ dsn: { id: 'env-1', return: 'headers', notify, ...options } });

const send = async (headers: Record<string, string>, extra: object = {}): Promise<unknown> =>
  smtp(sandbox, claire).sendMail({ from: claire, to: hugo, text: 'x', headers, ...extra });

describe('a mailbox that is delayed', () => {
  it.each([
    ['open', 'delivered', '2.0.0'],
    ['closed', 'failed', '5.2.1'],
  ] as const)('reports the delay, and then %s: %s [RFC 3464 §2.3.3]', async (state, action, status) => {
    sandbox.setAccountState(hugo, 'delayed');
    const before = sandbox.messages(hugo).length;
    const [delay, ...more] = await received(claire, async () =>
      send({}, { subject: 'Lent', to: [hugo, louis], ...dsn(['success', 'failure', 'delay']) }),
    );
    // Of the other recipient a success, in a report of its own.
    expect(more).toHaveLength(1);
    const delayed = report([delay!, ...more].find((one) => /delayed/.test(report(one).groups[1]?.['Action'] ?? ''))!);
    expect(delayed.groups[0]).toMatchObject({ 'Original-Envelope-Id': 'env-1' });
    expect(delayed.groups.slice(1)).toMatchObject([{ 'Final-Recipient': `rfc822; ${hugo}`, Action: 'delayed', Status: '4.4.1' }]);
    expect(delayed.originalType).toBe('text/rfc822-headers');
    expect(sandbox.messages(hugo)).toHaveLength(before);
    const [last, ...rest] = await received(claire, async () => sandbox.setAccountState(hugo, state));
    expect(rest).toHaveLength(0);
    expect(report(last!).groups.slice(1)).toMatchObject([{ 'Final-Recipient': `rfc822; ${hugo}`, Action: action, Status: status }]);
    expect(sandbox.messages(hugo)).toHaveLength(before + (state === 'open' ? 1 : 0));
    sandbox.setAccountState(hugo, 'open');
    expect(sandbox.messages(hugo)).toHaveLength(before + (state === 'open' ? 1 : 0));
  });

  it('says nothing to who does not ask, and keeps the order', async () => {
    sandbox.setAccountState(hugo, 'delayed');
    const before = sandbox.messages(hugo).length;
    expect(await received(claire, async () => send({}, { subject: 'un', ...dsn(['failure']) }))).toEqual([]);
    expect(await received(claire, async () => send({}, { subject: 'deux' }))).toEqual([]);
    sandbox.setAccountState(hugo, 'delayed');
    expect(sandbox.messages(hugo)).toHaveLength(before);
    sandbox.setAccountState(hugo, 'open');
    const subjects = sandbox
      .messages(hugo)
      .slice(before)
      .map((one) => parseMime(one.content).value.header('Subject'));
    expect(subjects).toEqual(['un', 'deux']);
  });

  it('what waits counts against the storage', async () => {
    const small = await startSandbox({ limits: { storageBytes: 30_000 } });
    small.setAccountState(hugo, 'delayed');
    const mail = Buffer.from(`${simpleMail('gros')}${'x'.repeat(12_000)}`);
    small.deliver(mail, { from: claire, to: [hugo] });
    small.deliver(mail, { from: claire, to: [hugo] });
    expect(() => small.deliver(mail, { from: claire, to: [hugo] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_SANDBOX_STORAGE_FULL' }),
    );
    small.setAccountState(hugo, 'open');
    expect(small.messages(hugo)).toHaveLength(2);
    await small.stop();
  });
});

describe('delivery reports', () => {
  it('reports success when NOTIFY=SUCCESS asks for it, with ENVID and ORCPT [RFC 3461, RFC 3464]', async () => {
    const [message, ...more] = await received(claire, async () =>
      smtp(sandbox, claire).sendMail({
        from: claire,
        to: [hugo, camille],
        subject: 'DSN',
        text: 'contenu',
        ...dsn(['success', 'failure'], { recipient: hugo }),
      }),
    );
    expect(more).toHaveLength(0);
    const { subject, groups, original, originalType } = report(message!);
    expect(subject).toBe('Successful Mail Delivery Report');
    expect(groups).toMatchObject([
      { 'Reporting-MTA': 'dns; operateur.mssante.test', 'Original-Envelope-Id': 'env-1' },
      { 'Original-Recipient': `rfc822;${hugo}`, 'Final-Recipient': `rfc822; ${hugo}`, Action: 'delivered', Status: '2.0.0' },
      { 'Final-Recipient': `rfc822; ${camille}`, Action: 'delivered' },
    ]);
    expect(originalType).toBe('text/rfc822-headers');
    expect(original).toContain('Subject: DSN');
    expect(original).not.toContain('contenu');
    expect(String(message!.content)).toMatch(/^Return-Path: <>\r\n/);
  });

  it('reports success when only Return-Receipt-To asks for it [ECO.2.3.1]', async () => {
    expect(await received(claire, async () => send({}))).toHaveLength(0);
    expect(await received(claire, async () => send({ 'Return-Receipt-To': claire }))).toHaveLength(1);
    expect(await received(claire, async () => send({ 'Return-Receipt-To': claire }, dsn('failure')))).toHaveLength(0);
  });

  it.each([
    ['inconnu@cabinet-de-la-halle.mssante.test', '5.1.1', 'Undelivered Mail Returned to Sender', `MAILER-DAEMON@operateur.mssante.test`],
    [
      'ancienne.bal@cabinet-des-tilleuls.mssante.test',
      '5.2.1',
      'Undelivered Mail Returned to Sender',
      `MAILER-DAEMON@operateur.mssante.test`,
    ],
    ['x@ailleurs.mssante.test', '5.4.4', 'Undelivered Mail Returned to Sender', `MAILER-DAEMON@operateur.mssante.test`],
    ['299999999999999@patient.mssante.fr', '5.1.1', 'Message non distribué', 'MAILER-DAEMON@patient.mssante.fr'],
    [andreClosed, '5.2.1', 'Message non distribué', 'MAILER-DAEMON@patient.mssante.fr'],
  ])('returns what cannot be delivered to %s with %s [RFC 3464 §2.3]', async (to, status, subject, from) => {
    const [message, ...more] = await received(claire, async () =>
      smtp(sandbox, claire).sendMail({ from: claire, to, subject: 'Retour', text: 'contenu' }),
    );
    expect(more).toHaveLength(0);
    const read = report(message!);
    expect(read.subject).toBe(subject);
    expect(parseMime(message!.content).value.header('From')).toContain(from);
    expect(read.groups[1]).toMatchObject({
      'Final-Recipient': `rfc822; ${to}`,
      Action: 'failed',
      Status: status,
      'Diagnostic-Code': expect.stringContaining(`smtp; 550 ${status} `),
    });
    expect(read.originalType).toBe('message/rfc822');
    expect(String(message!.content)).toContain('contenu');
  });

  it('returns what is too big for the patient, not for the operator [25 MB]', async () => {
    const own = await startSandbox({
      accounts: [
        { address: claire, kind: 'personal' },
        { address: camille, kind: 'patient', maxMessageBytes: 2_000 },
      ],
    });
    await smtp(own, claire).sendMail({ from: claire, to: camille, text: 'x'.repeat(3_000), ...dsn('failure') });
    const { subject, groups, originalType } = report(own.messages(claire)[0]!);
    expect(subject).toBe('Undelivered Mail Returned to Sender');
    expect(groups[1]).toMatchObject({ Action: 'failed', Status: '5.3.4' });
    expect(originalType).toBe('text/rfc822-headers');
    expect(own.messages(camille)).toHaveLength(0);
    await own.stop();
  });

  it('reports each recipient apart, and nothing after NOTIFY=NEVER', async () => {
    const mixed = { from: claire, to: [hugo, 'inconnu@cabinet-de-la-halle.mssante.test', andreClosed], text: 'x' };
    const reports = await received(claire, async () => smtp(sandbox, claire).sendMail({ ...mixed, ...dsn(['success', 'failure']) }));
    expect(
      reports.map((message) =>
        report(message)
          .groups.slice(1)
          .map((group) => group['Status']),
      ),
    ).toEqual([['2.0.0'], ['5.1.1'], ['5.2.1']]);
    expect(await received(claire, async () => smtp(sandbox, claire).sendMail({ ...mixed, ...dsn('never') }))).toHaveLength(0);
  });

  it('answers no report with a report', async () => {
    const before = sandbox.messages(claire).length;
    sandbox.deliver(Buffer.from('Subject: rapport\r\n\r\n'), { from: '', to: ['inconnu@cabinet-des-tilleuls.mssante.test'] });
    expect(sandbox.messages(claire)).toHaveLength(before);
  });

  it('refuses unknown mailboxes at RCPT when it is told to', async () => {
    const own = await startSandbox({ unknownRecipients: 'refuse' });
    const sending = smtp(own, claire).sendMail({ from: claire, to: 'inconnu@cabinet-de-la-halle.mssante.test', text: 'x' });
    await expect(sending).rejects.toMatchObject({ responseCode: 550, response: expect.stringContaining('5.1.1') });
    await own.stop();
  });
});

describe('Mon espace santé', () => {
  it('sends the read receipt when the patient reads, once [RFC 8098, ECO.2.3.2]', async () => {
    const sent = await smtp(sandbox, claire).sendMail({
      from: { name: 'Dr_Claire_MOREAU', address: claire },
      to: camille,
      cc: hugo,
      subject: 'Lisez-moi',
      text: 'corps',
      headers: { 'Disposition-Notification-To': claire },
    });
    const space = sandbox.patientSpace(camille);
    const shown = space.inbox().find(({ subject }) => subject === 'Lisez-moi')!;
    expect(shown).toMatchObject({
      sender: 'Dr_Claire_MOREAU',
      others: ['hugo.bernard'],
      read: false,
      canReply: true,
      text: expect.stringContaining('corps'),
    });
    const [receipt, ...more] = await received(claire, async () => {
      expect(space.read(shown.id)).toMatchObject({ receipt: 'sent', message: { read: true } });
      expect(space.read(shown.id).receipt).toBe('already-sent');
    });
    expect(more).toHaveLength(0);
    const mime = parseMime(receipt!.content).value;
    expect(mime.parameters['report-type']).toBe('disposition-notification');
    expect(mime.header('In-Reply-To')).toBe(sent.messageId);
    expect(String(receipt!.content)).toMatch(/^Return-Path: <>\r\n/);
    expect(report(receipt!).groups[0]).toMatchObject({
      'Final-Recipient': expect.stringMatching(new RegExp(`rfc822; ?${camille}`)),
      'Original-Message-ID': sent.messageId,
      Disposition: expect.stringMatching(/^manual-action\/MDN-sent-(automatically|manually); ?displayed$/),
    });
  });

  it.each([
    { 'Disposition-Notification-To': 'personne' },
    { 'Disposition-Notification-To': 'x@exemple.test' },
    { 'Disposition-Notification-To': louis },
    { 'Disposition-Notification-To': claire, 'Disposition-Notification-Options': 'x=required,y' },
  ])('answers no impossible request %#', (headers) => {
    sandbox.deliver(Buffer.from(simpleMail('impossible', { From: claire, ...headers })), { from: claire, to: [louis] });
    const space = sandbox.patientSpace(louis);
    expect(space.read(space.inbox().at(-1)!.id).receipt).toBe('refused');
  });

  it('sends none that was not asked for', async () => {
    await smtp(sandbox, claire).sendMail({ from: claire, to: louis, subject: 'sans accusé', text: 'x' });
    const space = sandbox.patientSpace(louis);
    expect(await received(claire, async () => expect(space.read(space.inbox().at(-1)!.id).receipt).toBe('not-requested'))).toHaveLength(0);
  });

  it('answers the sender and the other professionals, never another patient', async () => {
    const sent = await smtp(sandbox, claire).sendMail({ from: claire, to: [camille, hugo], cc: louis, subject: 'Question', text: 'x' });
    const space = sandbox.patientSpace(camille);
    const { id } = space.inbox().find(({ subject }) => subject === 'Question')!;
    const atLouis = sandbox.messages(louis).length;
    const [answer] = await received(claire, async () => expect(space.reply(id, 'Merci !\nÀ demain').recipients).toBe(2));
    expect(sandbox.messages(louis)).toHaveLength(atLouis);
    const mime = parseMime(answer!.content).value;
    expect(mime.header('To')).toBe(`${claire}, ${hugo}`);
    expect(mime.header('In-Reply-To')).toBe(sent.messageId);
    expect(mime.header('Subject')).toBe('Re: Question');
    expect(mime.text()).toBe('Merci !\r\nÀ demain\r\n');
    expect(sandbox.messages(camille, { folder: 'Sent' })).toHaveLength(1);
    expect(space.conversations().some(({ id: conversation }) => conversation === sent.messageId)).toBe(true);
  });

  it('answers at Reply-To, and then not at the sending address', async () => {
    await smtp(sandbox, claire).sendMail({
      from: claire,
      replyTo: 'cardiologie@ch-bellevue.mssante.test',
      to: louis,
      subject: 'Répondez ailleurs',
      text: 'x',
    });
    const space = sandbox.patientSpace(louis);
    const { id } = space.inbox().find(({ subject }) => subject === 'Répondez ailleurs')!;
    const atClaire = await received(claire, async () => {
      const [answer] = await received('cardiologie@ch-bellevue.mssante.test', async () => space.reply(id, 'oui'));
      expect(answer).toBeDefined();
    });
    expect(atClaire).toHaveLength(0);
  });

  it.each([{ subject: '[FIN]' }, { subject: 'Au revoir', headers: { 'X-MSS-MES': 'FIN' } }])(
    'lets nobody answer once the exchange was ended %#',
    async (last) => {
      const own = await startSandbox();
      const transport = smtp(own, claire);
      await transport.sendMail({ from: claire, to: camille, subject: 'avant', text: 'x' });
      await smtp(own, hugo).sendMail({ from: hugo, to: camille, subject: 'un autre', text: 'x' });
      await transport.sendMail({ from: claire, to: camille, text: 'x', ...last });
      const space = own.patientSpace(camille);
      const inbox = space.inbox();
      expect(inbox.map(({ canReply }) => canReply)).toEqual([false, true, false]);
      expect(() => space.reply(inbox[0]!.id, 'encore')).toThrow(expect.objectContaining({ code: 'ERR_MSS_SANDBOX_REPLY_CLOSED' }));
      await transport.sendMail({ from: claire, to: camille, subject: 'à nouveau', text: 'x' });
      expect(space.inbox().at(-1)!.canReply).toBe(true);
      await own.stop();
    },
  );

  it('knows patients only', () => {
    expect(() => sandbox.patientSpace(claire)).toThrow(expect.objectContaining({ code: 'ERR_MSS_SANDBOX_ACCOUNT_KIND' }));
    expect(() => sandbox.patientSpace('1@patient.mssante.fr')).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT' }),
    );
    expect(() => sandbox.patientSpace(camille).read('999')).toThrow(expect.objectContaining({ code: 'ERR_MSS_SANDBOX_UNKNOWN_MESSAGE' }));
  });
});
