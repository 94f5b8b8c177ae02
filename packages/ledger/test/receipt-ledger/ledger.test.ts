import { openSqliteStore, type Store } from '@mss/store';
import { readMessage } from '@mss/message';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { ReceiptLedgerOptions, ReceiptOutcome, RecipientKnowledge } from '../../src/receipt-ledger/index.js';
import { createWorld, emptyStore, type World } from '../support/ledger-double.js';
import { dsn, mail, mdn } from '../support/mails.js';

const hugo = 'hugo.bernard@clinique.mssante.fr';
const ines = 'ines.leroy@hopital.mssante.fr';
const messageId = '<doc@cabinet.mssante.fr>';
const shown = 'manual-action/MDN-sent-manually; displayed';
let store: Store;
let world: World;
let count = 0;

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(() => begin());

async function begin(options: ReceiptLedgerOptions = {}, to: readonly string[] = [hugo, ines]): Promise<void> {
  world = await createWorld({ store, receipts: options });
  await world.inbox();
  await emptyStore(store);
  world.outbox.sent({ documentId: 'doc', messageId, to });
}

async function take(text: string, options: { readonly at?: Date; readonly source?: string } = {}): Promise<ReceiptOutcome> {
  count += 1;
  const { at = new Date('2026-03-01T08:30:00Z'), source = `mail-${count}` } = options;
  return world.receipts.record({
    mailbox: 'claire.moreau@cabinet.mssante.fr',
    message: readMessage(new Uint8Array(Buffer.from(text))).value,
    source,
    at,
  });
}

async function known(index = 0): Promise<RecipientKnowledge> {
  const all = await world.receipts.whatIsKnown('doc');
  const one = all?.recipients[index];
  if (one === undefined) throw new Error('no such recipient');
  return one;
}

const verdicts = async (): Promise<readonly string[]> =>
  (await world.receipts.whatIsKnown('doc'))?.recipients.map((one) => one.verdict) ?? [];

