import { followChanges, openMailbox, type Mailbox, type MailboxOptions, type SyncEvent, type SyncState } from '@mss/transport';
import { startTcpProxy } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { createWorld, serverName, type World } from './transport-world.js';

let world: World;
let dovecot: Dovecot;
const others: Dovecot[] = [];
const open: Mailbox[] = [];
let account = 0;
const accounts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`boite${index + 1}@exemple.mssante.fr`, 'motdepasse']));

beforeAll(async () => {
  world = await createWorld();
  dovecot = await startDovecot({ identity: world.server, accounts });
});
afterEach(async () => {
  for (const mailbox of open.splice(0)) await mailbox.close();
});
afterAll(async () => {
  for (const one of [dovecot, ...others]) await one?.stop();
  await world?.close();
});

/** A mailbox that no other test has used. */
function fresh(): string {
  account += 1;
  return `boite${account}@exemple.mssante.fr`;
}

async function login(user: string, given: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: dovecot.imapsPort,
    security: 'implicit',
    auth: { type: 'password', user, password: 'motdepasse' },
    ...given,
  });
  open.push(mailbox);
  return mailbox;
}

const mail = (subject: string): Uint8Array =>
  new Uint8Array(
    Buffer.from(`From: a@exemple.mssante.fr\r\nMessage-ID: <${subject}@exemple.mssante.fr>\r\nSubject: ${subject}\r\n\r\nx\r\n`),
  );

describe('Dovecot: two workstations on one mailbox', () => {
  it('of two that claim a message by a keyword exactly one wins, however close they are', async () => {
    const user = fresh();
    const [one, two] = [await login(user), await login(user)];
    const uids = Array.from({ length: 25 }, (_, index) => index + 1);
    for (const uid of uids) await one.append({ folder: 'INBOX', message: mail(`m${uid}`) });
    const opened = await one.openFolder('INBOX');
    expect(opened).toMatchObject({ messages: 25, newKeywords: true, readOnly: false });
    expect(opened.highestModseq).not.toBeNull();
    const known = { folder: 'INBOX', uidValidity: opened.uidValidity };
    const winners: number[] = [];
    for (const uid of uids) {
      const [[mine], [theirs]] = await Promise.all([one.fetchFlags({ ...known, uids: [uid] }), two.fetchFlags({ ...known, uids: [uid] })]);
      const claims = await Promise.all(
        [one, two].map(async (mailbox, index) => {
          const seen = index === 0 ? mine : theirs;
          return mailbox.setFlags({ ...known, uids: [uid], add: [`$Poste${index}`], unchangedSince: seen?.modseq ?? 0n });
        }),
      );
      const won = claims.flatMap(({ modified, modseqs }, index) => (modseqs.has(uid) && !modified.includes(uid) ? [index] : []));
      expect(won).toHaveLength(1);
      winners.push(...won);
      const [after] = await two.fetchFlags({ ...known, uids: [uid] });
      expect(after?.flags.filter((flag) => flag.startsWith('$Poste'))).toEqual([`$Poste${won[0]}`]);
    }
    expect(winners).toHaveLength(25);
  });

  it('a message that is gone is neither claimed nor refused', async () => {
    const user = fresh();
    const [one, two] = [await login(user), await login(user)];
    for (const name of ['a', 'b']) await one.append({ folder: 'INBOX', message: mail(name) });
    const { uidValidity, highestModseq } = await one.openFolder('INBOX');
    const known = { folder: 'INBOX', uidValidity, uids: [1, 2] };
    await two.move({ ...known, uids: [1], to: 'Trash' });
    const { modified, modseqs } = await one.setFlags({ ...known, add: ['$Pris'], unchangedSince: highestModseq ?? 0n });
    expect(modified).toEqual([]);
    expect([...modseqs.keys()]).toEqual([2]);
  });
});

const base = 'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ UIDPLUS UNSELECT CHILDREN NAMESPACE SPECIAL-USE MOVE QUOTA';

/** What a synchronising client believes of the folder. */
class Model {
  readonly flags = new Map<number, string>();
  /** Subjects in the order they were given, repetitions and all. */
  readonly given: string[] = [];
  state: SyncState | null = null;

