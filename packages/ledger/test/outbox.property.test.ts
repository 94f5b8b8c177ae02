/** Random lives of documents: servers that lie in wait, processes that die, mailboxes read late. */
import { MssError } from '@mss/core';
import type { Store } from '@mss/store';
import type { RecipientResult, SubmissionResult } from '@mss/transport';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ledger, Submit } from '../src/index.js';
import type { OutboxSeam } from '../src/outbox/seam.js';
import { colleague, createWorld, hospital, mailbox, message, openTestOutbox, type World } from './world.js';

const minute = 60_000;
const options = { selfCopy: true, deadlineMs: 30 * 24 * 60 * minute } as const;
const author = 'dr-moreau';

/** What happens to one submission. */
const fates = [
  'accept',
  'accept',
  'answer lost',
  'dot lost',
  'refused for now',
  'one refused',
  'unreachable',
  'dies before',
  'dies at dot',
  'dies after',
] as const;
type Fate = (typeof fates)[number];

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('work' as const), fates: fc.array(fc.constantFrom<Fate>(...fates), { maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('queue' as const), recipients: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 10, 40, 90) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read mailbox' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report' as const), which: fc.nat() }) },
);

/** A store that can be cut off, as it is for a process that died. */
function mortal(store: Store): { readonly store: Store; die(): void } {
  let dead = false;
  const ensureAlive = (): void => {
    if (dead) throw new MssError('ERR_MSS_STORE_CLOSED', 'dead');
  };
  return {
    die: () => {
      dead = true;
    },
    store: {
      dialect: store.dialect,
      claimClause: store.claimClause,
      all: async (...given) => {
        ensureAlive();
        return store.all(...given);
      },
      get: async (...given) => {
        ensureAlive();
        return store.get(...given);
      },
      batch: async (...given) => {
        ensureAlive();
        return store.batch(...given);
      },
      migrate: async (...given) => {
        ensureAlive();
        return store.migrate(...given);
      },
      transaction: async (work, given) => {
        ensureAlive();
        return store.transaction(async (transaction) => {
          ensureAlive();
          return work(transaction);
        }, given);
      },
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
}

let world: World;
let seam: OutboxSeam;
beforeAll(async () => {
  world = await createWorld({ outbox: options });
  seam = await openTestOutbox(world, options);
});
afterAll(() => world.close());

/** What servers took, and what lies unread in the mailbox. */
interface Model {
  /** `document recipient` → times. */
  readonly taken: Map<string, number>;
  readonly unread: { readonly messageId: string; readonly envid: string }[];
  readonly reports: { readonly envid: string; readonly messageId: string }[];
  read: number;
}

async function work(model: Model, planned: readonly Fate[]): Promise<void> {
  const queue = [...planned];
  const process = mortal(world.store);
  const ledger: Ledger = await world.another({ store: process.store });
  const stop = new AbortController();
  const die = (): never => {
    process.die();
    stop.abort();
    throw new Error('the process died');
  };
  const submit: Submit = async (mail, call) => {
    const fate = queue.shift() ?? 'accept';
    if (fate === 'unreachable') throw new MssError('ERR_MSS_SMTP_NOT_SERVING', 'no', { permanent: false });
    await call.onStage('mail');
    if (fate === 'dies before') die();
    const bytes = Buffer.from(mail.message as Uint8Array).toString();
    const messageId = /Message-ID: (<[^>]+>)/.exec(bytes)?.[1] ?? '';
    const document = (await seam.findSubmission({ messageId }))?.documentId ?? '';
    const others = mail.recipients.length > 1 && mail.whenSomeRefused === 'nobody';
    const refusal = (address: string): boolean => fate === 'refused for now' || (fate === 'one refused' && address === hospital);
    const stopped = mail.recipients.some((one) => refusal(one.address)) && (others || mail.recipients.every((one) => refusal(one.address)));
    const result = (outcome: (address: string) => Partial<RecipientResult>): SubmissionResult => ({
      outcome: 'accepted',
      recipients: mail.recipients.map(({ address }) => ({
        address,
        permanent: false,
        stage: 'accepted',
        code: 250,
        enhancedStatus: null,
        text: '',
        reason: null,
        dsn: 'not-asked',
        outcome: 'accepted',
        ...outcome(address),
      })),
      stage: 'accepted',
      queueId: null,
      serverName: 's',
      text: '',
      sizeBytes: 1,
      dsn: 'not-asked',
      error: null,
    });
    if (stopped) {
      return result((address) =>
        refusal(address)
          ? { outcome: 'refused', stage: 'rcpt', code: 451 }
          : { outcome: 'refused', stage: 'rcpt', code: null, reason: 'ERR_MSS_SMTP_NOT_ALL' },
      );
    }
    await call.onStage('data-started');
    await call.onStage('data-ended');
    if (fate === 'dies at dot') die();
    if (fate !== 'dot lost') {
      for (const { address } of mail.recipients)
        model.taken.set(`${document} ${address}`, (model.taken.get(`${document} ${address}`) ?? 0) + 1);
      if (mail.recipients.some((one) => one.address === mailbox)) model.unread.push({ messageId, envid: mail.envid ?? '' });
      model.reports.push({ messageId, envid: mail.envid ?? '' });
    }
    if (fate === 'dies after') die();
    const lost = fate === 'dot lost' || fate === 'answer lost';
    return result(() => (lost ? { outcome: 'uncertain', stage: 'data-ended', code: null, reason: 'ERR_MSS_SMTP_LINK_LOST' } : {}));
  };
  await ledger.outbox.run({
    submit,
    until: 'idle',
    worker: 'w1',
    signal: stop.signal,
    monotonicMs: world.clock.monotonicMs,
    concurrency: 2,
    pollMs: 5,
    graceMs: 1,
  });
}

/** In order of arrival, as the inbox does. */
async function readMailbox(model: Model): Promise<void> {
  for (const { messageId } of model.unread.splice(0)) {
    model.read += 1;
    const submission = await seam.findSubmission({ messageId });
    if (submission === null) continue;
    if (submission.kind === 'probe') await seam.probeArrived({ messageId, at: world.clock.now() });
    else
      await seam.applyEvidence({
        entryId: submission.entryId,
        kind: 'self-copy',
        recipient: null,
        at: world.clock.now(),
        source: `imap:${model.read}`,
      });
  }
}

async function check(model: Model): Promise<void> {
  const entries = await world.ledger.outbox.list({ limit: 1000 });
  for (const entry of entries) {
    for (const { address, state } of entry.recipients) {
      const times = model.taken.get(`${entry.documentId} ${address}`) ?? 0;
      expect(times, `${entry.documentId} ${state}: deliveries`).toBeLessThanOrEqual(1);
      if (state === 'accepted') expect(times, `${entry.documentId}: accepted, never delivered`).toBe(1);
      if (state === 'refused' || state === 'expired' || state === 'cancelled' || state === 'waiting')
        expect(times, `${entry.documentId} ${state}: delivered`).toBe(0);
    }
  }
  await world.ledger.outbox.sweep();
  const kept = new Set(world.contents().map((name) => name.replace(/^outbox-/, '')));
  for (const entry of entries) expect(kept.has(entry.entryId), `${entry.documentId}: contents`).toBe(entry.state !== 'settled');
}

describe('whatever happens', () => {
  it('no document is delivered twice, none is lost, and contents are kept exactly as long as they are needed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        await world.reset();
        const model: Model = { taken: new Map(), unread: [], reports: [], read: 0 };
        let documents = 0;
        for (const one of [{ do: 'queue', recipients: 2 } as const, ...steps]) {
          if (one.do === 'queue') {
            documents += 1;
            const recipients = [{ address: colleague }, { address: hospital }].slice(0, one.recipients);
            await world.ledger.outbox.queue({
              documentId: `d${documents}`,
              message: message(`n ${documents}`, `m${documents}`),
              mailbox,
              recipients,
              author,
            });
          } else if (one.do === 'work') await work(model, one.fates);
          else if (one.do === 'wait') world.clock.advance(one.minutes * minute);
          else if (one.do === 'read mailbox') await readMailbox(model);
          else if (one.do === 'cancel') await world.ledger.outbox.cancel(`d${(one.which % documents) + 1}`, { author });
          else {
            const report = model.reports[one.which % Math.max(model.reports.length, 1)];
            const submission = report === undefined ? null : await seam.findSubmission({ envid: report.envid });
            if (report !== undefined && submission?.kind === 'document')
              await seam.applyEvidence({
                entryId: submission.entryId,
                kind: 'dsn',
                envid: report.envid,
                recipient: 0,
                at: world.clock.now(),
                source: `dsn:${report.envid}`,
              });
          }
          await check(model);
        }
        // Then all goes well for long enough: everything must come to its end.
        for (let round = 0; round < 12; round += 1) {
          await work(model, []);
          await readMailbox(model);
          world.clock.advance(65 * minute);
        }
        await check(model);
        const open = (await world.ledger.outbox.list({ limit: 1000 })).filter((one) => one.state !== 'settled');
        expect(open.map((one) => one.recipients.map((to) => to.state))).toEqual([]);
        expect((await world.ledger.audit.verify(mailbox)).ok).toBe(true);
      }),
      { seed: 20260101, numRuns: 25 },
    );
  });
});
