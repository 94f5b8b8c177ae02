import { isMssError } from '@mss/core';
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { readXdm } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, fixedRandom, laboratoryReport, patientOf, sender } from './support.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const header = (bytes: Uint8Array, name: string): string | undefined =>
  new RegExp(`^${name}: ((?:.*)(?:\r\n[ \t].*)*)`, 'mi').exec(text(bytes).split('\r\n\r\n')[0] ?? '')?.[1];
const plain: MessageDraft = { from: sender, to: [colleague], subject: 'Votre patient commun', text: 'Bonjour' };

const compose = async (): Promise<Uint8Array> =>
  (await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport) }, { ...fixed, random: fixedRandom() }))
    .bytes;

describe('a message with documents', () => {
  it('has two attachments: the archive and the PDF/A-1 of the same document [ECO.2.1.1, 2.1.4]', async () => {
    const set = documents(laboratoryReport);
    const message = await composeMessage({ from: sender, to: [colleague], documents: set }, fixed);
    expect(message.attachments.map((file) => file.mediaType)).toEqual(['application/zip', 'application/pdf']);
    expect(message.attachments[0]?.name).toBe('IHE_XDM.ZIP');
    const archive = readXdm(message.attachments[0]?.bytes ?? new Uint8Array()).value;
    expect(archive.ok).toBe(true);
    expect(Buffer.compare(archive.documents[0]?.bytes ?? new Uint8Array(), set.documents[0].bytes)).toBe(0);
    expect(text(message.attachments[1]?.bytes.subarray(0, 8) ?? new Uint8Array())).toBe('%PDF-1.4');
  });

  it('derives subject and PDF name from the document, prefix readable on the wire [ECO.2.1.3, 2.1.6]', async () => {
    const message = await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport) }, fixed);
    expect(message.subject).toBe("XDM/1.0/DDM+CR d'examens biologiques ROCHEBRUNE JEANNE 12/03/1958");
    expect(header(message.bytes, 'Subject')).toMatch(/^XDM\/1\.0\/DDM\+/);
    expect(message.attachments[1]?.name).toBe("20250616_CR d'examens biologiques_ROCHEBRUNE_JEANNE_25061600017.pdf");
  });

  it('says how many documents there are, gives each its PDF, or one joined PDF', async () => {
    const set = documents('001-biologie-hemogramme', '011-biologie-remplacement');
    const each = await composeMessage({ from: sender, to: [colleague], documents: set }, fixed);
    expect(each.subject).toMatch(/^XDM\/1\.0\/DDM\+2 documents /);
    expect(each.attachments).toHaveLength(3);
    expect(new Set(each.attachments.map((file) => file.name)).size).toBe(3);
    const joined = await composeMessage({ from: sender, to: [colleague], documents: set }, { ...fixed, pdf: 'joined' });
    expect(joined.attachments).toHaveLength(2);
    expect(joined.attachments[1]?.name).toContain('_2 documents_');
  });

  it('is the same bytes for the same clock and randomness', async () => {
    expect(await compose()).toEqual(await compose());
  });

  it('is sendable as it is: CRLF, ASCII, no line over 998 octets', async () => {
    const { bytes } = await composeMessage(
      { from: sender, to: [colleague], documents: documents(laboratoryReport), text: 'é'.repeat(3000), html: `<p>${'é'.repeat(3000)}</p>` },
      fixed,
    );
    expect(text(bytes)).not.toMatch(/[^\r]\n|\r[^\n]|[\x80-\xff]/);
    expect(
      Math.max(
        ...text(bytes)
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(998);
  });

  it('may go to the patient and to professionals together', async () => {
    const set = documents(laboratoryReport);
    const message = await composeMessage({ from: sender, to: [colleague, patientOf(set)], documents: set }, fixed);
    expect(message.envelope.to).toEqual([colleague.address, '258038708599044@patient.mssante.fr']);
  });
});

