/** The outbox from queueing to the final state, on SQLite in memory. */
import { isMssError } from '@mss/core';
import type { Store } from '@mss/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { QueueRequest } from '../src/index.js';
import {
  colleague,
  createTestServer,
  createWorld,
  drain,
  hospital,
  mailbox,
  message,
  notConnected,
  type TestServer,
  type World,
} from './world.js';

const patient = '279035121518989@patient.mssante.fr';
const minute = 60_000;
const author = 'dr-moreau';

let world: World;
let server: TestServer;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.reset();
  server = createTestServer();
});
afterAll(() => world.close());

const request = (more: Partial<QueueRequest> = {}): QueueRequest => ({
  documentId: 'd1',
  message: message(),
  mailbox,
  recipients: [{ address: colleague }],
  author,
  ...more,
});
const two = [{ address: colleague }, { address: hospital }];
const states = async (id = 'd1'): Promise<readonly string[]> => (await world.ledger.outbox.show(id)).recipients.map((one) => one.state);
const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

describe('a document', () => {
  it('is durable before it leaves, is sent once, and its contents are erased then', async () => {
    const { outbox } = world.ledger;
    const queued = await outbox.queue(request());
    expect([queued.isNew, queued.state, world.contents().length, server.taken.length]).toEqual([true, 'waiting', 1, 0]);
    await drain(world, server);
    const story = await outbox.show('d1');
    expect([story.outcome, story.state, story.recipients[0]?.state, story.settledAt]).toEqual([
      'accepted',
      'settled',
      'accepted',
      world.clock.now(),
    ]);
    expect(story.lines.map((one) => one.what)).toEqual(['queued', 'claimed', 'mail', 'data-started', 'data-ended', 'accepted']);
    expect(server.taken.map((one) => [one.recipients, one.bytes.equals(message())])).toEqual([[[colleague], true]]);
    expect(world.contents()).toEqual([]);
    await drain(world, server);
    expect(server.taken.length).toBe(1);
  });

  it('is sent as it was queued, whatever the host does with its array, of either class, afterwards', async () => {
    for (const [index, bytes] of [message(), Buffer.from(message())].entries()) {
      await world.ledger.outbox.queue(request({ documentId: `d${index}`, message: bytes }));
      bytes.fill(0x20);
    }
    await drain(world, server);
    expect(server.taken.map((one) => one.bytes.equals(message()))).toEqual([true, true]);
  });

  it('given away is not copied: sent as it is, and emptied then', async () => {
    const bytes = message();
    await world.ledger.outbox.queue(request({ message: bytes, messageIsGiven: true }));
    server.at = (stage) => {
      if (stage === 'answered') expect(server.taken[0]?.message.message).toBe(bytes);
    };
    await drain(world, server);
    expect([server.taken[0]?.bytes.equals(message()), bytes.length]).toEqual([true, 0]);
  });

  it('given away and not due is emptied at once, and sent from the vault', async () => {
    const bytes = message();
    const notBefore = new Date(world.clock.now().getTime() + minute);
    await world.ledger.outbox.queue(request({ message: bytes, messageIsGiven: true, notBefore }));
    expect(bytes.length).toBe(0);
    world.clock.set(minute);
    await drain(world, server);
    expect(server.taken[0]?.bytes.equals(message())).toBe(true);
  });

  it('given away under an id that is taken stays as it is', async () => {
    await world.ledger.outbox.queue(request());
    const bytes = message('Autre');
    expect(await code(world.ledger.outbox.queue(request({ message: bytes, messageIsGiven: true })))).toBe(
      'ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN',
    );
    expect(bytes).toEqual(message('Autre'));
  });

  it('of which the answer is uncertain stays whole for a submission that still reads it', async () => {
    const bytes = message();
    server.answer = () => 'uncertain';
    await world.ledger.outbox.queue(request({ message: bytes, messageIsGiven: true }));
    await drain(world, server);
    expect([await states(), bytes.length]).toEqual([['uncertain'], message().length]);
  });

  it('is sent to all its recipients also when a worker claims in the transaction that writes it', async () => {
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    };
    let open = (): void => {};
    let gate = Promise.resolve();
    const { store } = world;
    const held: Store = Object.assign(Object.create(store) as Store, {
      dialect: store.dialect,
      claimClause: store.claimClause,
      transaction: async (...given: Parameters<Store['transaction']>) => {
        await gate;
        return store.transaction(...given);
      },
      batch: store.batch.bind(store),
      all: store.all.bind(store),
      get: store.get.bind(store),
      migrate: store.migrate.bind(store),
    });
    const ledger = await world.another({ store: held });
    gate = new Promise<void>((resolve) => (open = resolve));
    // While the first waits, the entry and the claim come together.
    const first = ledger.audit.record({ author, at: world.clock.now(), action: 'test', outcome: 'success' });
    await turns();
    const queued = ledger.outbox.queue(request({ recipients: two, suppressed: 'send' }));
    while (world.contents().length === 0) await turns();
    await turns();
    const running = drain(world, server, { ledger });
    await turns();
    open();
    await Promise.all([first, queued, running]);
    await drain(world, server);
    expect(server.taken.map((one) => one.recipients)).toEqual([[colleague, hospital]]);
  });

  it('queued again under its id is the same entry, also at once, and another message under it is refused', async () => {
    const { outbox } = world.ledger;
    const [first, second] = await Promise.all([outbox.queue(request()), outbox.queue(request())]);
    const third = await outbox.queue(request());
    expect([first.isNew, second.isNew, third.isNew].filter(Boolean).length).toBe(1);
    expect(new Set([first.entryId, second.entryId, third.entryId]).size).toBe(1);
    expect(world.contents().length).toBe(1);
    expect(await code(outbox.queue(request({ message: message('Autre') })))).toBe('ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN');
    expect(await code(outbox.queue(request({ recipients: two })))).toBe('ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN');
    await drain(world, server);
    expect([(await outbox.queue(request())).isNew, server.taken.length, world.contents().length]).toEqual([false, 1, 0]);
  });

  it.each([
    ['no Message-ID [ECO.2.2.1]', { message: new TextEncoder().encode('Subject: a\r\n\r\nb\r\n') }],
    ['two Message-IDs', { message: new TextEncoder().encode('Message-ID: <a@b.fr>\r\nMessage-ID: <c@b.fr>\r\n\r\nb\r\n') }],
    ['a bare LF', { message: new TextEncoder().encode('Message-ID: <a@b.fr>\r\n\r\nb\nc\r\n') }],
    ['a bare CR', { message: new TextEncoder().encode('Message-ID: <a@b.fr>\r\n\r\nb\rc\r\n') }],
    ['no recipient', { recipients: [] }],
    ['a recipient twice', { recipients: [{ address: colleague }, { address: colleague.toUpperCase() }] }],
    ['an address that is none', { recipients: [{ address: 'personne' }] }],
    ['a deadline that is over', { deadline: new Date(0) }],
    ['an id with a space', { documentId: 'a b' }],
    ['an id of the ledger itself', { documentId: 'mss-probe:x' }],
    ['an envelope id that xtext would lengthen', { envid: 'a+b' }],
    ['no author', { author: ' ' }],
  ] as const)('is refused with %s, and nothing is kept', async (_, more) => {
    expect(await code(world.ledger.outbox.queue(request(more)))).toBe('ERR_MSS_LEDGER_ENTRY');
    expect([world.contents(), await world.ledger.outbox.list()]).toEqual([[], []]);
  });

  it('is sent with its ENVID, RET=HDRS and the notifications asked for [RFC 3461]', async () => {
    await world.ledger.outbox.queue(request({ envid: 'envoi-1', recipients: [{ address: colleague, notify: ['success', 'failure'] }] }));
    await drain(world, server);
    expect(server.seen[0]).toMatchObject({
      from: mailbox,
      envid: 'envoi-1',
      ret: 'headers',
      recipients: [{ address: colleague, dsn: { notify: ['success', 'failure'] } }],
    });
  });

  it('waits until its time', async () => {
    await world.ledger.outbox.queue(request({ notBefore: new Date(world.clock.now().getTime() + 10 * minute) }));
    await drain(world, server);
    expect(server.taken.length).toBe(0);
    world.clock.advance(10 * minute);
    await drain(world, server);
    expect(server.taken.length).toBe(1);
  });
});

