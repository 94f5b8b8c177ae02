/** The audit trail [ECO.4.1.1, ECO.4.1.2]. */
import { isMssError, type AuditEvent } from '@mss/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createWorld, mailbox, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  author: 'dr-moreau',
  at: world.clock.now(),
  action: 'imap.fetch',
  mailbox,
  request: 'UID FETCH 7',
  response: 'OK',
  outcome: 'success',
  ...more,
});
const lines = async (box?: string): Promise<readonly Record<string, unknown>[]> => {
  const all: Record<string, unknown>[] = [];
  for await (const line of world.ledger.audit.export(box === undefined ? {} : { mailbox: box }))
    all.push(JSON.parse(line) as Record<string, unknown>);
  return all;
};

describe('an event', () => {
  it('is kept with author, time, action, request, response and outcome, numbered per mailbox', async () => {
    const { audit } = world.ledger;
    await audit.record(event());
    await audit.record(event({ mailbox: 'autre@a.mssante.test', outcome: 'failure' }));
    await audit.record(event({ mailbox: mailbox.toUpperCase(), action: 'smtp.submit' }));
    expect((await lines(mailbox)).map((one) => [one['seq'], one['action']])).toEqual([
      [1, 'imap.fetch'],
      [2, 'smtp.submit'],
    ]);
    expect((await lines(mailbox))[0]).toMatchObject({
      type: 'event',
      author: 'dr-moreau',
      at: '2026-03-02T08:00:00.000Z',
      request: 'UID FETCH 7',
      response: 'OK',
      outcome: 'success',
    });
    expect([(await lines()).length, await audit.mailboxes()]).toEqual([3, ['autre@a.mssante.test', mailbox]]);
  });

  it.each([[{ author: ' ' }], [{ action: '' }], [{ at: new Date(Number.NaN) }]])('with %j is refused [ECO.4.1.2]', async (more) => {
    const refused = await world.ledger.audit.record(event(more)).catch((error: unknown) => error);
    expect(isMssError(refused, 'ERR_MSS_LEDGER_AUDIT_EVENT')).toBe(true);
    expect(await lines()).toEqual([]);
  });

  it('identifies no patient: addresses become pseudonyms, the same each time, matricules an ellipsis', async () => {
    const { audit } = world.ledger;
    for (const response of [
      '<279035121518989@patient.mssante.fr>: unknown',
      'to 279035121518989@PATIENT.MSSANTE.FR',
      'INS 2 79 03 51 215 189 89 and 1850400000001',
    ]) {
      await audit.record(event({ response, request: 'RCPT TO:<hugo@halle.mssante.test>' }));
    }
    const [first, second, third] = (await lines()).map((one) => String(one['response']));
    expect(JSON.stringify(await lines())).not.toMatch(/2790351|279 ?03|1850400/i);
    expect(/patient-[0-9a-f]{16}/.exec(first ?? '')?.[0]).toBe(/patient-[0-9a-f]{16}/.exec(second ?? '')?.[0]);
    expect([third, (await lines())[0]?.['request']]).toEqual(['INS … and …', 'RCPT TO:<hugo@halle.mssante.test>']);
  });

  it('of hostile text stays one line of the export and verifies', async () => {
    for (const response of ['a\r\nb\u2028c', 'x'.repeat(5000), '\ud800', '\u0000', '{"type":"checkpoint"}'])
      await world.ledger.audit.record(event({ response }));
    expect((await lines()).length).toBe(5);
    expect(await world.ledger.audit.verify(mailbox)).toMatchObject({ ok: true, events: 5 });
  });
});

