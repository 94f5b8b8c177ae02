import { MssError } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { inspectReceipt } from '@mss/receipts';
import { openSqliteStore, type Store } from '@mss/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { HandOverResult, Inbox, InboxMailbox, ReceiveRequest, ReceiveSummary } from '../../src/inbox/index.js';
import { ImapDouble } from '../support/imap-double.js';
import { createWorld, emptyStore, type World } from '../support/ledger-double.js';
import { asksForReceipt, mail, mdn } from '../support/mails.js';

const address = 'claire.moreau@cabinet.mssante.fr';
let store: Store;
let world: World;
let server: ImapDouble;
let inbox: Inbox;

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(async () => {
  server = new ImapDouble();
  world = await createWorld({ store });
  inbox = await world.inbox();
  await emptyStore(store);
});

function receive(result: HandOverResult, given: Partial<ReceiveRequest> = {}): Promise<ReceiveSummary> {
  return inbox.receive({
    mailbox: server.connect(),
    address,
    kind: 'personal',
    handOver: async () => result,
    mdn: { policy: 'always' },
    ...given,
  });
}

const record = async (): Promise<readonly [string | null, string | null]> => {
  const [one] = await inbox.list({});
  return [one?.mdn ?? null, one?.mdnReason ?? null];
};
const sent = (): ReturnType<typeof inspectReceipt>[] =>
  [...world.queued.values()].map(({ text }) => inspectReceipt(parseMime(new Uint8Array(Buffer.from(text))).value));

