/** The audit trail of what happens on a mailbox by IMAP [ECO.4.1.1, ECO.4.1.2]. */
import { MssError } from '@mss/core';
import type { Mailbox } from '@mss/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ImapDouble } from './support/imap-double.js';
import { createWorld, mailbox as address, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const by = { address, author: 'dr-moreau' };

async function trail(): Promise<readonly Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for await (const line of world.ledger.audit.export({ mailbox: address })) all.push(JSON.parse(line) as Record<string, unknown>);
  return all;
}

const told = async (): Promise<readonly string[]> =>
  (await trail()).map(({ action, request, response, outcome }) => [action, request, response, outcome].map(String).join(' | '));

/** Stands for calls that the double has not. */
const fake = (calls: Partial<Record<keyof Mailbox, unknown>>): Partial<Mailbox> => calls as Partial<Mailbox>;

const letter = (id: string): string => `Message-ID: <${id}@x>\r\nSubject: Dupont Jeanne\r\n\r\nx\r\n`;

describe('what is done on a mailbox', () => {
  it('leaves author, time, action, request and response, and no content', async () => {
    const server = new ImapDouble();
    server.create('Dupont Jeanne');
    for (const id of ['a', 'b', 'c', 'd']) server.deliver(letter(id));
    const mailbox = await world.ledger.audit.traced(server.connect(), by);
    const read: number[] = [];
    for await (const { uid } of mailbox.fetchNew({ folder: 'INBOX', afterUid: 1 })) read.push(uid);
    expect(read).toEqual([2, 3, 4]);
    const { uidValidity } = await mailbox.openFolder('INBOX');
    await mailbox.setFlags({ folder: 'INBOX', uidValidity, uids: [4, 2, 3], add: ['\\Seen', '$Suivi'] });
    await mailbox.move({ folder: 'INBOX', uidValidity, uids: [2], to: 'Dupont Jeanne' });
    for await (const _ of mailbox.readMessage({ folder: 'INBOX', uidValidity, uid: 3 })) void _;
    expect(await told()).toEqual([
      'imap.open | LOGIN | OK | success',
      `imap.fetch | new messages after UID 1 in INBOX | 3 messages, ${3 * letter('a').length} bytes | success`,
      'imap.store | UID STORE 2:4 +FLAGS (\\Seen $Suivi) in INBOX | OK | success',
      expect.stringMatching(/^imap\.move \| UID MOVE 2 from INBOX to folder-[0-9a-f]{12} \| OK, \d told \| success$/),
      `imap.fetch | UID FETCH 3 in INBOX | 0 messages, ${letter('a').length} bytes | success`,
    ]);
    const events = await trail();
    expect(events.every((one) => one['author'] === 'dr-moreau' && one['at'] === world.clock.now().toISOString())).toBe(true);
    expect(JSON.stringify(events)).not.toMatch(/dupont|jeanne/i);
    expect((await world.ledger.audit.verify(address)).ok).toBe(true);
  });

  it('reads that bring nothing, lists and waits leave no trace', async () => {
    const server = new ImapDouble();
    const mailbox = await world.ledger.audit.traced(server.connect(), by);
    for await (const _ of mailbox.fetchNew({ folder: 'INBOX', afterUid: 0 })) void _;
    await mailbox.openFolder('INBOX');
    expect(await told()).toEqual(['imap.open | LOGIN | OK | success']);
  });

  it('a refusal is a failure, an answer that never came is uncertain; both are thrown on', async () => {
    const calls = fake({
      expunge: () => Promise.reject(new MssError('ERR_MSS_IMAP_UNSUPPORTED', 'no')),
      append: () => Promise.reject(new MssError('ERR_MSS_IMAP_LINK_LOST', 'lost')),
      fetchNew: async function* () {
        yield { bytes: new Uint8Array(5) };
        throw new MssError('ERR_MSS_IMAP_DEADLINE', 'late');
      },
    });
    const mailbox = (await world.ledger.audit.traced(calls, by)) as Mailbox;
    await expect(mailbox.expunge({ folder: 'Corbeille', uidValidity: 1, uids: [7] })).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_UNSUPPORTED',
    });
    await expect(mailbox.append({ folder: 'Envoyés', message: new Uint8Array(9) })).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_LINK_LOST',
    });
    await expect(async () => {
      for await (const _ of mailbox.fetchNew()) void _;
    }).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
    expect((await told()).slice(1)).toEqual([
      'imap.expunge | UID EXPUNGE 7 in Corbeille | ERR_MSS_IMAP_UNSUPPORTED | failure',
      'imap.append | APPEND 9 bytes to Envoyés | ERR_MSS_IMAP_LINK_LOST | uncertain',
      'imap.fetch | new messages after UID 0 in INBOX | ERR_MSS_IMAP_DEADLINE after 1 messages, 5 bytes | uncertain',
    ]);
  });

  it('copies, copies in Sent, flags that somebody changed before, and folders', async () => {
    const calls = fake({
      copy: async () => ({ uidValidity: 1, uids: new Map([[1, 8]]) }),
      saveToSent: async () => ({ filedBy: 'server', uid: 12 }),
      setFlags: async () => ({ modified: [5], modseqs: new Map() }),
      append: async () => ({ uid: null, already: true }),
      createFolder: async () => {},
      synchronise: async function* () {
        yield { kind: 'flags' };
        yield { kind: 'message', message: { bytes: null } };
      },
    });
    const mailbox = (await world.ledger.audit.traced(calls, by)) as Mailbox;
    const known = { folder: 'Archives', uidValidity: 1 };
    await mailbox.copy({ ...known, uids: [1], to: 'INBOX' });
    await mailbox.saveToSent({ message: new Uint8Array(3), messageId: '<a@b>' });
    await mailbox.setFlags({ ...known, uids: [5, 6], remove: ['\\Seen'], unchangedSince: 3n });
    await mailbox.append({ folder: 'Drafts', message: new Uint8Array(1) });
    await mailbox.createFolder('Rochebrune');
    for await (const _ of mailbox.synchronise()) break;
    for await (const _ of mailbox.synchronise()) void _;
    expect((await told()).slice(1)).toEqual([
      'imap.copy | UID COPY 1 from Archives to INBOX | OK, 1 told | success',
      'imap.append | copy of 3 bytes in Sent | filed by server, UID 12 | success',
      'imap.store | UID STORE 5:6 -FLAGS (\\Seen) in Archives | OK, MODIFIED 5 | success',
      'imap.append | APPEND 1 bytes to Drafts | already there | success',
      expect.stringMatching(/^imap\.create \| CREATE folder-[0-9a-f]{12} \| OK \| success$/),
      'imap.fetch | changes of INBOX | 1 messages, 0 bytes | success',
    ]);
  });

  it('the inbox works on it as on any other, and a trail that cannot be written stops it', async () => {
    const server = new ImapDouble();
    server.deliver(letter('a'));
    const mailbox = await world.ledger.audit.traced(server.connect(), by);
    const handOver = async (): Promise<{ readonly flags: readonly string[] }> => ({ flags: ['\\Seen'] });
    expect(await world.ledger.inbox.receive({ mailbox, address, kind: 'personal', handOver })).toMatchObject({ handedOver: 1 });
    // Messages are fetched ahead.
    const actions = (await trail()).map((one) => String(one['action']));
    expect(actions.toSorted()).toEqual(['imap.fetch', 'imap.open', 'imap.store', 'inbox.hand-over']);
    const sink = await world.ledger.audit
      .traced(fake({ createFolder: async () => {} }), { address, author: ' ' })
      .catch((error: unknown) => error);
    expect(sink).toMatchObject({ code: 'ERR_MSS_LEDGER_AUDIT_EVENT' });
  });
});
