import { MssError } from '@mss/core';
import { openSqliteStore, type Store } from '@mss/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { HandOver, Inbox, InboxMailbox, ReceiveRequest, ReceiveSummary } from '../../src/inbox/index.js';
import { ImapDouble } from '../support/imap-double.js';
import { createWorld, emptyStore, type World } from '../support/ledger-double.js';
import { mail } from '../support/mails.js';

const address = 'claire.moreau@cabinet.mssante.fr';
let store: Store;
let world: World;
let server: ImapDouble;
let inbox: Inbox;
const got: string[] = [];

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(async () => {
  got.length = 0;
  server = new ImapDouble();
  world = await createWorld({ store });
  inbox = await world.inbox();
  await emptyStore(store);
});

function receive(given: Partial<ReceiveRequest> & { readonly handOver: HandOver }): Promise<ReceiveSummary> {
  return inbox.receive({ mailbox: server.connect(), address, kind: 'personal', concurrency: 4, ...given });
}

describe('several messages in the host’s hands at once', () => {
  it('so many and no more, each once', async () => {
    for (let index = 0; index < 25; index += 1) server.deliver(mail(`m${index}`, { body: `m${index}` }));
    let [begun, most] = [0, 0];
    const held: (() => void)[] = [];
    // Nobody is let go before four are here, or the last one.
    const handOver: HandOver = async (delivery) => {
      begun += 1;
      const released = new Promise<void>((resolve) => held.push(resolve));
      most = Math.max(most, held.length);
      if (held.length === 4 || begun === 25) for (const release of held.splice(0)) release();
      await released;
      got.push(delivery.message?.body.text?.trim() ?? '');
    };
    expect(await receive({ handOver })).toMatchObject({ handedOver: 25, duplicates: 0, elsewhere: 0, nextAt: null });
    expect(most).toBe(4);
    expect(new Set(got).size).toBe(25);
    expect(got).toHaveLength(25);
    expect(await receive({ handOver })).toMatchObject({ handedOver: 0 });
    expect(world.audit.filter((one) => one.action === 'inbox.hand-over')).toHaveLength(25);
  });

  it('a second copy waits for the first, and goes where it went', async () => {
    for (const id of ['a', 'a', 'b', 'a']) server.deliver(mail(id, { body: id }));
    const handOver: HandOver = async (delivery) => {
      got.push(delivery.message?.body.text?.trim() ?? '');
      await new Promise((resolve) => setImmediate(resolve));
      return { flags: ['\\Seen'] };
    };
    expect(await receive({ handOver })).toMatchObject({ handedOver: 2, duplicates: 2, elsewhere: 0 });
    expect(got).toEqual(['a', 'b']);
    for (const uid of [1, 2, 3, 4]) expect(server.flagsOf(uid)).toEqual(['\\Seen']);
  });

  it('one that fails is tried again, the others go on', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) server.deliver(mail(id, { body: id }));
    const handOver: HandOver = async (delivery) => {
      const body = delivery.message?.body.text?.trim() ?? '';
      if (body === 'b' && delivery.attempt === 1) throw new Error('full');
      got.push(body);
    };
    expect(await receive({ handOver })).toMatchObject({ handedOver: 5, postponed: 1 });
    expect(got.toSorted()).toEqual(['a', 'c', 'd', 'e', 'f']);
  });

  it('whichever fetch the link is cut at, nothing is passed over and nothing comes twice', async () => {
    for (let nth = 1; nth < 6; nth += 1) {
      got.length = 0;
      server = new ImapDouble();
      await emptyStore(store);
      for (let index = 0; index < 13; index += 1) server.deliver(mail(`m${index}`, { body: `m${index}` }));
      const handOver: HandOver = async (delivery) => {
        await new Promise((resolve) => setImmediate(resolve));
        got.push(delivery.message?.body.text?.trim() ?? '');
      };
      let left = nth;
      const failing: InboxMailbox = server.connect({
        before: (command) => {
          if (!command.startsWith('fetch')) return;
          left -= 1;
          if (left === 0) throw new MssError('ERR_MSS_IMAP_LINK_LOST', 'the connection ended', { permanent: false });
        },
      });
      await receive({ handOver, mailbox: failing }).catch((error: unknown) => {
        if ((error as MssError).code !== 'ERR_MSS_IMAP_LINK_LOST') throw error;
      });
      await receive({ handOver });
      expect(got.toSorted()).toEqual(Array.from({ length: 13 }, (_, index) => `m${index}`).toSorted());
    }
  });

  it('refuses what is no number of messages', async () => {
    await expect(receive({ handOver: async () => {}, concurrency: 0 })).rejects.toThrow(TypeError);
  });
});