describe('what is known of a document', () => {
  it('nothing of what was never sent', async () => {
    expect(await world.receipts.whatIsKnown('unknown')).toBeNull();
  });

  it('receipts speak of their recipient only, with why and since when', async () => {
    await take(dsn({ action: 'delivered', envid: 'envid-doc', messageId }));
    await take(mdn({ disposition: shown, messageId }), { at: new Date('2026-03-01T08:45:00Z') });
    expect(await verdicts()).toEqual(['displayed', 'accepted']);
    expect(await known()).toMatchObject({
      address: hugo,
      since: new Date('2026-03-01T08:45:00Z'),
      contradictions: [],
      why: [
        { fact: 'delivered', trust: 'strong', reason: 'envelope-id', status: '2.0.0' },
        { fact: 'displayed', trust: 'strong', reason: 'sender-is-recipient' },
      ],
    });
    // One transaction's report proves the transaction to the outbox; a read receipt proves its recipient.
    expect(world.outbox.evidence.map(({ kind, recipient, envid }) => [kind, recipient, envid])).toEqual([
      ['dsn', 0, 'envid-doc'],
      ['reply', 0, undefined],
    ]);
  });

  it('silence past the deadline, and reading that is awaited', async () => {
    await begin({ deadlines: { deliveryMs: 3_600_000 * 4, readingMs: 3_600_000 * 24 } });
    expect(await known()).toMatchObject({ verdict: 'accepted', overdue: null, nextDeadline: new Date('2026-03-01T11:00:05Z') });
    world.now = new Date('2026-03-01T11:00:05Z');
    expect(await known()).toMatchObject({ verdict: 'silent', overdue: 'delivery', nextDeadline: new Date('2026-03-02T07:00:05Z') });
    await take(dsn({ action: 'delivered', envid: 'envid-doc', messageId }));
    expect(await known()).toMatchObject({ verdict: 'delivered', overdue: null });
    world.now = new Date('2026-03-03T00:00:00Z');
    expect(await known()).toMatchObject({ verdict: 'delivered', overdue: 'reading', nextDeadline: null });
    // A read receipt long after still counts.
    await take(mdn({ disposition: shown, messageId }));
    expect(await known()).toMatchObject({ verdict: 'displayed', overdue: null });
  });

  it.each([
    ['delivered then failed', ['delivered', 'failed'], 'in-doubt', ['delivered-and-failed']],
    ['failed after a delay', ['delayed', 'failed'], 'failed', []],
    ['relayed after a delay', ['delayed', 'relayed'], 'relayed', []],
    ['expanded counts as relayed', ['expanded'], 'relayed', []],
  ] as const)('%s', async (_, actions, verdict, contradictions) => {
    for (const action of actions) await take(dsn({ action, envid: 'envid-doc', messageId }));
    expect(await known()).toMatchObject({ verdict, contradictions });
  });

  it('displayed after failed: shown, and the contradiction told', async () => {
    await take(dsn({ action: 'failed', envid: 'envid-doc', messageId }));
    expect(await known()).toMatchObject({ verdict: 'failed', why: [{ cause: 'mailbox-unknown', addressInvalid: true }] });
    await take(mdn({ disposition: shown, messageId }));
    expect(await known()).toMatchObject({ verdict: 'displayed', contradictions: ['used-and-failed'] });
  });

  it.each([
    ['automatic-action/MDN-sent-automatically; processed', [], 'processed', null],
    [
      'automatic-action/MDN-sent-automatically; processed/Error: 902^Identifiant patient inconnu',
      ['902^Identifiant patient inconnu'],
      'not-integrated',
      '902',
    ],
    ['automatic-action/MDN-sent-automatically; processed/error', ['disk full'], 'not-processed', null],
    ['automatic-action/MDN-sent-automatically; failed', ['no'], 'not-processed', null],
    ['manual-action/MDN-sent-manually; dispatched', [], 'dispatched', null],
    ['manual-action/MDN-sent-manually; deleted', [], 'deleted', null],
    ['manual-action/MDN-sent-manually; denied', [], 'delivered', null],
    ['manual-action/MDN-sent-manually; displayed/error', ['x'], 'displayed', null],
  ] as const)('%s', async (disposition, errors, verdict, code) => {
    await take(mdn({ disposition, messageId, errors }));
    const { verdict: found, why } = await known();
    expect([found, why.at(-1)?.code]).toEqual([verdict, code]);
  });

  it('an integration failure by ordinary mail', async () => {
    await take(mail('ko', { subject: '[KO Intégration système !][903] XDM/1.0/DDM+CR', headers: [`In-Reply-To: ${messageId}`] }));
    expect(await known()).toMatchObject({ verdict: 'not-integrated', why: [{ fact: 'integration-error', code: '903' }] });
  });

  it('an answer proves reading, an automatic one arrival; of somebody else it proves nothing', async () => {
    await take(mail('away', { headers: [`In-Reply-To: ${messageId}`, 'Auto-Submitted: auto-replied'] }));
    expect(await known()).toMatchObject({ verdict: 'delivered' });
    await take(mail('answer', { headers: [`In-Reply-To: ${messageId}`] }));
    expect(await known()).toMatchObject({ verdict: 'replied' });
    expect(await take(mail('other', { from: 'autre@ailleurs.mssante.fr', headers: [`In-Reply-To: ${messageId}`] }))).toEqual({
      kind: 'none',
      matched: false,
      entries: [],
    });
    expect((await known(1)).verdict).toBe('accepted');
  });

  it('a bounce of Mon espace santé in plain words', async () => {
    await begin({}, ['258038708599044@patient.mssante.fr']);
    const bounce = [
      'Return-Path: <>',
      'From: MAILER-DAEMON@patient.mssante.fr',
      'Subject: Message non distribué',
      'Message-ID: <bounce@patient.mssante.fr>',
      `In-Reply-To: ${messageId}`,
      'Auto-Submitted: auto-replied',
      'Content-Type: text/plain; charset=utf-8',
      '',
      "Votre message n'a pas pu être remis à <258038708599044@patient.mssante.fr> : la boîte aux lettres n'existe pas.",
      '',
    ].join('\r\n');
    expect(await take(bounce)).toMatchObject({ kind: 'dsn', matched: true });
    expect(await known()).toMatchObject({ verdict: 'failed', why: [{ trust: 'fair', reason: 'sender-is-mail-system' }] });
    expect(JSON.stringify(await store.all('SELECT * FROM receipt_evidence LIMIT 9'))).not.toMatch(/258038|patient/);
  });
});