const refused = async (draft: Omit<MessageDraft, 'from'>, options = {}): Promise<unknown> =>
  composeMessage({ ...draft, from: sender }, { ...fixed, ...options }).then(
    () => null,
    (error: unknown) => error,
  );

const isInTrustSpace = (address: string): boolean => address.endsWith('@elsewhere.mssante.test');

describe('right patient, right eyes', () => {
  const other = patientOf(documents('002-lettre-de-liaison-pdf'));

  it("refuses the address of somebody who is not the documents' patient", async () => {
    expect(await refused({ to: [other], documents: documents(laboratoryReport) })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_PATIENT_MISMATCH',
      requirement: 'ECO.2.1.1',
    });
  });
  it('refuses documents without INS for any patient address', async () => {
    expect(await refused({ to: [other], documents: documents('021-sans-ins') })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_PATIENT_MISMATCH',
    });
  });
  it('refuses two patients as recipients', async () => {
    expect(await refused({ to: [other, patientOf(documents(laboratoryReport))], subject: 'Bonjour' })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_TWO_PATIENTS',
      requirement: 'ECO.2.1.1',
    });
  });
  it('refuses a patient address that was only typed', async () => {
    expect(await refused({ to: [{ kind: 'professional', address: other.address }], subject: 'Bonjour' })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_RECIPIENT',
      requirement: 'ECO.2.2.6',
    });
  });
  it('refuses a document INVISIBLE_PATIENT to the patient, and sends it to a professional', async () => {
    const set = documents('008-anatomopathologie-invisible-patient');
    expect(await refused({ to: [colleague, patientOf(set)], documents: set })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT',
    });
    expect(await refused({ to: [colleague], documents: set })).toBeNull();
  });
  it('refuses a document INVISIBLE_REPRESENTANTS_LEGAUX to the address of a minor, until she comes of age', async () => {
    const set = documents('009-consultation-mineure');
    const draft = { to: [patientOf(set)], documents: set };
    expect(await refused(draft)).toMatchObject({ code: 'ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES' });
    const birth = set.patient.birthDate ?? '';
    const at = (years: number, day: number): Date =>
      new Date(Date.UTC(Number(birth.slice(0, 4)) + years, Number(birth.slice(4, 6)) - 1, Number(birth.slice(6, 8)) + day, 12));
    expect(await refused(draft, { clock: { now: () => at(18, -1) } })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES',
    });
    expect(await refused(draft, { clock: { now: () => at(18, 1) } })).toBeNull();
  });
  it('refuses a document MASQUE_PS to a professional, and sends it to the patient', async () => {
    const set = documents('010-biologie-masque-ps');
    expect(await refused({ to: [patientOf(set), colleague], documents: set })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS',
    });
    expect(await refused({ to: [patientOf(set)], documents: set })).toBeNull();
  });
  it('adds the masks that the host knows of and never takes one away', async () => {
    const set = documents(laboratoryReport);
    const archive = { documents: [{ visibility: { invisiblePatient: true } }] };
    expect(await refused({ to: [patientOf(set)], documents: set }, { archive })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT',
    });
    const masked = documents('010-biologie-masque-ps');
    expect(
      await refused(
        { to: [colleague], documents: masked },
        { archive: { documents: [{ visibility: { maskedFromProfessionals: false } }] } },
      ),
    ).toMatchObject({ code: 'ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS' });
  });
  it('refuses test identities in production and sends them in the test environment', async () => {
    const set = documents('004-prescription-ins-test');
    expect(await refused({ to: [colleague], documents: set })).toMatchObject({ code: 'ERR_MSS_MESSAGE_TEST_IDENTITY' });
    expect(await refused({ to: [colleague], documents: set }, { environment: 'test' })).toBeNull();
  });
  it('refuses a recipient outside the trust space, unless told by a dangerous switch', async () => {
    const draft = { to: [colleague], subject: 'Bonjour' };
    expect(await refused(draft, { isInTrustSpace })).toMatchObject({ code: 'ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE' });
    expect(await refused(draft, { isInTrustSpace, dangerouslyAllowOutsideTrustSpace: true })).toBeNull();
  });
  it('refuses more encoded bytes than the domain takes: 25 MB for patients', async () => {
    const big = { name: 'scan.tiff', mediaType: 'image/tiff', bytes: new Uint8Array(19_000_000) };
    expect(await refused({ to: [other], subject: 'Bonjour', attachments: [big] })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_TOO_LARGE',
      details: { most: 25_000_000 },
    });
    expect(await refused({ to: [colleague], subject: 'Bonjour', attachments: [big] })).toBeNull();
    expect(
      await refused(
        { to: [colleague], subject: 'Bonjour', attachments: [big] },
        { maxBytesByDomain: { 'clinique.mssante.test': 10_000_000 } },
      ),
    ).toMatchObject({ code: 'ERR_MSS_MESSAGE_TOO_LARGE' });
  });
  it('says nothing of the patient in any refusal', async () => {
    for (const [draft, options] of [
      [{ to: [other], documents: documents(laboratoryReport) }, {}],
      [{ to: [colleague], documents: documents('004-prescription-ins-test') }, {}],
      [{ to: [patientOf(documents('009-consultation-mineure'))], documents: documents('009-consultation-mineure') }, {}],
    ] as const) {
      const error = await refused(draft, options);
      if (!isMssError(error)) throw new Error('not refused');
      const said = JSON.stringify([error.message, error.details, error.stack]);
      const { patient } = draft.documents;
      for (const secret of [patient.ins?.value, patient.birthName, patient.birthDate, ...patient.givenNames])
        if (secret) expect(said).not.toContain(secret);
    }
  });
});