describe('the chain', () => {
  const fill = async (count = 6): Promise<void> => {
    for (let index = 1; index <= count; index += 1) {
      await world.ledger.audit.record(event({ request: `n ${index}` }));
      world.clock.advance(1000);
    }
  };

  it('holds for events that came at once, from several ledgers', async () => {
    const other = await world.another();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? world.ledger : other).audit.record(event({ request: `n ${index}` }))),
    );
    expect(await world.ledger.audit.verify(mailbox)).toEqual({ ok: true, events: 60, sealedUpTo: 0, broken: null });
    expect(await world.ledger.audit.verify('nobody@a.mssante.test')).toMatchObject({ ok: true, events: 0 });
  });

  it.each([
    ['an event changed', "UPDATE audit_events SET response = 'NO' WHERE seq = 3", { seq: 3, reason: 'changed' }],
    ['an event redated', 'UPDATE audit_events SET at = at + 1 WHERE seq = 2', { seq: 2, reason: 'changed' }],
    ['an event removed', 'DELETE FROM audit_events WHERE seq = 4', { seq: 5, reason: 'missing' }],
    ['the first removed', 'DELETE FROM audit_events WHERE seq = 1', { seq: 2, reason: 'missing' }],
    ['the end cut off', 'DELETE FROM audit_events WHERE seq >= 5', { seq: 5, reason: 'cut' }],
    ['all removed', 'DELETE FROM audit_events', { seq: 1, reason: 'cut' }],
    [
      'the end cut off and the head moved',
      'UPDATE audit_heads SET seq = 5, hash = (SELECT hash FROM audit_events WHERE seq = 5)',
      { seq: 5, reason: 'head' },
    ],
    ['the head removed', 'DELETE FROM audit_heads', { seq: 6, reason: 'head' }],
  ])('tells %s', async (_, sql, broken) => {
    await fill();
    await world.store.batch([{ sql }, ...(sql.includes('heads SET') ? [{ sql: 'DELETE FROM audit_events WHERE seq > 5' }] : [])]);
    expect(await world.ledger.audit.verify(mailbox)).toMatchObject({ ok: false, broken });
  });

  it('that somebody wrote anew without the key of the host is told', async () => {
    await fill(2);
    const { createHash } = await import('node:crypto');
    const row = await world.store.get<{ at: number; hash: string }>('SELECT at, hash FROM audit_events WHERE seq = 1');
    const second = await world.store.get<{ at: number }>('SELECT at FROM audit_events WHERE seq = 2');
    const canonical = JSON.stringify([
      'mss-audit-1',
      mailbox,
      2,
      second?.at,
      'dr-moreau',
      'imap.fetch',
      'forged',
      'OK',
      'success',
      row?.hash,
    ]);
    const hash = createHash('sha256').update(canonical).digest('hex');
    await world.store.batch([
      { sql: "UPDATE audit_events SET request = 'forged', hash = ? WHERE seq = 2", parameters: [hash] },
      { sql: 'UPDATE audit_heads SET hash = ?', parameters: [hash] },
    ]);
    expect(await world.ledger.audit.verify(mailbox)).toMatchObject({ ok: false, broken: { seq: 2, reason: 'head' } });
  });

  it('is shortened behind a sealed checkpoint, and goes on', async () => {
    const { audit } = world.ledger;
    await fill();
    const before = new Date(Date.parse('2026-03-02T08:00:04Z'));
    expect(await audit.sealBefore(mailbox, { before, author: 'archiviste' })).toMatchObject({ seq: 4, events: 4, author: 'archiviste' });
    expect(await audit.sealBefore(mailbox, { before, author: 'archiviste' })).toBeNull();
    await audit.record(event());
    expect(await audit.verify(mailbox)).toEqual({ ok: true, events: 3, sealedUpTo: 4, broken: null });
    expect((await lines()).map((one) => [one['type'], one['seq']])).toEqual([
      ['checkpoint', 4],
      ['event', 5],
      ['event', 6],
      ['event', 7],
    ]);
    expect(await audit.sealBefore(mailbox, { before: new Date(8.64e15), author: 'archiviste' })).toMatchObject({ seq: 7, events: 3 });
    expect(await audit.verify(mailbox)).toEqual({ ok: true, events: 0, sealedUpTo: 7, broken: null });
    await world.store.batch([{ sql: "UPDATE audit_checkpoints SET hash = 'a' WHERE seq = 7" }]);
    expect(await audit.verify(mailbox)).toMatchObject({ ok: false, broken: { seq: 7, reason: 'checkpoint' } });
  });

  it('that is broken is not sealed away', async () => {
    await fill();
    await world.store.batch([{ sql: "UPDATE audit_events SET response = 'NO' WHERE seq = 2" }]);
    const refused = await world.ledger.audit
      .sealBefore(mailbox, { before: new Date(8.64e15), author: 'a' })
      .catch((error: unknown) => error);
    expect(isMssError(refused, 'ERR_MSS_LEDGER_AUDIT_BROKEN')).toBe(true);
    expect((await lines()).length).toBe(6);
  });
});
