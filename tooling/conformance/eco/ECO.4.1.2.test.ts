/** ECO.4.1.2 (v1.0.1): each trace holds the author, the time, the type of action, the request to the server and its response. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AuditEvent } from '@mss/core';
import { createFileVault, openLedger, type Ledger } from '@mss/ledger';
import { openSqliteStore, type Store } from '@mss/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };
const folder = mkdtempSync(join(tmpdir(), 'mss-eco-'));
let store: Store;
let ledger: Ledger;
beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
  ledger = await openLedger({ store, contents: await createFileVault(folder), keys });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const event: AuditEvent = {
  author: 'dr-moreau',
  at: new Date('2026-03-02T08:00:00.123Z'),
  action: 'imap.fetch',
  mailbox,
  request: 'UID FETCH 7 (FLAGS)',
  response: 'OK FETCH completed',
  outcome: 'success',
};

describe('ECO.4.1.2', () => {
  it('a trace gives back author, time to the millisecond, action, request and response', async () => {
    await ledger.audit.record(event);
    const lines: unknown[] = [];
    for await (const line of ledger.audit.export({ mailbox })) lines.push(JSON.parse(line));
    expect(lines).toEqual([
      {
        type: 'event',
        mailbox,
        seq: 1,
        at: '2026-03-02T08:00:00.123Z',
        author: 'dr-moreau',
        action: 'imap.fetch',
        request: 'UID FETCH 7 (FLAGS)',
        response: 'OK FETCH completed',
        outcome: 'success',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
  });

  it.each([
    ['author', { ...event, author: '' }],
    ['action', { ...event, action: ' ' }],
    ['time', { ...event, at: new Date(Number.NaN) }],
  ])('a trace without %s is refused', async (_, incomplete) => {
    await expect(ledger.audit.record(incomplete)).rejects.toMatchObject({ code: 'ERR_MSS_LEDGER_AUDIT_EVENT', requirement: 'ECO.4.1.2' });
  });
});