describe('a message without documents', () => {
  it('is text alone, or text and HTML [ECO.2.2.4], in UTF-8 [ECO.2.2.3]', async () => {
    const one = await composeMessage(plain, fixed);
    expect(header(one.bytes, 'Content-Type')).toMatch(/^text\/plain; charset="?utf-8/i);
    const two = await composeMessage({ ...plain, html: '<p>Bonjour</p>' }, fixed);
    expect(header(two.bytes, 'Content-Type')).toMatch(/^multipart\/alternative/);
    expect(text(two.bytes)).toMatch(/text\/plain; charset="?utf-8[\s\S]*text\/html; charset="?utf-8/i);
  });
  it('never pretends to announce documents [ECO.2.1.3]', async () => {
    for (const subject of ['XDM/1.0/DDM+Lettre DUPONT Paul', 'Re: xdm/1.0/ddm+x', '', '[FIN]']) {
      await expect(composeMessage({ ...plain, subject }, fixed)).rejects.toMatchObject({ code: 'ERR_MSS_MESSAGE_SUBJECT' });
    }
  });
  it('answers with Re: and the subject without the prefix, in the conversation [ECO.2.2.2]', async () => {
    const parent = readMessage(
      (await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport) }, fixed)).bytes,
    ).value;
    const { subject: _none, ...withoutSubject } = plain;
    const reply = await composeMessage(
      { ...withoutSubject, inReplyTo: { messageId: parent.messageId ?? '', references: parent.references, subject: parent.subjectText } },
      fixed,
    );
    expect(reply.subject).toBe("Re: CR d'examens biologiques ROCHEBRUNE JEANNE 12/03/1958");
    const read = readMessage(reply.bytes).value;
    expect([read.inReplyTo, read.references]).toEqual([parent.messageId, [parent.messageId]]);
    expect(read.messageId).not.toBe(parent.messageId);
  });
});

