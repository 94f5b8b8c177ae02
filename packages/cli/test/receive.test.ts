/** `mss receive` and `mss inbox`: each message once, on the disk before it is acknowledged, under names that tell nothing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Readable } from 'node:stream';

import { runMss } from '@mss/cli';
import { describe, expect, it } from 'vitest';

import { colleague, doctor, mailboxWorld } from './mailbox-support.js';
import { cda, mss, unlabelled } from './support.js';

const { sandbox, file, configure, run } = mailboxWorld();

function mail(subject: string, more: readonly string[] = [], from = doctor): Buffer {
  const lines = [`From: <${from}>`, `To: <${colleague}>`, `Subject: ${subject}`, `Message-ID: <${subject.replaceAll(/\W/g, '')}@test>`];
  return Buffer.from([...lines, 'Date: Mon, 02 Nov 2026 10:00:00 +0100', ...more, '', 'Bonjour', ''].join('\r\n'));
}
const deliver = (bytes: Uint8Array, from = doctor, to = colleague): void => sandbox().deliver(bytes, { from, to: [to] });
const descriptionOf = (folder: string, name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;

describe('mss receive', () => {
  it('writes mail, archive documents and PDF under opaque names, once; names stand in the description [ECO.2.1.2]', async () => {
    const sender = configure('sender');
    expect(await run(sender, 'send', '--to', colleague, '--cda', cda('001-biologie-hemogramme'))).toMatchObject({ status: 0 });
    const config = configure('receiver', {}, colleague);
    const into = file('received');
    const { status, json, stderr } = await run(config, 'receive', '--into', into);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(json).toMatchObject({
      handedOver: 1,
      quarantined: 0,
      quarantine: [],
      received: [{ id: expect.stringMatching(/^[A-Za-z0-9_-]+$/) }],
    });
    expect(unlabelled(json)).toEqual([]);
    expect(unlabelled((await run(config, 'inbox', 'list')).json)).toEqual([]);
    const [one] = json.received;
    expect(one.files.map((each: { role: string }) => each.role)).toEqual(['message', 'attachment', 'attachment', 'document']);
    const names = readdirSync(into);
    expect(new Set(names)).toEqual(new Set([one.description, ...one.files.map((each: { file: string }) => each.file)]));
    expect(names.join(' ')).not.toMatch(/ROCHEBRUNE|JEANNE|XDM\.ZIP/i);
    for (const name of names) expect(statSync(join(into, name)).mode & 0o077).toBe(0);
    const description = descriptionOf(into, one.description);
    expect(description).toMatchObject({
      mailbox: colleague,
      folder: 'INBOX',
      subject: { ok: true, familyName: 'ROCHEBRUNE' },
      attachments: [{ name: 'IHE_XDM.ZIP' }, { name: expect.stringContaining('ROCHEBRUNE') }],
      xdm: { ok: true, patient: { matricule: '258038708599044' } },
      problem: null,
    });
    const document = one.files.find((each: { role: string }) => each.role === 'document');
    expect(readFileSync(join(into, document.file))).toEqual(readFileSync(cda('001-biologie-hemogramme')));
    expect(await run(config, 'receive', '--into', into)).toMatchObject({ status: 0, json: { handedOver: 0, received: [] } });
    expect(await mss(['receive', '--into', into, '--config', config])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Messages remis : 0'),
    });
  });

  it('what cannot be written is not acknowledged, and no description says that it is there', async () => {
    const address = 'cardiologie@ch-bellevue.mssante.test';
    deliver(mail('Un'), doctor, address);
    // The same keys give the same id: another ledger tells the name beforehand.
    const { json } = await run(configure('twin', {}, address), 'receive', '--into', file('twin'));
    const [{ id }] = json.received;
    mkdirSync(join(file('unwritable'), `${id}.json`, 'in the way'), { recursive: true });
    const config = configure('full', {}, address);
    const failed = await run(config, 'receive', '--into', file('unwritable'));
    expect(failed).toMatchObject({ status: 2, json: { received: [], handedOver: 0, postponed: 1, error: { code: 'ERR_MSS_CLI_FILE' } } });
    expect((await run(config, 'inbox', 'list')).json.messages).toMatchObject([
      { id, state: 'waiting', attempts: 1, code: 'ERR_MSS_CLI_FILE' },
    ]);
    expect(readdirSync(file('unwritable')).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await run(config, 'receive', '--into', join(file('full.json'), 'x'))).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_CLI_FILE' } },
    });
  });

  it('--limit reads so many; --mark-seen and --move-to are done after the hand-over', async () => {
    const config = configure('limited', {}, 'secretariat@laboratoire-du-port.mssante.test');
    for (const subject of ['A', 'B', 'C']) deliver(mail(subject), doctor, 'secretariat@laboratoire-du-port.mssante.test');
    const into = file('limited');
    expect((await run(config, 'receive', '--into', into, '--limit', '2', '--mark-seen')).json).toMatchObject({ handedOver: 2 });
    const flags = sandbox()
      .messages('secretariat@laboratoire-du-port.mssante.test', { folder: 'INBOX' })
      .map((one) => one.flags);
    expect(flags.map((each) => each.includes('\\Seen'))).toEqual([true, true, false]);
    expect((await run(config, 'receive', '--into', into)).json).toMatchObject({ handedOver: 1, unfinished: 0 });
  });

  it.each([
    ['always', 1],
    ['never', 0],
    ['ask', 0],
  ])('--mdn %s: %i read receipts leave [ECO.2.3.2]', async (policy, receipts) => {
    const config = configure(`mdn-${policy}`, {}, colleague);
    const asked = mail(`Accuse ${policy}`, [`Disposition-Notification-To: <${doctor}>`, `Return-Path: <${doctor}>`]);
    deliver(asked);
    const before = sandbox().messages(doctor, { folder: 'INBOX' }).length;
    const { json } = await run(config, 'receive', '--into', file(`mdn-${policy}`), '--mdn', policy);
    expect(sandbox().messages(doctor, { folder: 'INBOX' }).length - before).toBe(receipts);
    expect(json.handedOver).toBeGreaterThan(0);
    if (policy !== 'ask') return;
    // A person has seen it since.
    const id = (await run(config, 'inbox', 'list')).json.messages.find((one: { mdn: string }) => one.mdn === 'later').id;
    expect(await run(config, 'inbox', 'acknowledge', id)).toMatchObject({
      status: 1,
      json: { mdn: 'ask', error: { code: 'ERR_MSS_CLI_CONSENT' } },
    });
    expect(await run(config, 'inbox', 'acknowledge', id, '--consent')).toMatchObject({ status: 0, json: { mdn: 'queued' } });
    expect(sandbox().messages(doctor, { folder: 'INBOX' }).length - before).toBe(1);
    expect(await run(config, 'inbox', 'acknowledge', 'nonsense')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_LEDGER_INBOX_NOT_FOUND' } },
    });
  });

  it('receipts are recorded: outbox show tells what is known', async () => {
    const sender = configure('known');
    const gone = 'personne@cabinet-de-la-halle.mssante.test';
    expect(await run(sender, 'send', '--to', gone, '--subject', 'Avis', '--request', 'dsn', '--document-id', 'known-1')).toMatchObject({
      status: 0,
    });
    await run(sender, 'receive', '--into', file('known'));
    const { json } = await run(sender, 'outbox', 'show', 'known-1');
    expect(json.known).toMatchObject([{ address: gone, verdict: 'failed', why: [{ fact: 'failed', status: '5.1.1' }] }]);
    expect((await mss(['outbox', 'show', 'known-1', '--config', sender])).stdout).toContain('Le message n’a pas été remis.');
  });

  it('--follow prints one JSON line a message until it is stopped', async () => {
    const config = configure('follow', {}, colleague);
    const stop = new AbortController();
    const lines: string[] = [];
    let line = (): void => {};
    const io = {
      stdin: Readable.from([]),
      stdout: (text: string) => {
        lines.push(text);
        line();
      },
      stderr: () => {},
      interactive: false,
      debug: false,
      stop: stop.signal,
    };
    const next = (): Promise<void> => new Promise((resolve) => (line = resolve));
    const first = next();
    deliver(mail('Suivi 1'));
    const running = runMss(['receive', '--into', file('follow'), '--follow', '--config', config, '--json'], io);
    await Promise.race([first, running]);
    while (!lines.join('').includes('"description"')) await next();
    const before = lines.length;
    const later = next();
    deliver(mail('Suivi 2'));
    while (lines.length === before) await later;
    stop.abort();
    expect(await running).toBe(0);
    for (const text of lines)
      expect(existsSync(join(file('follow'), (JSON.parse(text) as { description: string }).description))).toBe(true);
  });
});