  apply(event: SyncEvent): void {
    if (event.kind === 'uidvalidity') this.flags.clear();
    if (event.kind === 'vanished') for (const uid of event.uids) expect(this.flags.delete(uid)).toBe(true);
    if (event.kind === 'flags') {
      expect(this.flags.has(event.uid)).toBe(true);
      this.flags.set(event.uid, written(event.flags));
    }
    if (event.kind === 'message') {
      expect(this.flags.has(event.message.uid)).toBe(false);
      this.flags.set(event.message.uid, written(event.message.flags));
      this.given.push(/Subject: (.*)\r\n/.exec(Buffer.from(event.message.bytes ?? []).toString())?.[1] ?? '');
    }
    // Through JSON, as a host stores it.
    this.state = JSON.parse(JSON.stringify(event.state)) as SyncState;
  }
}

const written = (flags: readonly string[]): string => [...flags].sort().join(' ');

async function synchronise(mailbox: Mailbox, model: Model, stopAfter = Infinity): Promise<string[]> {
  const kinds: string[] = [];
  for await (const event of mailbox.synchronise({ state: model.state })) {
    kinds.push(event.kind);
    model.apply(event);
    if (kinds.length >= stopAfter) break;
  }
  return kinds;
}

async function truth(mailbox: Mailbox): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for await (const { uid, flags } of mailbox.fetchNew({ maxMessageBytes: 0 })) found.set(uid, written(flags));
  return found;
}