describe('read receipts that go out [RFC 8098, ECO.3.1.6]', () => {
  it('tell what the host told, once, to who asked, and mark the message', async () => {
    const uid = server.deliver(mail('a', { headers: asksForReceipt }));
    await receive({ mdn: 'displayed' });
    expect(await record()).toEqual(['queued', null]);
    const [receipt] = sent();
    expect(receipt).toMatchObject({
      kind: 'mdn',
      originalMessageId: '<a@clinique.mssante.fr>',
      disposition: { actionMode: 'manual-action', sendingMode: 'MDN-sent-automatically', type: 'displayed' },
    });
    expect([...world.queued.values()][0]?.to).toEqual(['hugo.bernard@clinique.mssante.fr']);
    expect(server.flagsOf(uid)).toEqual(['$MDNSent']);
    server.recreate();
    await receive({ mdn: 'displayed' });
    expect(world.queued.size).toBe(1);
  });

  it.each([
    ['nobody asked', [], {}, [null, null]],
    ['the host wants none', asksForReceipt, { mdn: 'none' }, ['declined', 'host']],
    ['the host tells later', asksForReceipt, {}, ['later', null]],
    [
      'the request names somebody else',
      ['Disposition-Notification-To: autre@ailleurs.mssante.fr'],
      { mdn: 'displayed' },
      ['ask', 'differs-from-return-path'],
    ],
    ['the request names nobody', ['Disposition-Notification-To: personne'], { mdn: 'displayed' }, ['declined', 'no-valid-address']],
  ] as const)('none goes out when %s', async (_, headers, result, expected) => {
    server.deliver(mail('a', { headers }));
    await receive(result);
    expect(await record()).toEqual(expected);
    expect(world.queued.size).toBe(0);
    expect(server.flagsOf(1)).toEqual([]);
  });

  it('none goes out when the policy says so, when another client has answered, or to a receipt', async () => {
    server.deliver(mail('a', { headers: asksForReceipt }));
    await receive({ mdn: 'displayed' }, { mdn: { policy: 'never' } });
    expect(await record()).toEqual(['declined', 'policy']);
    await emptyStore(store);
    server.create('INBOX');
    server.deliver(mail('b', { headers: asksForReceipt }), { flags: ['$MDNSent'] });
    await receive({ mdn: 'displayed' });
    expect(await record()).toEqual(['declined', 'already-sent']);
    server.deliver(
      mdn({ disposition: 'manual-action/MDN-sent-manually; displayed', messageId: '<x@y.fr>' }).replace(
        'MIME-Version',
        'Disposition-Notification-To: hugo.bernard@clinique.mssante.fr\r\nMIME-Version',
      ),
    );
    await receive({ mdn: 'displayed' });
    expect(world.queued.size).toBe(0);
  });

  it('`ask`: the user is asked, and agrees, later', async () => {
    const uid = server.deliver(mail('a', { headers: asksForReceipt, body: 'Contenu' }));
    await receive({ mdn: 'displayed' }, { mdn: { policy: 'ask' } });
    expect(await record()).toEqual(['ask', 'policy']);
    const [one] = await inbox.list({ mdn: 'ask' });
    const seen = { id: one?.id ?? '', type: 'displayed', kind: 'personal', address, mailbox: server.connect() } as const;
    expect(await inbox.acknowledge(seen)).toBe('ask');
    const answers = await Promise.all(
      [inbox.acknowledge({ ...seen, consent: true }), inbox.acknowledge({ ...seen, consent: true })].map((answer) =>
        answer.catch((error: MssError) => error.code),
      ),
    );
    expect(answers).toContain('queued');
    expect(await inbox.acknowledge({ ...seen, consent: true })).toBe('queued');
    expect(sent()).toMatchObject([{ disposition: { sendingMode: 'MDN-sent-manually', type: 'displayed' } }]);
    expect(world.queued.size).toBe(1);
    expect(server.flagsOf(uid)).toEqual(['$MDNSent']);
    // Nothing of the message is kept for it any longer.
    expect(await store.all('SELECT mdn_original FROM inbox_messages LIMIT 5')).toEqual([{ mdn_original: null }]);
  });

  it('`later`: sent when somebody has seen it, also without a connection, also after the message has moved', async () => {
    server.create('Archives');
    server.deliver(mail('a', { headers: asksForReceipt }));
    await receive({ moveTo: 'Archives' });
    const [one] = await inbox.list({});
    expect(one?.state).toBe('done');
    expect(await inbox.acknowledge({ id: one?.id ?? '', type: 'deleted', kind: 'personal', address, mdn: { policy: 'always' } })).toBe(
      'queued',
    );
    expect(sent()).toMatchObject([{ disposition: { type: 'deleted', actionMode: 'manual-action' } }]);
    await expect(inbox.acknowledge({ id: 'unknown', type: 'displayed', kind: 'personal', address })).rejects.toMatchObject({
      code: 'ERR_MSS_LEDGER_INBOX_NOT_FOUND',
    });
    await expect(
      inbox.acknowledge({ id: one?.id ?? '', type: 'displayed', kind: 'personal', address: 'other@cabinet.mssante.fr' }),
    ).rejects.toMatchObject({ code: 'ERR_MSS_LEDGER_INBOX_NOT_FOUND' });
  });

  it('where the folder keeps no keyword the ledger alone sees to it that one goes out', async () => {
    server = new ImapDouble({ permanentFlags: ['\\Seen'] });
    server.deliver(mail('a', { headers: asksForReceipt }));
    await receive({ mdn: 'displayed', flags: ['\\Seen', '$Filed'] });
    expect(await record()).toEqual(['queued', null]);
    expect(await inbox.list({})).toMatchObject([{ state: 'done', code: 'ERR_MSS_IMAP_UNSUPPORTED' }]);
  });

  it('a queue that fails for a while is asked again, one that refuses for good is not', async () => {
    let failure: MssError | null = new MssError('ERR_MSS_STORE_BUSY', 'busy', { permanent: false });
    inbox = await world.inbox({
      queueReceipt: async (receipt) => {
        if (failure !== null) throw failure;
        await world.queueReceipt(receipt);
      },
    });
    server.deliver(mail('a', { headers: asksForReceipt }));
    failure = new MssError('ERR_HOST_QUEUE', 'full', { permanent: false });
    expect(await receive({ mdn: 'displayed' })).toMatchObject({ handedOver: 1, unfinished: 1 });
    expect(await receive({})).toMatchObject({ unfinished: 0, handedOver: 0 });
    world.now = new Date(world.now.getTime() + 60_000);
    failure = null;
    expect(await receive({})).toMatchObject({ unfinished: 0, handedOver: 0, nextAt: null });
    expect(await record()).toEqual(['queued', null]);
    server.deliver(mail('b', { headers: asksForReceipt }));
    failure = new MssError('ERR_MSS_LEDGER_SUPPRESSED', 'suppressed');
    await receive({ mdn: 'displayed' });
    expect(await inbox.list({ mdn: 'impossible' })).toMatchObject([{ mdnReason: 'ERR_MSS_LEDGER_SUPPRESSED', state: 'done' }]);
  });

  it('an inbox without a queue says so', async () => {
    const { queueReceipt: _, ...rest } = { queueReceipt: null, receipts: world.receipts };
    const { openInbox } = await import('../../src/inbox/index.js');
    inbox = await openInbox(world.context, rest);
    server.deliver(mail('a', { headers: asksForReceipt }));
    await receive({ mdn: 'displayed' });
    expect(await inbox.list({})).toMatchObject([{ state: 'quarantined', reason: 'result-refused', code: 'ERR_MSS_LEDGER_INBOX_NO_QUEUE' }]);
  });
});

