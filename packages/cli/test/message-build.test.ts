/** `mss message build` with each of its options, read back by `mss message inspect` (chapter 3). */
import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { cda, mss, temporaryFolder, type Outcome } from './support.js';

const file = temporaryFolder();
const report = cda('001-biologie-hemogramme');
const patient = '258038708599044@patient.mssante.fr';
const from = ['--from', 'Dr_Claire_MOREAU_Cabinet <claire.moreau@cabinet.mssante.test>', '--mailbox-kind', 'per'];
const to = ['--to', 'hugo.bernard@clinique.mssante.test'];
let count = 0;

async function build(args: readonly string[], stdin = ''): Promise<Outcome & { readonly eml: string }> {
  const eml = file(`mail-${(count += 1)}.eml`);
  return { ...(await mss(['message', 'build', ...args, '-o', eml, '--json'], stdin)), eml };
}

/** Builds, reads back. */
async function roundTrip(
  args: readonly string[],
  stdin = '',
): Promise<{ readonly built: Outcome['json']; readonly read: Outcome['json']; readonly raw: string }> {
  const { status, json, eml } = await build(args, stdin);
  expect({ status, json }).toMatchObject({ status: 0 });
  const read = await mss(['message', 'inspect', eml, '--json']);
  expect(read).toMatchObject({ status: 0, json: { messageId: json.messageId } });
  return { built: json, read: read.json, raw: readFileSync(eml, 'latin1') };
}