describe('headers', () => {
  it('name the sender by the label of the mailbox [ECO.2.2.7]', async () => {
    const personal = readMessage((await composeMessage(plain, fixed)).bytes).value;
    expect(personal.from[0]).toEqual({ name: 'Dr_Claire_MOREAU_Cabinet médical', address: sender.address });
    const spaced = readMessage((await composeMessage(plain, { ...fixed, labelSeparator: ' ' })).bytes).value;
    expect(spaced.from[0]?.name).toBe('Dr Claire MOREAU Cabinet médical');
    const service = readMessage(
      (
        await composeMessage(
          { ...plain, from: { kind: 'organisational', address: 'cardio@ch.mssante.test', entity: 'CH A – Cardiologie' } },
          fixed,
        )
      ).bytes,
    ).value;
    expect(service.from[0]?.name).toBe('CH A – Cardiologie');
  });
  it('ask for receipts only when told [ECO.2.3.1, 2.3.2]', async () => {
    const silent = readMessage((await composeMessage(plain, fixed)).bytes).value;
    expect(silent.requested).toEqual({ dsn: false, mdn: false });
    const asking = await composeMessage(
      { ...plain, replyTo: 'secretariat@cabinet.mssante.test', request: { dsn: true, mdn: true } },
      fixed,
    );
    expect(readMessage(asking.bytes).value.requested).toEqual({ dsn: true, mdn: true });
    expect(header(asking.bytes, 'Return-Receipt-To')).toContain(sender.address);
    expect(header(asking.bytes, 'Disposition-Notification-To')).toContain(sender.address);
    expect(asking.dsn).not.toBeNull();
    expect(asking.dsn?.envid).not.toMatch(/moreau|cabinet/i);
  });
  it('of ref2-1.0.1 carry codes, INS status and product number; those of ref2-0.1 do not [ECO.2.4.1 to 2.4.3]', async () => {
    const draft: MessageDraft = { from: sender, to: [colleague], documents: documents(laboratoryReport, '011-biologie-remplacement') };
    expect(readMessage((await composeMessage(draft, { ...fixed, nil: 'TST000001' })).bytes).value.xMss).toEqual({});
    const newer = readMessage((await composeMessage(draft, { ...fixed, profile: 'ref2-1.0.1', nil: 'TST000001' })).bytes).value;
    expect(newer.xMss).toEqual({ 'X-MSS-CODECDA': '11502-2,11502-2', 'X-MSS-INS': 'O', 'X-MSS-NIL': 'TST000001' });
    const letter = readMessage((await composeMessage(plain, { ...fixed, profile: 'ref2-1.0.1', nil: 'TST000001' })).bytes).value;
    expect(letter.xMss).toEqual({ 'X-MSS-NIL': 'TST000001' });
    await expect(composeMessage(plain, { ...fixed, profile: 'ref2-1.0.1' })).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_NIL',
      requirement: 'ECO.2.4.3',
    });
  });
  it('end a conversation with a patient alone, in a profile that knows it [ECO.2.2.8]', async () => {
    const patient = patientOf(documents(laboratoryReport));
    const newer = { ...fixed, profile: 'ref2-1.0.1' as const, nil: 'TST000001' };
    const ended = readMessage((await composeMessage({ ...plain, to: [patient], endConversation: true }, newer)).bytes).value;
    expect(ended.xMss['X-MSS-MES']).toBe('FIN');
    for (const [draft, options] of [
      [{ ...plain, endConversation: true }, newer],
      [{ ...plain, to: [patient], endConversation: true }, fixed],
    ] as const) {
      await expect(composeMessage(draft, options)).rejects.toMatchObject({ code: 'ERR_MSS_MESSAGE_END_OF_CONVERSATION' });
    }
  });
  it('cannot be injected into', async () => {
    for (const draft of [
      { ...plain, subject: 'a\r\nBcc: x@y.test' },
      { ...plain, to: [{ ...colleague, name: 'a\r\nBcc: x@y.test' }] },
      { ...plain, from: { ...sender, entity: 'a\r\nBcc: x@y.test' } },
      { ...plain, replyTo: 'a@b.test\r\nBcc: x@y.test' },
    ] as MessageDraft[]) {
      const outcome = await composeMessage(draft, fixed).then(
        ({ bytes }) => text(bytes),
        () => 'refused',
      );
      expect(outcome).not.toMatch(/^Bcc:/m);
    }
  });
});

