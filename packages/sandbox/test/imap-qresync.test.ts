import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { startTcpProxy } from '@mss/testkit';
import { openMailbox, type Mailbox, type SyncEvent, type SyncState } from '@mss/transport';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { StorageBudget } from '../src/store/budget.js';
import { Folder } from '../src/store/folder.js';
import { cardiologie, claire, conformingTls, hugo } from './clients.js';
import { simpleMail } from './mails.js';
import { RawClient } from './raw-client.js';

let sandbox: Sandbox;
let policy: SecureChannelPolicy;
beforeAll(async () => {
  sandbox = await startSandbox();
  policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'sandbox', anchors: [sandbox.caPem] }) });
});
afterAll(async () => {
  await policy.close();
  await sandbox.stop();
});

const deliver = (subject: string, to: string): void => sandbox.deliver(Buffer.from(simpleMail(subject)), { from: hugo, to: [to] });
const ask = (client: RawClient, command: string): Promise<string> => client.ask(`t ${command}\r\n`, /^t (OK|NO|BAD).*\r\n/m);
const number = (text: string, code: string): number => Number(new RegExp(`${code} (\\d+)`).exec(text)?.[1]);

async function login(enable = true): Promise<RawClient> {
  const client = await RawClient.secure(sandbox, sandbox.ports.imaps);
  await client.until(/^\* OK .*\r\n/);
  await ask(client, `LOGIN ${hugo} ${sandbox.account(hugo).password}`);
  if (enable) expect(await ask(client, 'ENABLE QRESYNC X-UNKNOWN')).toMatch(/^\* ENABLED QRESYNC\r\nt OK/);
  return client;
}