describe('mss message build', () => {
  it('one mail to several professionals, body from standard input', async () => {
    const { built, read } = await roundTrip(
      [...from, '--to', 'a@clinique.mssante.test', 'b@clinique.mssante.test', '--subject', 'Demande d’avis', '--text', '-'],
      'Bonjour,\n\nVoici ma question.\n',
    );
    expect(Object.keys(built)).toEqual(expect.arrayContaining(['file', 'messageId', 'subject', 'attachments']));
    expect(read).toMatchObject({
      inReplyTo: null,
      references: [],
      from: { name: 'Dr_Claire_MOREAU_Cabinet', address: 'claire.moreau@cabinet.mssante.test' },
      to: [{ address: 'a@clinique.mssante.test' }, { address: 'b@clinique.mssante.test' }],
      subject: { ok: false, text: 'Demande d’avis' },
      body: { text: expect.stringMatching(/^Bonjour,\n\nVoici ma question\.\n?$/), html: null },
      headers: {},
      attachments: [],
      xdm: null,
      receipt: null,
      requested: { dsn: false, mdn: false },
    });
  });
  it('text and HTML of one wording, or HTML alone from standard input [ECO.2.2.4]', async () => {
    writeFileSync(file('body.txt'), '\ufeffBonjour à tous');
    writeFileSync(file('body.html'), '<p>Bonjour <b>à tous</b></p>');
    const both = await roundTrip([...from, ...to, '--subject', 'x', '--text', file('body.txt'), '--html', file('body.html')]);
    expect(both.read.body.html).toContain('<b>à tous</b>');
    expect(both.read.body.text.trimEnd()).toBe('Bonjour à tous');
    expect(both.raw).toMatch(/multipart\/alternative/);
    const html = await roundTrip([...from, ...to, '--subject', 'x', '--html', '-'], '<p>Seul</p>');
    expect(html.read.body.text.trimEnd()).toBe('Seul');
    writeFileSync(file('other.html'), '<p>Autre chose</p>');
    expect(await build([...from, ...to, '--subject', 'x', '--text', file('body.txt'), '--html', file('other.html')])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.4' } },
    });
  });
  it('attachments from files and standard input', async () => {
    const note = file('note d’étape.txt');
    writeFileSync(note, 'note');
    const { read } = await roundTrip([...from, ...to, '--subject', 'x', '--attach', note, '-'], '%PDF-1.4 tiny');
    expect(read.attachments).toEqual([
      { name: 'note d’étape.txt', mediaType: 'text/plain', bytes: 4 },
      { name: 'piece-jointe.pdf', mediaType: 'application/pdf', bytes: 13 },
    ]);
    expect(await build([...from, ...to, '--subject', 'x', '--attach', note, note])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT' } },
    });
  });
  it('documents: subject, archive and PDF are theirs; --subject is left aside and said so', async () => {
    const { built, read } = await roundTrip([...from, ...to, '--cda', report, '--case-number', '2025-17']);
    expect(built.subject).toBe("XDM/1.0/DDM+CR d'examens biologiques ROCHEBRUNE JEANNE 12/03/1958");
    expect(read).toMatchObject({
      xdm: { ok: true, documents: [{ sizeOk: true, hashOk: true, cda: { level: 3 } }] },
      subject: { ok: true },
    });
    expect(read.attachments[1].name).toBe("20250616_CR d'examens biologiques_ROCHEBRUNE_JEANNE_2025-17.pdf");
    const both = await build([...from, ...to, '--cda', report, '--subject', 'Autre']);
    expect(both).toMatchObject({ status: 0, json: { subject: built.subject }, stderr: expect.stringContaining('--subject') });
    expect(await build([...from, ...to, '--cda', report, '--case-number', '1', '2'])).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_CLI_USAGE' } },
    });
  });
  it('CDA from standard input', async () => {
    const { read } = await roundTrip([...from, ...to, '--cda', '-'], readFileSync(report, 'utf8'));
    expect(read.xdm.ok).toBe(true);
  });
  it('to the patient of the documents, with the status stated; end of the conversation [ECO.2.2.6, 2.2.8]', async () => {
    const { read } = await roundTrip([
      ...from,
      '--to',
      patient,
      '--ins-status',
      'qualifiee',
      '--cda',
      report,
      '--end-conversation',
      '--nil',
      '123456',
      '--profile',
      'ref2-1.0.1',
    ]);
    expect(read).toMatchObject({
      to: [{ address: patient }],
      headers: { 'X-MSS-MES': 'FIN', 'X-MSS-NIL': '123456', 'X-MSS-CODECDA': '11502-2', 'X-MSS-INS': 'O' },
    });
    expect(await build([...from, '--to', patient, '--ins-status', 'qualifiee', '--cda', report, '--end-conversation'])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_END_OF_CONVERSATION' } },
    });
    expect(await build([...from, ...to, '--subject', 'x', '--profile', 'ref2-1.0.1'])).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_MESSAGE_NIL' } },
    });
    expect(await build([...from, '--to', patient, '--ins-status', 'provisoire', '--cda', report])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_INS_NOT_QUALIFIED', requirement: 'ECO.2.2.6' } },
    });
  });
  it('test identities only where they may be', async () => {
    const test = [...from, ...to, '--cda', cda('004-prescription-ins-test')];
    expect(await build(test)).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_MESSAGE_TEST_IDENTITY' } } });
    expect(await build([...test, '--environment', 'test'])).toMatchObject({ status: 0 });
  });
  it('answers stay in the conversation [ECO.2.2.2]', async () => {
    const first = await build([...from, ...to, '--subject', 'Demande d’avis']);
    const back = [
      '--from',
      'Pr_Hugo_BERNARD <hugo.bernard@clinique.mssante.test>',
      '--mailbox-kind',
      'per',
      '--to',
      'claire.moreau@cabinet.mssante.test',
    ];
    const reply = await roundTrip([...back, '--in-reply-to', first.eml]);
    expect(reply.read).toMatchObject({
      inReplyTo: first.json.messageId,
      references: [first.json.messageId],
      subject: { text: 'Re: Demande d’avis' },
    });
    const piped = await roundTrip([...back, '--in-reply-to', '-', '--subject', 'Autre objet'], readFileSync(first.eml, 'latin1'));
    expect(piped.read).toMatchObject({ inReplyTo: first.json.messageId, subject: { text: 'Autre objet' } });
    expect(await build([...back, '--in-reply-to', '-'], 'From: a@b.test\r\nSubject: x\r\n\r\n')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_MESSAGE_ID' } },
    });
  });
  it('an applicative mailbox says whom to write to, in the body and in Reply-To [ECO.2.2.5]', async () => {
    const app = ['--from', 'Laboratoire du Port SIL <sil@labo.mssante.test>', '--mailbox-kind', 'app', ...to, '--subject', 'Résultats'];
    const { read, raw } = await roundTrip([...app, '--applicative', 'secretariat@labo.mssante.test']);
    expect(read.body.text).toContain('secretariat@labo.mssante.test');
    expect(raw).toMatch(/^Reply-To: <?secretariat@labo\.mssante\.test>?\r$/m);
    expect(await build(app)).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT', requirement: 'ECO.2.2.5' } },
    });
  });
  it('an organisational mailbox, with Reply-To', async () => {
    const { read, raw } = await roundTrip([
      '--from',
      'CH Bellevue Cardiologie <cardio@ch.mssante.test>',
      '--mailbox-kind',
      'org',
      ...to,
      '--subject',
      'x',
      '--reply-to',
      'accueil@ch.mssante.test',
    ]);
    expect(read.from.name).toBe('CH Bellevue Cardiologie');
    expect(raw).toMatch(/^Reply-To: <?accueil@ch\.mssante\.test>?\r$/m);
  });
  it.each([
    ['dsn', { dsn: true, mdn: false }],
    ['mdn', { dsn: false, mdn: true }],
    ['dsn,mdn', { dsn: true, mdn: true }],
  ])('--request %s [ECO.2.3.1, 2.3.2]', async (asked, requested) => {
    expect((await roundTrip([...from, ...to, '--subject', 'x', '--request', asked])).read.requested).toEqual(requested);
  });
  it.each([
    ['a request that is none', [...from, ...to, '--subject', 'x', '--request', 'lu'], 2, 'ERR_MSS_CLI_USAGE'],
    ['a sender without label', ['--from', 'a@b.test', '--mailbox-kind', 'per', ...to, '--subject', 'x'], 2, 'ERR_MSS_CLI_USAGE'],
    [
      'a personal label without name [ECO.2.2.7]',
      ['--from', 'Cabinet <a@b.test>', '--mailbox-kind', 'per', ...to, '--subject', 'x'],
      1,
      'ERR_MSS_MESSAGE_SENDER',
    ],
    ['a mailbox of no kind', [...from.slice(0, 2), '--mailbox-kind', 'perso', ...to, '--subject', 'x'], 2, 'ERR_MSS_CLI_USAGE'],
    ['an archive by hand', [...from, ...to, '--subject', 'x', '--attach', 'IHE_XDM.ZIP'], 1, 'ERR_MSS_MESSAGE_ATTACHMENT'],
    [
      'a document that the patient may not see',
      [...from, '--to', patient, '--ins-status', 'qualifiee', '--cda', cda('008-anatomopathologie-invisible-patient')],
      1,
      /PATIENT/,
    ],
    ['a line break in the subject', [...from, ...to, '--subject', 'x\r\nBcc: a@b.test'], 2, 'ERR_MSS_MIME_HEADER_INJECTION'],
    ['an answer address that is none', [...from, ...to, '--subject', 'x', '--reply-to', 'nobody'], 2, /_ADDRESS_INVALID$|_RECIPIENT$/],
  ])('refuses %s', async (what, args, status, code) => {
    if (what.startsWith('an archive')) writeFileSync(file('IHE_XDM.ZIP'), 'PK');
    const { json, status: found } = await build(args.map((arg) => (arg === 'IHE_XDM.ZIP' ? file(arg) : arg)));
    expect({ status: found, code: json.error.code }).toEqual({
      status,
      code: typeof code === 'string' ? code : expect.stringMatching(code),
    });
  });
});