describe('a refusal', () => {
  it('for good is final for that recipient only', async () => {
    server.answer = (address) => (address === hospital ? { code: 550, status: '5.7.1' } : 'accept');
    await world.ledger.outbox.queue(request({ recipients: two }));
    await drain(world, server);
    expect(await states()).toEqual(['accepted', 'refused']);
    expect((await world.ledger.outbox.show('d1')).outcome).toBe('partly-accepted');
    expect(server.taken.map((one) => one.recipients)).toEqual([[colleague]]);
  });

  it('for now is tried again with the same bytes, for the recipient that needs it, after a while', async () => {
    server.answer = (address) => (address === hospital ? { code: 451, status: '4.7.1', text: 'greylisted' } : 'accept');
    await world.ledger.outbox.queue(request({ recipients: two }));
    await drain(world, server);
    expect([await states(), world.contents().length]).toEqual([['accepted', 'waiting'], 1]);
    server.answer = () => 'accept';
    world.clock.advance(3.9 * minute);
    await drain(world, server);
    expect(server.taken.length).toBe(1);
    world.clock.advance(3 * minute);
    await drain(world, server);
    expect(server.taken.map((one) => one.recipients)).toEqual([[colleague], [hospital]]);
    expect(server.taken[0]?.bytes.equals(server.taken[1]?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(await states()).toEqual(['accepted', 'accepted']);
    expect(world.contents()).toEqual([]);
  });

  it('ends at the deadline: certainly not sent', async () => {
    server.answer = () => ({ code: 452, status: '4.2.2' });
    await world.ledger.outbox.queue(request({ deadline: new Date(world.clock.now().getTime() + 60 * minute) }));
    for (let step = 0; step < 10; step += 1) {
      await drain(world, server);
      world.clock.advance(10 * minute);
    }
    const story = await world.ledger.outbox.show('d1');
    expect([story.outcome, story.recipients[0]?.state, story.recipients[0]?.reason]).toEqual(['not-sent', 'expired', 'mailbox-full']);
    expect([world.contents(), server.taken.length]).toEqual([[], 0]);
  });

  it('because the address is unknown suppresses it: later documents are refused, or leave it out', async () => {
    server.answer = (address) => (address === hospital ? { code: 550, status: '5.1.1' } : 'accept');
    const { outbox } = world.ledger;
    await outbox.queue(request({ recipients: two }));
    await drain(world, server);
    expect(await outbox.suppressions.find(hospital.toUpperCase())).toMatchObject({ address: hospital, reason: 'address-unknown' });
    expect(await code(outbox.queue(request({ documentId: 'd2', recipients: two })))).toBe('ERR_MSS_LEDGER_SUPPRESSED');
    const left = await outbox.queue(request({ documentId: 'd3', recipients: two, suppressed: 'leave-out' }));
    expect(left.recipients.map((one) => [one.state, one.reason])).toEqual([
      ['waiting', null],
      ['refused', 'suppressed'],
    ]);
    expect(await code(outbox.queue(request({ documentId: 'd4', recipients: [{ address: hospital }], suppressed: 'leave-out' })))).toBe(
      'ERR_MSS_LEDGER_SUPPRESSED',
    );
    world.clock.advance(31 * 24 * 60 * minute);
    expect((await outbox.queue(request({ documentId: 'd5', recipients: two }))).isNew).toBe(true);
    expect([await outbox.suppressions.list(), await outbox.suppressions.remove(hospital)]).toEqual([[], true]);
  });

  it('of the connection pauses the mailbox, not the others, and loses nothing', async () => {
    const other = 'secretariat@hopital.mssante.test';
    const { outbox } = world.ledger;
    for (let index = 0; index < 30; index += 1) await outbox.queue(request({ documentId: `d${index}`, message: message(`n ${index}`) }));
    await outbox.queue(request({ documentId: 'other', mailbox: other }));
    let down = true;
    const { submit } = server;
    const failing: TestServer = {
      ...server,
      submit: async (mail, call) => (down && call.mailbox === mailbox ? Promise.reject(notConnected()) : submit(mail, call)),
    };
    await drain(world, failing, { concurrency: 2 });
    expect([await states('other'), server.taken.length]).toEqual([['accepted'], 1]);
    expect((await outbox.stats()).entries.waiting).toBe(30);
    const attempts = (await outbox.list()).map((one) => one.attempts);
    expect(Math.max(...attempts)).toBeLessThanOrEqual(2);
    down = false;
    await drain(world, failing);
    expect((await outbox.stats()).entries.settled).toBe(31);
  });
});

describe('cancelling', () => {
  it('holds back what waits, and tells who had it already', async () => {
    const { outbox } = world.ledger;
    server.answer = (address) => (address === hospital ? { code: 451 } : 'accept');
    await outbox.queue(request({ recipients: two }));
    await drain(world, server);
    expect(await outbox.cancel('d1', { author })).toEqual({ documentId: 'd1', cancelled: [1], tooLate: [0] });
    expect([await states(), world.contents()]).toEqual([['accepted', 'cancelled'], []]);
  });

  it.each(['mail', 'data-started', 'data-ended'] as const)('before the note of the final dot (at %s) stops the message', async (stage) => {
    const { outbox } = world.ledger;
    await outbox.queue(request());
    server.at = async (at) => {
      if (at === stage) await outbox.cancel('d1', { author });
    };
    await drain(world, server);
    expect([await states(), server.taken.length, world.contents()]).toEqual([['cancelled'], 0, []]);
  });

  it('after it is too late, and says so', async () => {
    const { outbox } = world.ledger;
    await outbox.queue(request());
    let outcome;
    server.at = async (at) => {
      if (at === 'answered') outcome = await outbox.cancel('d1', { author });
    };
    await drain(world, server);
    expect([outcome, await states()]).toEqual([{ documentId: 'd1', cancelled: [], tooLate: [0] }, ['accepted']]);
    expect((await outbox.show('d1')).lines.map((one) => one.what)).toContain('cancel-too-late');
  });

  it('by a document that replaces it: what is pending stops, and both stories tell', async () => {
    const { outbox } = world.ledger;
    await outbox.queue(request());
    expect(await code(outbox.queue(request({ documentId: 'd2', replaces: 'absent' })))).toBe('ERR_MSS_LEDGER_NOT_FOUND');
    const replacing = await outbox.queue(request({ documentId: 'd2', message: message('Corrigé'), replaces: 'd1' }));
    expect(replacing.replaced).toEqual({ documentId: 'd1', cancelled: [0], tooLate: [] });
    await drain(world, server);
    expect([await states('d1'), await states('d2'), server.taken.length]).toEqual([['cancelled'], ['accepted'], 1]);
    expect([(await outbox.show('d1')).replacedBy, (await outbox.show('d2')).replaces]).toEqual([['d2'], 'd1']);
  });
});

describe('the opposition of a patient', () => {
  it('refuses documents to that recipient before they are queued, and others not', async () => {
    const { outbox } = world.ledger;
    await outbox.oppositions.record({ patientKey: 'P-17', recipient: hospital, author });
    expect(await code(outbox.queue(request({ patientKey: 'P-17', recipients: two })))).toBe('ERR_MSS_LEDGER_OPPOSED');
    expect((await outbox.queue(request({ patientKey: 'P-17' }))).isNew).toBe(true);
    expect((await outbox.queue(request({ documentId: 'd2', patientKey: 'P-18', recipients: two }))).isNew).toBe(true);
    expect(await outbox.oppositions.of('P-17')).toMatchObject([{ recipient: hospital, author }]);
    expect(await outbox.oppositions.withdraw({ patientKey: 'P-17', recipient: hospital, author })).toBe(true);
    expect((await outbox.queue(request({ documentId: 'd3', patientKey: 'P-17', recipients: two }))).isNew).toBe(true);
  });

  it('cancels what is pending for the pair, and everything when it is against everybody', async () => {
    const { outbox } = world.ledger;
    await outbox.queue(request({ patientKey: 'P-17', recipients: two }));
    await outbox.oppositions.record({ patientKey: 'P-17', recipient: hospital, author });
    expect(await states()).toEqual(['waiting', 'cancelled']);
    await outbox.oppositions.record({ patientKey: 'P-17', recipient: null, author });
    expect([await states(), world.contents()]).toEqual([['cancelled', 'cancelled'], []]);
    expect(await code(outbox.queue(request({ documentId: 'd2', patientKey: 'P-17' })))).toBe('ERR_MSS_LEDGER_OPPOSED');
  });
});

describe('privacy', () => {
  it('keeps patients out of the tables, the logs, the names of files and the errors', async () => {
    const folder = await createWorld({ file: true });
    const { outbox } = folder.ledger;
    server.answer = () => ({ code: 550, status: '5.1.1', text: `<${patient}>: unknown` });
    await outbox.oppositions.record({ patientKey: 'AMANDINE-DESTRAZ', recipient: hospital, author });
    const refused = await outbox
      .queue(request({ patientKey: 'AMANDINE-DESTRAZ', recipients: [{ address: hospital }] }))
      .catch((error: unknown) => error);
    await outbox.queue(request({ patientKey: 'AMANDINE-DESTRAZ', recipients: [{ address: patient }] }));
    await drain(folder, server);
    const suppressed = await outbox
      .queue(request({ documentId: 'd2', recipients: [{ address: patient }] }))
      .catch((error: unknown) => error);
    const tables = ['outbox_entries', 'outbox_recipients', 'outbox_attempts', 'outbox_oppositions', 'outbox_suppressions', 'audit_events'];
    let dump = '';
    for (const table of tables) {
      for (const row of await folder.store.all(`SELECT * FROM ${table} LIMIT 100`)) {
        for (const value of Object.values(row)) dump += value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
      }
    }
    const errors = [refused, suppressed].map((error) => (isMssError(error) ? `${error.message} ${JSON.stringify(error.details)}` : ''));
    const all = [dump, ...folder.logged, ...errors, ...folder.contents()].join('\n');
    expect(dump.length).toBeGreaterThan(500);
    for (const secret of ['279035121518989', 'DESTRAZ', hospital]) expect(all.includes(secret)).toBe(false);
    expect((await outbox.show('d1')).recipients[0]?.address).toBe(patient);
    await folder.close();
  });
});

describe('the list', () => {
  it('pages through entries of a state or a mailbox, the newest first', async () => {
    const { outbox } = world.ledger;
    for (let index = 0; index < 7; index += 1) {
      await outbox.queue(request({ documentId: `d${index}`, message: message(`n ${index}`) }));
      world.clock.advance(1);
    }
    const first = await outbox.list({ limit: 3 });
    const after = first.at(-1);
    const second = await outbox.list({ limit: 10, ...(after === undefined ? {} : { after }) });
    expect([...first, ...second].map((one) => one.documentId)).toEqual(['d6', 'd5', 'd4', 'd3', 'd2', 'd1', 'd0']);
    expect((await outbox.list({ state: 'settled' })).length).toBe(0);
    expect((await outbox.list({ mailbox: mailbox.toUpperCase(), queuedSince: first[2]?.queuedAt ?? new Date() })).length).toBe(3);
    expect(await outbox.stats()).toMatchObject({ entries: { waiting: 7, settled: 0 }, uncertainRecipients: 0 });
    expect(await code(outbox.show('absent'))).toBe('ERR_MSS_LEDGER_NOT_FOUND');
  });
});

describe('retry', () => {
  it('makes a waiting recipient due now, a refused one while the contents are kept, and nothing after that', async () => {
    const { outbox } = world.ledger;
    server.answer = (address) => (address === hospital ? { code: 550, status: '5.2.1' } : { code: 451 });
    await outbox.queue(request({ recipients: two }));
    await drain(world, server);
    expect(await states()).toEqual(['waiting', 'refused']);
    expect(await outbox.retry('d1', { author })).toEqual([0, 1]);
    server.answer = () => 'accept';
    await drain(world, server);
    expect(await states()).toEqual(['accepted', 'accepted']);
    expect(await code(outbox.retry('d1', { author }))).toBe('ERR_MSS_LEDGER_STATE');
  });
});