describe('a crash around the receipt', () => {
  /** Stops dead after so many IMAP commands or queue calls of the follow-up, then lets another worker go on. */
  async function crashAt(step: string): Promise<void> {
    const never = new Promise<never>(() => {});
    let reached: () => void = () => {};
    const dead = new Promise<void>((resolve) => (reached = resolve));
    const stop = async (here: string): Promise<void> => {
      if (here !== step) return;
      reached();
      await never;
    };
    const doomed = await world.inbox({
      queueReceipt: async (receipt) => {
        await stop('before queue');
        await world.queueReceipt(receipt);
        await stop('after queue');
      },
    });
    const mailbox = server.connect({
      before: (command) => stop(command.startsWith('flags') ? 'before flags' : command.startsWith('store') ? 'before store' : ''),
    });
    void doomed.receive({ mailbox, address, kind: 'personal', handOver: async () => ({ mdn: 'displayed' }), mdn: { policy: 'always' } });
    await dead;
    if (step === 'before store') expect(server.flagsOf(1)).toEqual([]);
  }

  it.each(['before flags', 'before store', 'before queue', 'after queue'])(
    '%s: one receipt goes out, the message is not handed over again',
    async (step) => {
      server.deliver(mail('a', { headers: asksForReceipt }));
      await crashAt(step);
      const [one] = await inbox.list({});
      expect(one).toMatchObject({ state: 'handed-over', mdn: 'intended' });
      world.now = new Date(world.now.getTime() + 6 * 60_000);
      expect(await receive({}, { handOver: () => Promise.reject(new Error('handed over twice')) })).toMatchObject({
        handedOver: 0,
        postponed: 0,
      });
      expect(await inbox.list({})).toMatchObject([{ state: 'done', mdn: 'queued' }]);
      expect(world.queued.size).toBe(1);
      expect(server.flagsOf(1)).toEqual(['$MDNSent']);
    },
  );
});

describe('the three kinds of mailbox', () => {
  it('nobody reads in an applicative one: a person’s act is refused, and nothing is promised for later', async () => {
    server.deliver(mail('a', { headers: asksForReceipt }));
    server.deliver(mail('b', { headers: asksForReceipt }));
    let turn = 0;
    const summary = await receive({}, { kind: 'applicative', handOver: async () => ((turn += 1), turn === 1 ? { mdn: 'displayed' } : {}) });
    expect(summary).toMatchObject({ quarantined: 1, handedOver: 1 });
    expect(world.queued.size).toBe(0);
    expect(await inbox.list({ state: 'done' })).toMatchObject([{ mdn: 'declined', mdnReason: 'no-person' }]);
  });

  it.each(['applicative', 'organisational', 'personal'] as const)('%s: results of integration are told automatically', async (kind) => {
    server.deliver(mail('ok', { headers: asksForReceipt }));
    await receive({ integration: { ok: true } }, { kind, mdn: {} });
    server.deliver(mail('ko', { headers: asksForReceipt }));
    await receive({ integration: { ok: false, error: { code: '902', label: null } } }, { kind, mdn: {} });
    expect(sent()).toMatchObject([
      {
        kind: 'mdn',
        disposition: { actionMode: 'automatic-action', sendingMode: 'MDN-sent-automatically', type: 'processed', modifiers: [] },
        errors: [],
      },
      { kind: 'mdn', disposition: { type: 'processed', modifiers: ['error'] }, errors: [{ code: '902' }] },
    ]);
  });

  it('without a request, or with a doubtful one, a failed integration goes to the return path as ordinary mail', async () => {
    const error = { code: '904', label: null };
    server.deliver(mail('none', { body: 'Corps' }));
    server.deliver(mail('other', { headers: ['Disposition-Notification-To: autre@ailleurs.mssante.fr'] }));
    server.deliver(mail('automatic', { headers: ['Auto-Submitted: auto-generated'] }));
    await receive({ integration: { ok: false, error } }, { kind: 'applicative' });
    expect(sent()).toMatchObject([
      { kind: 'integration-failure', errors: [{ code: '904' }] },
      { kind: 'integration-failure', errors: [{ code: '904' }] },
    ]);
    expect([...world.queued.values()].map((one) => one.to)).toEqual([
      ['hugo.bernard@clinique.mssante.fr'],
      ['hugo.bernard@clinique.mssante.fr'],
    ]);
    expect([...world.queued.values()][0]?.text).toMatch(/Corps/);
    // Two automatic mailboxes never answer each other.
    expect(await inbox.list({ mdn: 'impossible' })).toMatchObject([{ mdnReason: 'ERR_MSS_RECEIPT_FORBIDDEN' }]);
  });
});

