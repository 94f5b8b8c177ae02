import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createStoreVault, openLedger, type HandOver, type Ledger, type ReceiveRequest, type ReceiveSummary } from '@mss/ledger';
import { openSqliteStore, type Store } from '@mss/store';
import { openPostgresStore } from '@mss/store/postgres';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import { openMailbox, type Mailbox } from '@mss/transport';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';
import { createWorld, serverName, type World } from './transport-world.js';

const accounts = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`secretariat${index + 1}@exemple.mssante.fr`, 'motdepasse']));
const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };

let world: World;
let dovecot: Dovecot;
let folder: TempDirectory;
let account = 0;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = await createWorld();
  dovecot = await startDovecot({ identity: world.server, accounts });
  folder = await createTempDirectory();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await dovecot?.stop();
  await world?.close();
  await folder?.[Symbol.asyncDispose]();
});

function fresh(): string {
  account += 1;
  return `secretariat${account}@exemple.mssante.fr`;
}

async function login(user: string): Promise<Mailbox> {
  const mailbox = await openMailbox({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: dovecot.imapsPort,
    security: 'implicit',
    auth: { type: 'password', user, password: 'motdepasse' },
  });
  closing.push(() => mailbox.close());
  return mailbox;
}

/** One process on a database: a ledger with a connection of its own to it. */
async function workstation(store: Store): Promise<Ledger> {
  closing.push(() => store.close());
  const ledger = await openLedger({ store, contents: await createStoreVault(store), keys });
  closing.push(() => ledger.close());
  return ledger;
}

const sqlite = (name: string): Promise<Store> => openSqliteStore({ file: join(folder.path, name), busyTimeoutMs: 20_000 });

const letter = (id: string, body = 'Bonjour'): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      [
        'Return-Path: <hugo.bernard@clinique.mssante.fr>',
        'Received: from relais by exemple',
        'From: hugo.bernard@clinique.mssante.fr',
        'To: secretariat@exemple.mssante.fr',
        'Date: Sun, 1 Mar 2026 08:00:00 +0000',
        `Message-ID: <${id}@clinique.mssante.fr>`,
        'Subject: Avis',
        'Disposition-Notification-To: hugo.bernard@clinique.mssante.fr',
        '',
        `${body}\r\n`,
      ].join('\r\n'),
    ),
  );

async function fill(mailbox: Mailbox, count: number, into = 'INBOX'): Promise<void> {
  for (let index = 0; index < count; index += 1) await mailbox.append({ folder: into, message: letter(`m${index}`) });
}

const sum = (summaries: readonly ReceiveSummary[], what: 'handedOver' | 'duplicates' | 'leaseLost'): number =>
  summaries.reduce((all, one) => all + one[what], 0);

/** Receipts that the outboxes hold, by the message that they answer. */
async function receiptsOf(ledgers: readonly Ledger[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const ledger of ledgers) {
    for (const one of await ledger.inbox.list({ limit: 1000 })) if (one.mdn === 'queued') found.push(one.id);
  }
  return found;
}

describe('two workstations on one organisational mailbox', () => {
  async function together(
    address: string,
    ledgers: readonly Ledger[],
    given: Partial<ReceiveRequest> = {},
  ): Promise<{ readonly seen: readonly string[]; readonly summaries: readonly ReceiveSummary[] }> {
    const seen: string[] = [];
    const handOver: HandOver = async (delivery) => {
      seen.push(delivery.message?.messageId ?? '');
      return { mdn: 'displayed', flags: ['\\Seen'] };
    };
    const request = { address, kind: 'organisational', handOver, mdn: { policy: 'always' }, ...given } as const;
    const connections = await Promise.all(ledgers.map(() => login(address)));
    const summaries: ReceiveSummary[] = [];
    for (let turn = 0; turn < 2; turn += 1)
      summaries.push(
        ...(await Promise.all(
          ledgers.map((ledger, index) => ledger.inbox.receive({ ...request, mailbox: connections[index] as Mailbox })),
        )),
      );
    return { seen, summaries };
  }

  async function everyMessageOnce(address: string, given: { readonly count: number; readonly claimed: boolean }): Promise<void> {
    const mailbox = await login(address);
    const { uidValidity } = await mailbox.status('INBOX');
    const flags = await mailbox.fetchFlags({
      folder: 'INBOX',
      uidValidity,
      uids: Array.from({ length: given.count }, (_, index) => index + 1),
    });
    expect(flags).toHaveLength(given.count);
    for (const one of flags) {
      expect(one.flags).toEqual(expect.arrayContaining(['\\Seen', '$MDNSent']));
      expect(one.flags.filter((flag) => flag.startsWith('$MssClaimed-'))).toHaveLength(given.claimed ? 1 : 0);
    }
  }

  it('with one SQLite database: one hand-over and one receipt for each message', async () => {
    const address = fresh();
    await fill(await login(address), 40);
    const ledgers = [await workstation(await sqlite('shared.db')), await workstation(await sqlite('shared.db'))];
    const { seen, summaries } = await together(address, ledgers);
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
    expect([sum(summaries, 'handedOver'), sum(summaries, 'leaseLost')]).toEqual([40, 0]);
    expect(await receiptsOf(ledgers.slice(0, 1))).toHaveLength(40);
    await everyMessageOnce(address, { count: 40, claimed: false });
  });

  it('with databases of their own: claimed on the server, one hand-over and one receipt for each message', async () => {
    const address = fresh();
    await fill(await login(address), 40);
    const ledgers = [await workstation(await sqlite('one.db')), await workstation(await sqlite('two.db'))];
    const { seen, summaries } = await together(address, ledgers, { claim: 'keyword' });
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
    expect(summaries.slice(0, 2).every((one) => one.handedOver > 0)).toBe(true);
    expect(await receiptsOf(ledgers)).toHaveLength(40);
    await everyMessageOnce(address, { count: 40, claimed: true });
  });

  it('with databases of their own and no claims: handed over to both, answered once', async () => {
    const address = fresh();
    await fill(await login(address), 20);
    const ledgers = [await workstation(await sqlite('three.db')), await workstation(await sqlite('four.db'))];
    const { seen } = await together(address, ledgers);
    expect(seen).toHaveLength(40);
    expect(await receiptsOf(ledgers)).toHaveLength(20);
  });
});