describe('quick resynchronisation [RFC 7162]', () => {
  it('SELECT tells what is gone and what changed since, of the UIDs that are known [3.2.5]', async () => {
    for (const subject of ['un', 'deux', 'trois', 'quatre', 'cinq', 'six']) deliver(subject, hugo);
    const [one, two] = [await login(), await login(false)];
    expect(await ask(one, 'CAPABILITY')).toContain(' CONDSTORE QRESYNC ');
    const selected = await ask(one, 'SELECT INBOX');
    const [validity, modseq] = [number(selected, 'UIDVALIDITY'), number(selected, 'HIGHESTMODSEQ')];
    expect(await ask(one, 'UNSELECT')).toMatch(/^t OK/);

    expect(await ask(two, 'SELECT INBOX')).not.toContain('CLOSED');
    await ask(two, String.raw`UID STORE 2:3,5 +FLAGS.SILENT (\Deleted)`);
    // Who did not ask for it is told by number.
    expect(await ask(two, 'EXPUNGE')).toMatch(/^\* 5 EXPUNGE\r\n\* 3 EXPUNGE\r\n\* 2 EXPUNGE\r\nt OK Done/);
    await ask(two, String.raw`UID STORE 4 +FLAGS (\Seen)`);

    const told = (text: string): string[] => text.split('\r\n').filter((line) => /VANISHED|FETCH/.test(line));
    const all = await ask(one, `SELECT INBOX (QRESYNC (${validity} ${modseq}))`);
    expect(told(all)).toEqual([
      '* VANISHED (EARLIER) 2:3,5',
      expect.stringMatching(/^\* 2 FETCH \(UID 4 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/) as string,
    ]);
    expect(all.indexOf('EXISTS')).toBeLessThan(all.indexOf('VANISHED'));
    const again = (known: string): Promise<string> => ask(one, `SELECT INBOX (QRESYNC (${known}))`);
    expect(told(await again(`${validity} ${modseq} 1:2,6 (1,3 1,6)`))).toEqual(['* VANISHED (EARLIER) 2']);
    expect(told(await again(`${validity} ${modseq} (1:2 1:2)`))).toHaveLength(2);
    // Another folder under the same name, and nothing new.
    expect(told(await again(`${validity + 1} ${modseq}`))).toEqual([]);
    expect(told(await again(`${validity} ${number(all, 'HIGHESTMODSEQ')}`))).toEqual([]);
    expect(told(await again(`${validity} 9223372036854775807`))).toEqual([]);
    expect(await ask(one, 'SELECT Sent')).toMatch(/^\* OK \[CLOSED\]/);
    one.close();
    two.close();
  });

  it('VANISHED tells expunges by UID: during IDLE, EXPUNGE and MOVE, and UID FETCH those before [3.2.6, 3.2.10]', async () => {
    for (const subject of ['sept', 'huit', 'neuf', 'dix']) deliver(subject, hugo);
    const [one, two] = [await login(), await login()];
    const opened = await ask(one, 'SELECT INBOX');
    const [modseq, next] = [number(opened, 'HIGHESTMODSEQ'), number(opened, 'UIDNEXT')];
    await ask(two, 'SELECT INBOX');
    await one.ask('i IDLE\r\n', /^\+ .*\r\n/m);
    await ask(two, String.raw`UID STORE ${next - 3} +FLAGS.SILENT (\Deleted)`);
    expect(await ask(two, `UID EXPUNGE ${next - 3}`)).toMatch(
      new RegExp(`^\\* VANISHED ${next - 3}\\r\\nt OK \\[HIGHESTMODSEQ ${modseq + 2}\\] Done`),
    );
    expect(await one.until(/VANISHED.*\r\n/)).toMatch(new RegExp(`\\* VANISHED ${next - 3}\\r\\n$`));
    await one.ask('DONE\r\n', /^i OK.*\r\n/m);
    expect(await ask(two, `UID MOVE ${next - 2} Trash`)).toMatch(
      new RegExp(`COPYUID [^\\n]*\\n\\* VANISHED ${next - 2}\\r\\nt OK \\[HIGHESTMODSEQ`),
    );
    // It was told of the first; of the second it is told now, and not twice.
    const fetched = await ask(one, `UID FETCH 1:${next} (FLAGS) (VANISHED CHANGEDSINCE ${modseq})`);
    expect(fetched).toMatch(new RegExp(`^\\* VANISHED \\(EARLIER\\) ${next - 3}\\r\\n\\* VANISHED ${next - 2}\\r\\nt OK`));
    expect(await ask(two, `UID FETCH 1:${next} (FLAGS) (CHANGEDSINCE ${modseq} VANISHED)`)).toMatch(
      new RegExp(`^\\* VANISHED \\(EARLIER\\) ${next - 3}:${next - 2}\\r\\nt OK`),
    );
    await ask(two, String.raw`UID STORE ${next - 1} +FLAGS.SILENT (\Deleted)`);
    expect(await ask(two, 'CLOSE')).toMatch(/^t OK \[HIGHESTMODSEQ \d+\]/);
    one.close();
    two.close();
  });

  it('is refused before ENABLE, in bad order, and for numbers that are none', async () => {
    const [without, client] = [await login(false), await login()];
    expect(await ask(without, 'SELECT INBOX (QRESYNC (1 1))')).toMatch(/^t BAD/);
    await ask(without, 'SELECT INBOX');
    expect(await ask(without, 'UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)')).toMatch(/^t BAD/);
    for (const wrong of ['()', '(1)', '(1 )', '(1 2 (1 1) 1)', '(1 2 1 1)', '(1 12345678901234567890)', '1 2'])
      expect(await ask(client, `SELECT INBOX (QRESYNC ${wrong})`)).toMatch(/^t BAD/);
    await ask(client, 'SELECT INBOX');
    for (const wrong of [
      'FETCH 1 (FLAGS) (CHANGEDSINCE 1 VANISHED)',
      'UID FETCH 1 (FLAGS) (VANISHED)',
      'UID FETCH 1 (FLAGS) (CHANGEDSINCE 1 CHANGEDSINCE 2)',
    ])
      expect(await ask(client, wrong)).toMatch(/^t BAD/);
    without.close();
    client.close();
  });
});

describe('imapflow by itself', () => {
  it('enables it, and is told by SELECT what happened while it was away', async () => {
    const connect = async (): Promise<ImapFlow> => {
      const { password } = sandbox.account(cardiologie);
      const client = new ImapFlow({
        host: sandbox.host,
        port: sandbox.ports.imaps,
        servername: sandbox.servername,
        secure: true,
        qresync: true,
        logger: false,
        auth: { user: cardiologie, pass: password ?? '' },
        tls: { ...conformingTls, ca: sandbox.caPem },
      });
      await client.connect();
      return client;
    };
    for (const subject of ['a', 'b', 'c']) deliver(subject, cardiologie);
    const first = await connect();
    expect([...first.enabled]).toContain('QRESYNC');
    const { uidValidity, highestModseq } = await first.mailboxOpen('INBOX');
    await first.logout();
    const other = await connect();
    await other.mailboxOpen('INBOX');
    await other.messageDelete('1,3', { uid: true });
    await other.messageFlagsAdd('2', ['\\Flagged'], { uid: true });
    await other.logout();

    const back = await connect();
    const told: unknown[] = [];
    back.on('expunge', ({ uid, earlier }) => told.push([uid, earlier]));
    back.on('flags', ({ uid, flags }) => told.push([uid, [...flags]]));
    // Its types know the option for FETCH alone.
    await back.mailboxOpen('INBOX', { uidValidity, changedSince: highestModseq } as never);
    await back.logout();
    expect(told).toEqual([
      [1, true],
      [3, true],
      [2, ['\\Flagged']],
    ]);
  });
});

describe('what a folder remembers of expunged messages', () => {
  it('is bounded: of older ones every UID that is not there is told', () => {
    const folder = new Folder({ name: 'INBOX', uidValidity: 1, budget: new StorageBudget(1_000_000) });
    for (let index = 0; index < 10_004; index += 1) folder.add(new Uint8Array(1), { internalDate: new Date(0) });
    const before = folder.highestModseq;
    folder.expunge(new Set([9]));
    const early = folder.highestModseq;
    expect(folder.goneSince(before)).toEqual([9]);
    folder.expunge(new Set(folder.messages.slice(2).map(({ uid }) => uid)));
    const late = folder.highestModseq - 2;
    expect(folder.goneSince(late)).toEqual([10_003, 10_004]);
    // Forgotten: everything but the two that are left.
    for (const modseq of [before, early]) expect(folder.goneSince(modseq)).toHaveLength(10_002);
    expect(folder.goneSince(folder.highestModseq)).toEqual([]);
  });
});

describe('a client that synchronises', () => {
  it('is told of a few changes among 1,500 messages in few bytes, and misses none', async () => {
    for (let index = 0; index < 1_500; index += 1) deliver(`m${index}`, claire);
    await using proxy = await startTcpProxy({ target: { host: sandbox.host, port: sandbox.ports.imaps } });
    const mailbox: Mailbox = await openMailbox({
      policy,
      host: proxy.host,
      port: proxy.port,
      servername: sandbox.servername,
      security: 'implicit',
      auth: { type: 'password', user: claire, password: sandbox.account(claire).password ?? '' },
    });
    let state: SyncState | null = null;
    const pass = async (): Promise<readonly SyncEvent[]> => {
      const events: SyncEvent[] = [];
      for await (const event of mailbox.synchronise({ state, maxMessageBytes: 0 })) {
        events.push(event);
        ({ state } = event);
      }
      return events;
    };
    expect((await pass()).filter((one) => one.kind === 'message')).toHaveLength(1_500);
    const { uidValidity } = await mailbox.openFolder('INBOX');
    // By another connection: this one must not know it already.
    const other = await openMailbox({
      policy,
      host: sandbox.host,
      port: sandbox.ports.imaps,
      servername: sandbox.servername,
      security: 'implicit',
      auth: { type: 'password', user: claire, password: sandbox.account(claire).password ?? '' },
    });
    const folder = 'INBOX';
    await other.setFlags({ folder, uidValidity, uids: [3, 700], add: ['\\Deleted'] });
    await other.expunge({ folder, uidValidity, uids: [3, 700] });
    await other.setFlags({ folder, uidValidity, uids: [42], add: ['\\Seen'] });
    deliver('nouveau', claire);
    await other.close();

    const [connection] = proxy.connections;
    const before = connection?.bytesDown ?? 0;
    const events = await pass();
    const bytes = (connection?.bytesDown ?? 0) - before;
    expect(events.map((one) => [one.kind, one.kind === 'vanished' ? one.uids : one.kind === 'flags' ? one.uid : null])).toEqual([
      ['vanished', [3, 700]],
      ['flags', 42],
      ['message', null],
      ['synchronised', null],
    ]);
    // A list of all messages with their flags has more than 50 kB.
    expect(bytes).toBeLessThan(3_000);
    await mailbox.close();
  });
});
