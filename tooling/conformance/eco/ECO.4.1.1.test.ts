/**
 * ECO.4.1.1 (v1.0.1, functional traces): every processing on a mailbox leaves a trace; the traces can be exported and kept for as long as
 * the host wants.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createFileVault, openLedger, type Ledger, type Submit } from '@mss/ledger';
import { openSqliteStore, type Store } from '@mss/store';
import type { Mailbox } from '@mss/transport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };
const folder = mkdtempSync(join(tmpdir(), 'mss-eco-'));
let store: Store;
let ledger: Ledger;

/** A server that refuses the first recipient it sees for good and loses its answer to the second. */
const answers = ['refused', 'uncertain', 'accepted'] as const;
const submit: Submit = async (message, call) => {
  for (const stage of ['mail', 'data-started', 'data-ended'] as const) await call.onStage(stage);
  const outcome = answers[Number(/n (\d)/.exec(Buffer.from(message.message as Uint8Array).toString())?.[1])] ?? 'accepted';
  const code = outcome === 'refused' ? 554 : outcome === 'uncertain' ? null : 250;
  const reason = outcome === 'uncertain' ? ('ERR_MSS_SMTP_LINK_LOST' as const) : null;
  const stage = outcome === 'accepted' ? 'accepted' : 'data-ended';
  const common = {
    outcome,
    permanent: outcome === 'refused',
    stage,
    code,
    enhancedStatus: null,
    text: 'answer',
    reason,
    dsn: 'not-asked',
  } as const;
  const recipients = message.recipients.map(({ address }) => ({ address, ...common }));
  return { outcome, recipients, stage, queueId: null, serverName: 's', text: 'answer', sizeBytes: 1, dsn: 'not-asked', error: null };
};

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
  ledger = await openLedger({ store, contents: await createFileVault(folder), keys });
  for (const index of [0, 1, 2]) {
    await ledger.outbox.queue({
      documentId: `d${index}`,
      message: Buffer.from(
        `Message-ID: <${index}@medecin.mssante.test>\r\nSubject: XDM/1.0/DDM+Lettre DESTRAZ Amandine\r\n\r\nn ${index}\r\n`,
      ),
      mailbox,
      recipients: [{ address: '279035121518989@patient.mssante.fr' }],
      author: 'dr-moreau',
      patientKey: 'DESTRAZ',
    });
  }
  await ledger.outbox.run({ submit, until: 'idle' });
  await ledger.outbox.resolve('d1', { decision: 'give-up', author: 'secretariat' });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const trail = async (): Promise<readonly Record<string, unknown>[]> => {
  const lines: Record<string, unknown>[] = [];
  for await (const line of ledger.audit.export({ mailbox })) lines.push(JSON.parse(line) as Record<string, unknown>);
  return lines;
};

describe('ECO.4.1.1', () => {
  it('each processing on the mailbox left a trace, with its outcome: success, failure, or uncertain', async () => {
    const seen = (await trail()).map((one) => `${String(one['action'])} ${String(one['outcome'])}`);
    expect(seen.filter((one) => one === 'outbox.queue success').length).toBe(3);
    expect(seen.filter((one) => one.startsWith('smtp.submit')).toSorted()).toEqual([
      'smtp.submit failure',
      'smtp.submit success',
      'smtp.submit uncertain',
    ]);
    expect(seen.at(-1)).toBe('outbox.resolve.give-up success');
  });

  it('so does what is done in the mailbox by IMAP, refused or not', async () => {
    const address = 'autre.bal@medecin.mssante.test';
    const server: Pick<Mailbox, 'setFlags' | 'expunge'> = {
      setFlags: () => Promise.resolve({ modified: [], modseqs: new Map() }),
      expunge: () => Promise.reject(new Error('refused')),
    };
    const traced = await ledger.audit.traced(server, { address, author: 'secretariat' });
    const place = { folder: 'INBOX', uidValidity: 1, uids: [7] };
    await traced.setFlags({ ...place, add: ['\\Seen'] });
    await traced.expunge(place).catch(() => {});
    const lines: string[] = [];
    for await (const line of ledger.audit.export({ mailbox: address })) {
      const { action, author, outcome } = JSON.parse(line) as Record<string, string>;
      lines.push(`${author}: ${action} ${outcome}`);
    }
    expect(lines).toEqual(['secretariat: imap.open success', 'secretariat: imap.store success', 'secretariat: imap.expunge failure']);
  });

  it('the traces of the other packages join them: the trail is their sink', async () => {
    const before = (await trail()).length;
    await ledger.audit.record({ author: 'dr-moreau', at: new Date(), action: 'tls.refused', mailbox, outcome: 'failure' });
    expect((await trail()).length).toBe(before + 1);
  });

  it('a trace cannot be changed or removed unnoticed', async () => {
    expect((await ledger.audit.verify(mailbox)).ok).toBe(true);
    await store.batch([{ sql: "UPDATE audit_events SET author = 'somebody' WHERE seq = 2" }]);
    expect(await ledger.audit.verify(mailbox)).toMatchObject({ ok: false, broken: { seq: 2, reason: 'changed' } });
    await store.batch([{ sql: "UPDATE audit_events SET author = 'dr-moreau' WHERE seq = 2" }]);
    expect((await ledger.audit.verify(mailbox)).ok).toBe(true);
  });

  it('identifies no patient', async () => {
    expect(JSON.stringify(await trail())).not.toMatch(/279035121518989|DESTRAZ|Amandine/);
  });

  it('can be kept for a time of the host’s choosing, and the rest still verifies', async () => {
    expect(await ledger.audit.sealBefore(mailbox, { before: new Date(Date.now() + 60_000), author: 'archiviste' })).not.toBeNull();
    await ledger.audit.record({ author: 'dr-moreau', at: new Date(), action: 'imap.fetch', mailbox, outcome: 'success' });
    expect(await ledger.audit.verify(mailbox)).toMatchObject({ ok: true, events: 1 });
    expect((await trail())[0]).toMatchObject({ type: 'checkpoint', author: 'archiviste' });
  });
});