describe('two workstations with databases of their own', () => {
  async function two(handOver: ReceiveRequest['handOver'], given: Partial<ReceiveRequest> = {}): Promise<readonly ReceiveSummary[]> {
    const otherStore = await openSqliteStore({ file: ':memory:' });
    try {
      const other = await createWorld({ store: otherStore });
      Object.assign(other, { queued: world.queued });
      const inboxes = [
        inbox,
        await other.inbox({ queueReceipt: async (receipt) => void world.queued.set(`other ${receipt.key}`, { to: receipt.to, text: '' }) }),
      ];
      const request = { address, kind: 'organisational', claim: 'keyword', mdn: { policy: 'always' }, handOver, ...given } as const;
      const first = await Promise.all(inboxes.map((one) => one.receive({ ...request, mailbox: server.connect() })));
      const second = await Promise.all(inboxes.map((one) => one.receive({ ...request, mailbox: server.connect() })));
      return [...first, ...second];
    } finally {
      await otherStore.close();
    }
  }

  it('each message is handed over once and answered once, claimed on the server', async () => {
    for (let index = 0; index < 15; index += 1) server.deliver(mail(`m${index}`, { headers: asksForReceipt }));
    const seen: (string | null | undefined)[] = [];
    const summaries = await two(async (delivery) => {
      seen.push(delivery.message?.messageId);
      return { mdn: 'displayed' };
    });
    expect(seen).toHaveLength(15);
    expect(new Set(seen).size).toBe(15);
    expect(world.queued.size).toBe(15);
    expect(summaries.reduce((sum, one) => sum + one.handedOver, 0)).toBe(15);
    for (const uid of server.uids()) expect(server.flagsOf(uid).filter((flag) => flag.startsWith('$MssClaimed-'))).toHaveLength(1);
  });

  it('without claims the second receipt is still not sent: $MDNSent is set on condition', async () => {
    for (let index = 0; index < 8; index += 1) server.deliver(mail(`m${index}`, { headers: asksForReceipt }));
    const summaries = await two(async () => ({ mdn: 'displayed' }), { claim: 'database' });
    expect(summaries.reduce((sum, one) => sum + one.handedOver, 0)).toBe(16);
    expect(world.queued.size).toBe(8);
  });

  it('a message that another workstation claimed can be taken over, and a claim outlives a crash', async () => {
    const uid = server.deliver(mail('a'), { flags: ['$MssClaimed-deadbeef'] });
    const request = { claim: 'keyword' } as const;
    expect(await receive({}, request)).toMatchObject({ handedOver: 0, elsewhere: 1 });
    const [one] = await inbox.list({ state: 'elsewhere' });
    await inbox.release(one?.id ?? '');
    expect(await receive({}, request)).toMatchObject({ handedOver: 1 });
    expect(server.flagsOf(uid)).toHaveLength(2);

    server.deliver(mail('b'));
    const cut: InboxMailbox = server.connect();
    await expect(
      receive(
        {},
        {
          ...request,
          mailbox: cut,
          handOver: () => Promise.reject(new MssError('ERR_MSS_STORE_UNAVAILABLE', 'gone', { permanent: false })),
        },
      ),
    ).resolves.toMatchObject({ postponed: 1 });
    world.now = new Date(world.now.getTime() + 60_000);
    expect(await receive({}, request)).toMatchObject({ handedOver: 1 });
  });

  it.each([
    [{ condstore: false }, 'CONDSTORE'],
    [{ permanentFlags: ['\\Seen'] }, 'keywords'],
  ] as const)('are refused where the server cannot decide between them (%o)', async (options, lacks) => {
    server = new ImapDouble(options);
    server.deliver(mail('a'));
    await expect(receive({}, { claim: 'keyword' })).rejects.toMatchObject({
      code: 'ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED',
      details: { lacks },
    });
    expect(await receive({})).toMatchObject({ handedOver: 1 });
  });
});