describe('an applicative mailbox [ECO.2.2.5]', () => {
  const from = { kind: 'applicative', address: 'sil@labo.mssante.test', entity: 'Laboratoire A' } as const;
  it('has its contact as Reply-To and in a mention at the end', async () => {
    const read = readMessage(
      (await composeMessage({ ...plain, from, applicativeContact: 'secretariat@labo.mssante.test' }, fixed)).bytes,
    ).value;
    expect(read.replyTo[0]?.address).toBe('secretariat@labo.mssante.test');
    expect(read.body.text?.trimEnd()).toMatch(/généré automatiquement.*secretariat@labo\.mssante\.test$/s);
  });
  it.each([
    ['none', {}],
    ['itself', { applicativeContact: from.address }],
    ['a patient', { applicativeContact: '258038708599044@patient.mssante.fr' }],
    ['no address', { applicativeContact: 'secretariat' }],
    ['another Reply-To', { applicativeContact: 'secretariat@labo.mssante.test', replyTo: 'x@labo.mssante.test' }],
  ])('is refused with %s as contact', async (_what, extra) => {
    await expect(composeMessage({ ...plain, from, ...extra }, fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT',
      requirement: 'ECO.2.2.5',
    });
  });
});

const file = (name: string, mediaType = 'image/jpeg'): { name: string; mediaType: string; bytes: Uint8Array } => ({
  name,
  mediaType,
  bytes: new Uint8Array([1, 2, 3]),
});

describe('attachments', () => {
  it('go along with text or documents', async () => {
    const read = readMessage((await composeMessage({ ...plain, attachments: [file('photo é.jpg')] }, fixed)).bytes).value;
    expect(read.attachments.map((one) => [one.name, one.mediaType, [...one.bytes()]])).toEqual([['photo é.jpg', 'image/jpeg', [1, 2, 3]]]);
  });
  it.each(['multipart/mixed', 'jpeg', 'image/jpeg; name=x', ''])('of the media type %j are refused', async (mediaType) => {
    await expect(composeMessage({ ...plain, attachments: [file('a.jpg', mediaType)] }, fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_ATTACHMENT',
    });
  });
  it('may not have the name of a PDF that is derived', async () => {
    const name = "20250616_cr d'examens biologiques_ROCHEBRUNE_JEANNE_25061600017.pdf";
    await expect(
      composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport), attachments: [file(name)] }, fixed),
    ).rejects.toMatchObject({ code: 'ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT' });
  });
  it('of the same name are refused, whatever the case', async () => {
    await expect(composeMessage({ ...plain, attachments: [file('a.jpg'), file('A.JPG')] }, fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT',
    });
  });
  it.each([['../a.jpg'], ['a\\b.jpg'], ['a\r\nb.jpg'], [''], ['ihe_xdm.zip'], ['IHE_XDM (2).ZIP'], ['photo\u202egpj.exe']])(
    'named %j are refused',
    async (name) => {
      await expect(composeMessage({ ...plain, attachments: [file(name)] }, fixed)).rejects.toMatchObject({
        code: 'ERR_MSS_MESSAGE_ATTACHMENT',
      });
    },
  );
});

describe('recipients', () => {
  it.each([
    ['nobody', [], 'ERR_MSS_MESSAGE_NO_RECIPIENT'],
    ['no address', [{ kind: 'professional', address: 'hugo' }], 'ERR_MSS_MESSAGE_RECIPIENT'],
  ] as const)('must be somebody: %s', async (_what, to, code) => {
    await expect(composeMessage({ ...plain, to }, fixed)).rejects.toMatchObject({ code });
  });
  it('are written to once', async () => {
    const message = await composeMessage(
      { ...plain, to: [colleague, { ...colleague, address: colleague.address.replace('clinique', 'CLINIQUE') }], cc: [colleague] },
      fixed,
    );
    expect(message.envelope.to).toHaveLength(1);
  });
});