describe.each([
  ['QRESYNC', null],
  ['CONDSTORE alone', `${base} CONDSTORE`],
  ['neither', base],
] as const)('Dovecot with %s: synchronising', (name, capabilities) => {
  let server: Dovecot;
  beforeAll(async () => {
    server = capabilities === null ? dovecot : await startDovecot({ identity: world.server, accounts, capabilities });
    if (capabilities !== null) others.push(server);
  });

  it('tells of new messages, changed flags and deletions, and of nothing else', async () => {
    const user = fresh();
    const [mailbox, other] = [await login(user, { port: server.imapsPort }), await login(user, { port: server.imapsPort })];
    expect(mailbox.capabilities.includes('QRESYNC')).toBe(capabilities === null);
    expect(mailbox.capabilities.includes('CONDSTORE')).toBe(name !== 'neither');
    const model = new Model();
    expect(await synchronise(mailbox, model)).toEqual(['synchronised']);
    for (const subject of ['a', 'b', 'c', 'd'])
      await other.append({ folder: 'INBOX', message: mail(subject), flags: subject === 'b' ? ['\\Seen'] : [] });
    expect(await synchronise(mailbox, model)).toEqual(['message', 'message', 'message', 'message', 'synchronised']);
    expect(await synchronise(mailbox, model)).toEqual(['synchronised']);
    const { uidValidity } = await other.openFolder('INBOX');
    await other.setFlags({ folder: 'INBOX', uidValidity, uids: [3], add: ['\\Seen', '$MDNSent'] });
    await other.setFlags({ folder: 'INBOX', uidValidity, uids: [2], remove: ['\\Seen'] });
    await other.move({ folder: 'INBOX', uidValidity, uids: [1], to: 'Trash' });
    await other.append({ folder: 'INBOX', message: mail('e') });
    expect(await synchronise(mailbox, model)).toEqual(['vanished', 'flags', 'flags', 'message', 'synchronised']);
    expect(model.flags).toEqual(
      new Map([
        [2, ''],
        [3, '$MDNSent \\Seen'],
        [4, ''],
        [5, ''],
      ]),
    );
    expect(await synchronise(mailbox, model)).toEqual(['synchronised']);
    expect(model.given).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(model.state).toMatchObject({ uids: '2:5', lastUid: 5 });
    expect(JSON.stringify(model.state).length).toBeLessThan(200);
  });

  it('ends with the truth whatever was done, wherever it was stopped, and gives no message twice', async () => {
    const user = fresh();
    const other = await login(user, { port: server.imapsPort });
    const { uidValidity } = await other.openFolder('INBOX');
    const model = new Model();
    let seed = 20260101;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    let sent = 0;
    for (let round = 0; round < 12; round += 1) {
      for (let count = random(5); count >= 0; count -= 1) await other.append({ folder: 'INBOX', message: mail(`m${(sent += 1)}`) });
      const there = [...(await truth(other)).keys()];
      for (let count = random(4); count > 0; count -= 1) {
        const uids = [there[random(there.length)] ?? 1];
        const add = [['\\Seen'], ['\\Flagged'], ['$MDNSent']][random(3)] ?? [];
        await other.setFlags({ folder: 'INBOX', uidValidity, uids, ...(random(2) === 0 ? { add } : { remove: add }) });
      }
      if (random(2) === 0)
        await other.move({
          folder: 'INBOX',
          uidValidity,
          uids: there.filter(() => random(4) === 0).concat(there.slice(0, 1)),
          to: 'Trash',
        });
      // Stopped in the middle, on a connection that is then gone; and once more to the end.
      const stopped = await login(user, { port: server.imapsPort });
      await synchronise(stopped, model, 1 + random(4));
      await stopped.close();
      const resumed = await login(user, { port: server.imapsPort });
      await synchronise(resumed, model);
      expect(model.flags).toEqual(await truth(other));
      await resumed.close();
    }
    expect(new Set(model.given).size).toBe(model.given.length);
    expect(sent).toBeGreaterThan(20);
  });

  it('begins anew when UIDVALIDITY is another one', async () => {
    const mailbox = await login(fresh(), { port: server.imapsPort });
    await mailbox.append({ folder: 'INBOX', message: mail('a') });
    const model = new Model();
    await synchronise(mailbox, model);
    const state = model.state as SyncState;
    model.state = { ...state, uidValidity: state.uidValidity - 1 };
    expect(await synchronise(mailbox, model)).toEqual(['uidvalidity', 'message', 'synchronised']);
    expect(model.state).toEqual(state);
  });

  it('waits for changes of every kind', async () => {
    const user = fresh();
    const [mailbox, other] = [await login(user, { port: server.imapsPort }), await login(user, { port: server.imapsPort })];
    await other.append({ folder: 'INBOX', message: mail('a') });
    const model = new Model();
    await synchronise(mailbox, model);
    expect(await mailbox.waitForChange()).toBe(true);
    expect(await synchronise(mailbox, model)).toEqual(['synchronised']);
    expect(await mailbox.waitForChange({ timeoutMs: 100 })).toBe(false);
    const { uidValidity } = await other.openFolder('INBOX');
    for (const [change, expected] of [
      [async () => other.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Flagged'] }), 'flags'],
      [async () => other.append({ folder: 'INBOX', message: mail('b') }), 'message'],
      [async () => other.move({ folder: 'INBOX', uidValidity, uids: [1], to: 'Trash' }), 'vanished'],
    ] as const) {
      const waiting = mailbox.waitForChange();
      await change();
      expect(await waiting).toBe(true);
      expect(await synchronise(mailbox, model)).toEqual([expected, 'synchronised']);
      expect(await synchronise(mailbox, model)).toEqual(['synchronised']);
    }
  });
});

it('follows every change over broken connections', async () => {
  const user = fresh();
  const other = await login(user);
  const { uidValidity } = await other.openFolder('INBOX');
  const abort = new AbortController();
  const model = new Model();
  const kinds: string[] = [];
  const interruptions: string[] = [];
  const proxy = await startTcpProxy({ target: { port: dovecot.imapsPort } });
  const steps = [
    async () => other.append({ folder: 'INBOX', message: mail('a') }),
    async () => other.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Seen'] }),
    async () => other.append({ folder: 'INBOX', message: mail('b') }),
    async () => other.move({ folder: 'INBOX', uidValidity, uids: [1], to: 'Trash' }),
  ];
  const following = followChanges({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: proxy.port,
    security: 'implicit',
    auth: { type: 'password', user, password: 'motdepasse' },
    signal: abort.signal,
    wait: async () => Promise.resolve(proxy.setFaults({})),
    onInterruption: ({ code }) => interruptions.push(code),
  });
  for await (const { event } of following) {
    model.apply(event);
    if (event.kind !== 'synchronised') kinds.push(event.kind);
    else if (kinds.length === 4) abort.abort();
    else if (kinds.length === 4 - steps.length) {
      await steps.shift()?.();
      // Gone in the middle of it.
      if (steps.length % 2 === 0) proxy.setFaults({ cutAfterBytes: { down: 1 } });
    }
  }
  expect(kinds).toEqual(['message', 'flags', 'message', 'vanished']);
  expect(model.given).toEqual(['a', 'b']);
  expect(interruptions).toEqual(['ERR_MSS_IMAP_LINK_LOST', 'ERR_MSS_IMAP_LINK_LOST']);
  await proxy.close();
});
