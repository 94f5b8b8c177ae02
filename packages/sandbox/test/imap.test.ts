import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { claire, hugo, imap, present, withImap } from './clients.js';
import { matchesPattern } from '../src/imap/wildcard.js';
import { simpleMail } from './mails.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => sandbox.stop());

const deliver = (subject: string, to = claire): void => sandbox.deliver(Buffer.from(simpleMail(subject)), { from: hugo, to: [to] });

const fits = (name: string, ...patterns: string[]): boolean[] => patterns.map((pattern) => matchesPattern(name, pattern));

describe('the IMAP server', () => {
  it('lists folders with their roles [RFC 6154]', async () => {
    await withImap(imap(sandbox, claire), async (client) => {
      const folders = await client.list();
      expect(folders.map(({ path, specialUse }) => [path, specialUse])).toEqual(
        expect.arrayContaining([
          ['Drafts', '\\Drafts'],
          ['INBOX', '\\Inbox'],
          ['Sent', '\\Sent'],
          ['Trash', '\\Trash'],
        ]),
      );
      expect(folders).toHaveLength(4);
    });
  });

  it('matches patterns without ever taking long [RFC 3501 §6.3.8]', () => {
    expect(fits('a/b/c', '*', 'a/%/c', 'a/%', '%', 'a*c', '*/c', 'a/b/c', 'A/b/c', '', 'a/b/c%', '%%%', '***')).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(matchesPattern('', '*')).toBe(true);
    expect(matchesPattern('a'.repeat(255), `${'*a'.repeat(240)}b`)).toBe(false);
  });

  it('tells and keeps the quota [RFC 9208]', async () => {
    const own = await startSandbox({
      accounts: [
        { address: claire, kind: 'personal', quotaBytes: 10_240 },
        { address: hugo, kind: 'personal' },
      ],
    });
    await withImap(imap(own, claire), async (client) => {
      await client.append('INBOX', 'x'.repeat(5_000));
      expect(await client.getQuota('INBOX')).toMatchObject({ storage: { usage: 5 * 1024, limit: 10_240 } });
      await expect(client.append('Sent', 'x'.repeat(6_000))).rejects.toMatchObject({ serverResponseCode: 'OVERQUOTA' });
      own.deliver(Buffer.from(`Subject: x\r\n\r\n${'x'.repeat(6_000)}`), { from: hugo, to: [claire] });
      expect(String(own.messages(hugo)[0]?.content)).toContain('Status: 5.2.2');
    });
    await own.stop();
  });

  it('creates, renames and deletes folders, accents included [RFC 3501 §5.1.3]', async () => {
    await withImap(imap(sandbox, claire), async (client) => {
      await client.mailboxCreate('Patients/Été & hiver');
      await client.mailboxRename('Patients/Été & hiver', 'Archivés 日本');
      expect((await client.list()).map(({ path }) => path)).toContain('Archivés 日本');
      await client.mailboxSubscribe('Archivés 日本');
      await client.mailboxDelete('Archivés 日本');
      await expect(client.mailboxDelete('Sent')).rejects.toThrow();
      expect((await client.list()).map(({ path }) => path)).not.toContain('Archivés 日本');
    });
  });

  it('appends, flags, copies, moves and expunges by UID [RFC 4315, RFC 6851]', async () => {
    await withImap(imap(sandbox, claire), async (client) => {
      const appended = present(
        await client.append(
          'Sent',
          simpleMail('envoyé'),
          ['\\Seen', 'Étiquette'.normalize('NFKD').replaceAll(/\P{ASCII}/gu, '')],
          new Date('2026-02-03T04:05:06Z'),
        ),
      );
      const lock = await client.getMailboxLock('Sent');
      const stored = present(await client.fetchOne(String(appended.uid), { flags: true, internalDate: true }, { uid: true }));
      expect([...(stored.flags ?? [])].sort()).toEqual(['Etiquette', '\\Seen']);
      expect(stored.internalDate).toEqual(new Date('2026-02-03T04:05:06Z'));
      await client.messageFlagsAdd('1:*', ['\\Flagged']);
      await client.messageFlagsRemove('1:*', ['\\Seen']);
      const copied = await client.messageCopy(String(appended.uid), 'Trash', { uid: true });
      expect(copied).toMatchObject({ uidMap: new Map([[appended.uid, 1]]) });
      const moved = await client.messageMove(String(appended.uid), 'Drafts', { uid: true });
      expect(moved).toMatchObject({ uidMap: new Map([[appended.uid, 1]]) });
      expect(client.mailbox && client.mailbox.exists).toBe(0);
      lock.release();
      await client.mailboxOpen('Drafts');
      const there = present(await client.fetchOne('1', { flags: true }));
      expect([...(there.flags ?? [])].sort()).toEqual(['Etiquette', '\\Flagged']);
      expect(await client.messageDelete('1:*')).toBe(true);
      expect(await client.status('Drafts', { messages: true, uidNext: true, unseen: true })).toMatchObject({
        messages: 0,
        uidNext: 2,
        unseen: 0,
      });
    });
  });

  it('searches [RFC 3501 §6.4.4]', async () => {
    await withImap(imap(sandbox, hugo), async (client) => {
      await client.append(
        'INBOX',
        simpleMail('=?utf-8?Q?R=C3=A9sultat?=', { From: '"Élodie" <elodie@mssante.test>', Date: 'Mon, 05 Jan 2026 10:00:00 +0100' }),
        [],
        new Date('2026-01-05T10:00:00Z'),
      );
      await client.append(
        'INBOX',
        simpleMail('autre', { To: 'c@mssante.test', 'X-MSS-NIL': 'ABC' }),
        ['\\Seen', '\\Answered'],
        new Date('2026-03-05T10:00:00Z'),
      );
      await client.mailboxOpen('INBOX');
      const found = async (query: Parameters<typeof client.search>[0]): Promise<number[]> => present(await client.search(query));
      expect(await found({ subject: 'résultat' })).toEqual([1]);
      expect(await found({ from: 'élodie' })).toEqual([1]);
      expect(await found({ to: 'c@mssante.test' })).toEqual([2]);
      expect(await found({ seen: false })).toEqual([1]);
      expect(await found({ answered: true, body: 'bonjour' })).toEqual([2]);
      expect(await found({ since: new Date('2026-02-01') })).toEqual([2]);
      expect(await found({ sentBefore: new Date('2026-01-06'), sentSince: new Date('2026-01-05') })).toEqual([1]);
      expect(await found({ header: { 'X-MSS-NIL': 'abc' } })).toEqual([2]);
      expect(await found({ or: [{ subject: 'autre' }, { uid: '1' }] })).toEqual([1, 2]);
      expect(await found({ not: { subject: 'autre' }, larger: 10 })).toEqual([1]);
      expect(await found({ subject: 'introuvable' })).toEqual([]);
    });
  });

  it('tells an idling reader of new messages, flags and expunges by others [RFC 2177]', async () => {
    const watching = await imap(sandbox, claire);
    const acting = await imap(sandbox, claire);
    await watching.mailboxOpen('INBOX');
    await acting.mailboxOpen('INBOX');
    const seen: string[] = [];
    const gotAll = new Promise<void>((resolve) => {
      const note = (what: string): void => {
        seen.push(what);
        if (what.startsWith('expunge')) resolve();
      };
      watching.on('exists', ({ count }: { count: number }) => note(`exists ${count}`));
      watching.on('flags', ({ uid }: { uid?: number }) => note(`flags ${uid ?? '?'}`));
      watching.on('expunge', ({ seq }: { seq: number }) => note(`expunge ${seq}`));
    });
    const idling = watching.idle();
    await sandbox.events.waitFor(({ command }) => command === 'IDLE');
    deliver('pendant IDLE');
    await acting.noop();
    await acting.messageFlagsAdd('1', ['\\Seen']);
    await acting.messageDelete('1');
    await gotAll;
    expect(seen).toEqual(['exists 1', 'flags 1', 'flags 1', 'expunge 1']);
    await acting.logout();
    await watching.noop();
    await idling;
    await watching.logout();
  });

  it('gives every part of a nested message by its number [RFC 3501 §6.4.5]', async () => {
    const inner = simpleMail('dedans', { 'Content-Type': 'multipart/mixed; boundary=I' }).replace(
      'Bonjour.\r\n',
      '--I\r\n\r\nun\r\n--I\r\nContent-Type: application/pdf\r\n\r\ndeux\r\n--I--\r\n',
    );
    const outer = simpleMail('dehors', { 'Content-Type': 'multipart/mixed; boundary=O' }).replace(
      'Bonjour.\r\n',
      `--O\r\nContent-Type: text/plain\r\nX-Part: 1\r\n\r\ntexte\r\n--O\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--O--\r\n`,
    );
    await withImap(imap(sandbox, hugo), async (client) => {
      await client.append('Drafts', outer);
      await client.mailboxOpen('Drafts');
      const parts = ['1', '1.mime', '2', '2.header', '2.text', '2.1', '2.2', '2.2.mime', '3', '2.3'];
      const message = present(
        await client.fetchOne('*', { bodyParts: parts, bodyStructure: true, headers: ['subject', 'x-none'], envelope: true }),
      );
      const text = Object.fromEntries(
        [...(message.bodyParts ?? [])].map(([name, bytes]) => [name, bytes === null ? null : bytes.toString()]),
      );
      expect(text).toMatchObject({
        '1': 'texte',
        '2': inner,
        '2.1': 'un',
        '2.2': 'deux',
        '2.2.mime': 'Content-Type: application/pdf\r\n\r\n',
        '1.mime': 'Content-Type: text/plain\r\nX-Part: 1\r\n\r\n',
      });
      expect(text['2.header']).toContain('Subject: dedans');
      expect(text['2.text']).toMatch(/^--I/);
      // imapflow shows NIL as false.
      expect(text['3']).toBe('false');
      expect(String(message.headers)).toBe('Subject: dehors\r\n\r\n');
      expect(message.bodyStructure?.childNodes?.[1]).toMatchObject({
        part: '2',
        type: 'message/rfc822',
        childNodes: [{ type: 'multipart/mixed' }],
      });
    });
  });

  it('serves what it cannot read as a message', async () => {
    await withImap(imap(sandbox, hugo), async (client) => {
      for (const bytes of [
        Buffer.from([0, 255, 13, 10]),
        Buffer.from('Content-Type: multipart/mixed\r\n\r\nrien'),
        Buffer.from(`Subject: ${'é'.repeat(40_000)}\r\n\r\n`),
        Buffer.alloc(0),
      ]) {
        await client.append('Trash', bytes);
      }
      await client.mailboxOpen('Trash');
      const all = await client.fetchAll('1:*', { source: true, bodyStructure: true, envelope: true });
      expect(all.map(({ source }) => source?.length ?? 0)).toEqual([4, 37, 80_013, 0]);
      expect(all.every(({ bodyStructure }) => bodyStructure?.type === 'text/plain')).toBe(true);
    });
  });
});