describe('three workers on PostgreSQL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => postgres?.stop());

  it('hand each message over once, and what one leaves another takes up', async () => {
    const address = fresh();
    const filling = await login(address);
    await fill(filling, 60);
    const connectionString = await postgres.createDatabase('ledger');
    const ledgers = await Promise.all([1, 2, 3].map(async () => workstation(await openPostgresStore({ connectionString }))));
    const seen: string[] = [];
    let failures = 0;
    const handOver: HandOver = async (delivery) => {
      // Every seventh fails the first time.
      if (delivery.attempt === 1 && delivery.uid % 7 === 0) {
        failures += 1;
        throw new Error('full');
      }
      seen.push(delivery.message?.messageId ?? '');
      return { mdn: 'displayed', moveTo: 'Archives' };
    };
    const connections = await Promise.all(ledgers.map(() => login(address)));
    const pass = async (): Promise<readonly ReceiveSummary[]> =>
      Promise.all(
        ledgers.map((ledger, index) =>
          ledger.inbox.receive({
            mailbox: connections[index] as Mailbox,
            address,
            kind: 'organisational',
            handOver,
            mdn: { policy: 'always' },
          }),
        ),
      );
    const first = await pass();
    expect([sum(first, 'handedOver'), sum(first, 'leaseLost'), failures]).toEqual([52, 0, 8]);
    const [waiting] = await (ledgers[0] as Ledger).inbox.list({ state: 'waiting', limit: 1 });
    expect(waiting).toMatchObject({ reason: 'callback-failed', attempts: 1 });
    await postgres.sql("UPDATE inbox_messages SET next_at = 0 WHERE state = 'waiting'", 'ledger');
    const second = await pass();
    expect(sum(second, 'handedOver')).toBe(8);
    expect(new Set(seen).size).toBe(60);
    expect(seen).toHaveLength(60);
    expect((await filling.status('INBOX')).messages).toBe(0);
    expect((await filling.status('Archives')).messages).toBe(60);
    expect(await receiptsOf(ledgers.slice(0, 1))).toHaveLength(60);
    const verdict = await (ledgers[0] as Ledger).audit.verify(address);
    expect(verdict).toMatchObject({ ok: true });
  });
});

describe('a folder that is made anew', () => {
  it('is read from its beginning, and nothing is handed over or answered twice', async () => {
    const address = fresh();
    const filling = await login(address);
    await fill(filling, 12, 'Archives');
    const ledger = await workstation(await sqlite('anew.db'));
    const seen: string[] = [];
    const receive = async (mailbox: Mailbox): Promise<ReceiveSummary> =>
      ledger.inbox.receive({
        mailbox,
        address,
        kind: 'personal',
        folder: 'Archives',
        mdn: { policy: 'always' },
        handOver: async (delivery) => {
          seen.push(delivery.message?.messageId ?? '');
          return { mdn: 'displayed' };
        },
      });
    expect(await receive(await login(address))).toMatchObject({ handedOver: 12, replayed: false });
    const before = await filling.status('Archives');
    // Gone with its index, as after the restoration of a mailbox.
    const maildir = join(dovecot.mailFolder, address);
    const name = (await readdir(maildir)).find((one) => one === '.Archives') ?? '';
    expect(name).toBe('.Archives');
    await rm(join(maildir, name), { recursive: true });
    const again = await login(address);
    await fill(again, 12, 'Archives');
    await again.append({ folder: 'Archives', message: letter('m99') });
    const after = await again.status('Archives');
    expect(after.uidValidity).not.toBe(before.uidValidity);
    expect(await receive(again)).toMatchObject({ handedOver: 1, duplicates: 12, replayed: true });
    expect(new Set(seen).size).toBe(13);
    expect(seen).toHaveLength(13);
    expect(await receiptsOf([ledger])).toHaveLength(13);
  });
});