describe('receipts that are not what they seem', () => {
  const one = async (): Promise<[string, string | undefined, string | undefined]> => {
    const all = await world.receipts.whatIsKnown('doc');
    const [last] = [...(all?.recipients[0]?.why ?? []), ...(all?.unassigned ?? [])].slice(-1);
    return [all?.recipients[0]?.verdict ?? '', last?.trust, last?.reason];
  };

  it('an envelope id that nobody gave', async () => {
    expect(await take(dsn({ action: 'delivered', envid: 'unknown', recipient: hugo }))).toEqual({
      kind: 'dsn',
      matched: false,
      entries: [{ documentId: null, recipient: null, fact: null, trust: 'rejected', reason: 'unknown-submission' }],
    });
    await take(dsn({ action: 'delivered', envid: 'unknown', messageId }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'envelope-id-unknown']);
    expect(world.outbox.evidence).toEqual([]);
  });

  it('a recipient to whom nothing was sent', async () => {
    expect(await take(dsn({ action: 'failed', envid: 'envid-doc', messageId, recipient: 'autre@ailleurs.mssante.fr' }))).toMatchObject({
      matched: false,
    });
    expect(await one()).toEqual(['accepted', 'rejected', 'recipient-not-ours']);
    await take(mdn({ disposition: shown, messageId, recipient: 'autre@ailleurs.mssante.fr' }));
    expect(await one()).toEqual(['accepted', 'rejected', 'recipient-not-ours']);
  });

  it('a recipient that speaks for another', async () => {
    await take(mdn({ disposition: shown, messageId, recipient: hugo, from: ines }));
    expect(await one()).toEqual(['accepted', 'rejected', 'recipient-is-another']);
  });

  it('a read receipt from a stranger, and from a neighbour', async () => {
    await take(mdn({ disposition: shown, messageId, from: 'pirate@exemple.org' }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-stranger']);
    await take(mdn({ disposition: shown, messageId, from: 'secretariat@clinique.mssante.fr' }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-same-domain']);
    expect(world.outbox.evidence).toEqual([]);
  });

  it('a patient cannot answer for another, although all share a domain', async () => {
    await begin({}, ['258038708599044@patient.mssante.fr']);
    await take(
      mdn({ disposition: shown, messageId, recipient: '258038708599044@patient.mssante.fr', from: '180079913101228@patient.mssante.fr' }),
    );
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-stranger']);
  });

  it('a failure that cannot be believed is not passed over, a success is', async () => {
    await take(dsn({ action: 'delivered', messageId, from: 'MAILER-DAEMON@exemple.org' }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-stranger']);
    await take(dsn({ action: 'failed', messageId, from: 'MAILER-DAEMON@exemple.org' }));
    expect(await one()).toEqual(['perhaps-failed', 'doubtful', 'sender-stranger']);
    await take(dsn({ action: 'delivered', envid: 'envid-doc', messageId }));
    expect((await known()).verdict).toBe('delivered');
  });

  it('a report without envelope id is believed of a mail system near by, or one that the host knows, not of a person', async () => {
    await take(dsn({ action: 'delivered', messageId, from: 'MAILER-DAEMON@mx.clinique.mssante.fr' }));
    expect(await one()).toEqual(['delivered', 'fair', 'sender-is-mail-system']);
    await begin({ reporterDomains: ['operateur.fr'] });
    await take(dsn({ action: 'failed', messageId, from: 'postmaster@mx1.operateur.fr' }));
    expect(await one()).toEqual(['failed', 'fair', 'sender-is-mail-system']);
    await begin();
    await take(dsn({ action: 'delivered', messageId, from: 'quelquun@clinique.mssante.fr', returnPath: 'quelquun@clinique.mssante.fr' }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-not-mail-system']);
  });

  it('a report without envelope id of another member of the trust space is not believed: all domains end alike there', async () => {
    await take(dsn({ action: 'delivered', messageId, from: 'postmaster@autre-cabinet.mssante.fr' }));
    expect(await one()).toEqual(['accepted', 'doubtful', 'sender-stranger']);
    await take(dsn({ action: 'failed', messageId, from: 'MAILER-DAEMON@autre-cabinet.mssante.fr' }));
    expect((await known()).verdict).toBe('perhaps-failed');
  });

  it('a receipt for a message that an operator on the way renamed is found by what it answers, not by older references', async () => {
    const renamed = mdn({ disposition: shown, messageId: '<renamed@operateur.fr>' });
    await take(renamed.replace('MIME-Version', `References: ${messageId} <renamed@operateur.fr>\r\nMIME-Version`));
    expect((await known()).verdict).toBe('accepted');
    await take(renamed.replace('MIME-Version', `In-Reply-To: ${messageId}\r\nMIME-Version`));
    expect((await known()).verdict).toBe('displayed');
  });

  it.each([
    ['a plain answer', [], 'Re: Avis', 'replied'],
    ['References without In-Reply-To', ['References: <a@b> <doc@cabinet.mssante.fr>'], 'Re: Avis', 'replied'],
    ['Auto-Submitted: no', ['Auto-Submitted: no'], 'Re: Avis', 'replied'],
    ['a word in the subject', [], 'Re: Absence de fièvre', 'replied'],
    ['RFC 3834', ['Auto-Submitted: auto-replied (vacation)'], 'Re: Avis', 'delivered'],
    ['Precedence', ['Precedence: auto_reply'], 'Re: Avis', 'delivered'],
    ['X-Autoreply', ['X-Autoreply: yes'], 'Re: Avis', 'delivered'],
    ['Exchange', ['X-Auto-Response-Suppress: All'], 'Re: Avis', 'delivered'],
    ['Outlook in French', [], 'Réponse automatique : Avis', 'delivered'],
    ['Outlook in English', [], 'Automatic reply: Avis', 'delivered'],
    ['an absence', [], 'Absent(e) du bureau : Avis', 'delivered'],
  ] as const)('an answer, and whether a person wrote it: %s', async (_, headers, subject, verdict) => {
    const answers = headers.some((one) => one.startsWith('References')) ? [] : [`In-Reply-To: ${messageId}`];
    await take(mail('answer', { headers: [...answers, ...headers], subject: `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=` }));
    expect((await known()).verdict).toBe(verdict);
  });

  it('an integration failure by ordinary mail that cannot be believed stays visible to the host', async () => {
    await begin({}, [hugo]);
    const options = { subject: '[KO Intégration système !][902] XDM/1.0/DDM+CR', headers: [`In-Reply-To: ${messageId}`] };
    expect(await take(mail('ko', { ...options, from: 'secretariat@clinique.mssante.fr' }))).toMatchObject({
      kind: 'integration-failure',
      matched: false,
      entries: [{ trust: 'doubtful' }],
    });
    expect((await known()).verdict).toBe('perhaps-failed');
    expect(await take(mail('ko2', options))).toMatchObject({ matched: true, entries: [{ trust: 'strong' }] });
  });

  it('an answer without return path is software', async () => {
    await take(mail('answer', { headers: [`In-Reply-To: ${messageId}`] }).replace(/^Return-Path:.*$/m, 'Return-Path: <>'));
    expect((await known()).verdict).toBe('delivered');
  });

  it('identifiers of two messages', async () => {
    world.outbox.sent({ documentId: 'other', messageId: '<other@cabinet.mssante.fr>', to: [hugo] });
    expect(await take(dsn({ action: 'failed', envid: 'envid-doc', messageId: '<other@cabinet.mssante.fr>' }))).toMatchObject({
      matched: false,
      entries: [{ reason: 'identifiers-disagree' }],
    });
    expect(await verdicts()).toEqual(['accepted', 'accepted']);
  });

  it('a report that names nobody speaks of a single recipient, and of none of several', async () => {
    await take(dsn({ action: 'failed', envid: 'envid-doc', messageId, recipient: null }));
    expect(await one()).toEqual(['accepted', 'rejected', 'recipient-unnamed']);
    await begin({}, [hugo]);
    await take(dsn({ action: 'failed', envid: 'envid-doc', messageId, recipient: null }));
    expect((await known()).verdict).toBe('failed');
  });

  it('a flood of forged receipts fills nothing and hides nothing', async () => {
    for (let index = 0; index < 60; index += 1) await take(mdn({ disposition: shown, messageId, from: 'pirate@exemple.org' }));
    await take(mdn({ disposition: shown, messageId }));
    const { verdict, why } = await known();
    expect([verdict, why.length]).toEqual(['displayed', 21]);
  });

  it('a report about a thousand recipients says something of each, and is told to the outbox once', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `p${index}@clinique.mssante.fr`);
    await begin({}, many);
    const [head = '', tail = ''] = dsn({ action: 'delivered', envid: 'envid-doc', messageId, recipient: 'GROUPS' }).split(
      /Final-Recipient: rfc822; GROUPS\r\nAction: delivered\r\nStatus: 2\.0\.0\r\n/,
    );
    const groups = many.map((address) => `Final-Recipient: rfc822; ${address.toUpperCase()}\r\nAction: delivered\r\nStatus: 2.0.0\r\n`);
    expect((await take(head + groups.join('\r\n') + tail)).entries).toHaveLength(1000);
    expect(new Set(await verdicts())).toEqual(new Set(['delivered']));
    expect(world.outbox.evidence.map(({ kind, recipient, envid }) => [kind, recipient, envid])).toEqual([['dsn', null, 'envid-doc']]);
  });

  it('a report of thousands of groups is little work, and what it says twice is said once', async () => {
    const text = dsn({ action: 'failed', messageId, from: 'MAILER-DAEMON@exemple.org' });
    const group = (status: string): string => `Final-Recipient: rfc822; ${hugo}\r\nAction: failed\r\nStatus: ${status}\r\n\r\n`;
    const flood = (statuses: readonly string[]): string =>
      text.replace('Final-Recipient', `${statuses.map(group).join('')}Final-Recipient`);
    expect((await take(flood(Array.from({ length: 5000 }, () => '5.1.1')))).entries).toHaveLength(1);
    expect(
      (await take(flood(Array.from({ length: 5000 }, (_, index) => `5.${index % 900}.${Math.floor(index / 900)}`)))).entries,
    ).toHaveLength(20);
    expect((await known()).why.length).toBeLessThanOrEqual(20);
  });

  it('the same mail counts once, however often it is given', async () => {
    const text = dsn({ action: 'failed', envid: 'envid-doc', messageId });
    for (let turn = 0; turn < 3; turn += 1) await take(text, { source: 'the same' });
    expect((await known()).why).toHaveLength(1);
    expect(world.outbox.evidence).toHaveLength(1);
  });

  it('an address that leads nowhere is suppressed on strong evidence only', async () => {
    await take(dsn({ action: 'failed', messageId }));
    await take(dsn({ action: 'failed', messageId, envid: 'envid-doc', status: '5.2.2' }));
    expect(world.outbox.suppressed).toEqual([]);
    await take(dsn({ action: 'failed', messageId, envid: 'envid-doc' }));
    expect(world.outbox.suppressed).toEqual([hugo]);
  });
});

describe('order', () => {
  const pool: readonly string[] = [
    ...(['delivered', 'failed', 'delayed', 'relayed'] as const).flatMap((action) => [
      dsn({ action, envid: 'envid-doc', messageId }),
      dsn({ action, messageId, from: 'MAILER-DAEMON@exemple.org' }),
      dsn({ action, envid: 'envid-doc', messageId, recipient: ines }),
    ]),
    mdn({ disposition: shown, messageId }),
    mdn({ disposition: shown, messageId, from: ines, recipient: ines }),
    mdn({ disposition: 'automatic-action/MDN-sent-automatically; processed', messageId }),
    mdn({ disposition: 'automatic-action/MDN-sent-automatically; processed/Error: 906^x', messageId }),
    mdn({ disposition: shown, messageId, from: 'pirate@exemple.org' }),
    mail('answer', { headers: [`In-Reply-To: ${messageId}`] }),
  ];

  it('any permutation of the same receipts gives the same knowledge', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .shuffledSubarray([...pool.keys()], { minLength: 1, maxLength: 7 })
          .chain((chosen) => fc.tuple(fc.constant(chosen), fc.shuffledSubarray(chosen, { minLength: chosen.length }))),
        async ([first, second]) => {
          const results: unknown[] = [];
          for (const order of [first, second]) {
            await store.batch([{ sql: 'DELETE FROM receipt_evidence' }]);
            for (const index of order)
              await take(pool[index] ?? '', { source: `pool-${index}`, at: new Date(Date.UTC(2026, 2, 1, 8, index)) });
            results.push(await world.receipts.whatIsKnown('doc'));
          }
          expect(results[1]).toEqual(results[0]);
        },
      ),
      { seed: 20260101, numRuns: 60 },
    );
  });
});
