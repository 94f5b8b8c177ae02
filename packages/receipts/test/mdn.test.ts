import { isMssError, utf8Encode } from '@mss/core';
import { parseMime, type MimeMessage } from '@mss/formats/mime';
import {
  buildIntegrationFailure,
  buildMdn,
  decideMdn,
  inspectReceipt,
  integrationErrors,
  mdnSentKeyword,
  type MdnContent,
  type MdnType,
} from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const sender = 'cabinet.moreau@medecin.mssante.test';
const mail = (fields: readonly string[] = [], more: readonly string[] = []): MimeMessage =>
  parseMime(
    utf8Encode(
      [
        `Return-Path: <${sender}>`,
        `From: Dr_Claire_MOREAU <${sender}>`,
        'To: service.cardio@ch.mssante.test',
        'Subject: XDM/1.0/DDM+CR =?UTF-8?Q?op=C3=A9ratoire?= VIAL Paul',
        'Message-ID: <envoi-42@medecin.mssante.test>',
        ...fields,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'Voici le compte rendu.',
        ...more,
      ].join('\r\n'),
    ),
  ).value;
const asked = (...more: string[]): MimeMessage => mail([`Disposition-Notification-To: ${sender}`, ...more]);
const mailbox = { name: 'CH A – Cardiologie', address: 'service.cardio@ch.mssante.test' };
const fixed = { clock: { now: () => new Date('2024-03-05T09:00:00Z') } };
const content = (more: Partial<MdnContent> = {}): MdnContent => ({
  original: asked(),
  to: [{ name: null, address: sender }],
  mailbox,
  actionMode: 'manual-action',
  sendingMode: 'MDN-sent-manually',
  type: 'displayed',
  ...more,
});
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isMssError(error)) {
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/vial|moreau|cardio/i);
      return error.code;
    }
    throw error;
  }
  return 'no error';
};
const read = (bytes: Uint8Array): MimeMessage => parseMime(bytes).value;

describe('whether to answer [RFC 8098 §2.1, §6]', () => {
  it('follows the policy when the request names the return path', () => {
    const addresses = [{ name: null, address: sender }];
    expect(decideMdn({ message: asked(), policy: 'always' })).toEqual({ send: 'yes', reason: 'policy', addresses });
    expect(decideMdn({ message: asked(), policy: 'ask' })).toEqual({ send: 'ask', reason: 'policy', addresses });
    expect(decideMdn({ message: asked(), policy: 'ask', consent: true })).toEqual({ send: 'yes', reason: 'consent', addresses });
    expect(decideMdn({ message: asked(), policy: 'never' })).toEqual({ send: 'no', reason: 'policy', addresses: [] });
  });
  it('is no matter of policy without a request', () => {
    expect(decideMdn({ message: mail(), policy: 'always' })).toMatchObject({ send: 'no', reason: 'not-requested' });
  });
  it('never answers twice', () => {
    expect(decideMdn({ message: asked(), policy: 'always', flags: ['\\Seen', '$mdnsent'] })).toMatchObject({
      send: 'no',
      reason: 'already-sent',
    });
    expect(mdnSentKeyword).toBe('$MDNSent');
  });
  it('does not count letter case of an address', () => {
    const message = mail([`Disposition-Notification-To: Dr M <CABINET.Moreau@Medecin.MSSante.test>`]);
    expect(decideMdn({ message, policy: 'always' }).send).toBe('yes');
  });
  it.each([
    ['differs-from-return-path', ['Disposition-Notification-To: autre@medecin.mssante.test']],
    ['several-addresses', [`Disposition-Notification-To: ${sender}, autre@medecin.mssante.test`]],
    ['several-addresses', [`Disposition-Notification-To: ${sender}`, 'Disposition-Notification-To: autre@medecin.mssante.test']],
  ])('asks first: %s', (reason, fields) => {
    const message = mail(fields);
    expect(decideMdn({ message, policy: 'always' })).toMatchObject({ send: 'ask', reason });
    expect(decideMdn({ message, policy: 'always', consent: true })).toMatchObject({ send: 'yes', reason: 'consent' });
    expect(decideMdn({ message, policy: 'never', consent: true })).toMatchObject({ send: 'no', reason: 'policy' });
  });
  it('asks first when nobody knows the return path, and never answers a null one', () => {
    const unknown = read(utf8Encode(`From: a@b.test\r\nDisposition-Notification-To: a@b.test\r\n\r\nx`));
    expect(decideMdn({ message: unknown, policy: 'always' })).toMatchObject({ send: 'ask', reason: 'return-path-unknown' });
    const empty = read(utf8Encode(`Return-Path: <>\r\nFrom: a@b.test\r\nDisposition-Notification-To: a@b.test\r\n\r\nx`));
    expect(decideMdn({ message: empty, policy: 'always', consent: true })).toMatchObject({ send: 'no', reason: 'null-return-path' });
  });
  it('never answers a receipt', () => {
    const receipt = read(buildMdn(content(), fixed).bytes);
    const again = read(
      utf8Encode(`Return-Path: <${sender}>\r\nDisposition-Notification-To: ${sender}\r\n${new TextDecoder().decode(receipt.bytes)}`),
    );
    expect(decideMdn({ message: again, policy: 'always', consent: true })).toMatchObject({ send: 'no', reason: 'is-receipt' });
  });
  it('does not answer a request it does not understand, or that names nobody', () => {
    expect(decideMdn({ message: asked('Disposition-Notification-Options: signed-receipt=required,x'), policy: 'always' })).toMatchObject({
      send: 'no',
      reason: 'unknown-required-option',
    });
    expect(decideMdn({ message: asked('Disposition-Notification-Options: signed-receipt=optional,x'), policy: 'always' }).send).toBe('yes');
    expect(decideMdn({ message: mail(['Disposition-Notification-To: personne']), policy: 'always' })).toMatchObject({
      send: 'no',
      reason: 'no-valid-address',
    });
  });
});

describe('a read receipt built [RFC 8098 §3]', () => {
  const types: readonly MdnType[] = ['displayed', 'dispatched', 'processed', 'deleted'];
  it.each(
    types.flatMap((type) =>
      (['manual-action', 'automatic-action'] as const).flatMap((actionMode) =>
        (['MDN-sent-manually', 'MDN-sent-automatically'] as const).map((sendingMode) => [type, actionMode, sendingMode] as const),
      ),
    ),
  )('%s, %s, %s is read back', (type, actionMode, sendingMode) => {
    const receipt = inspectReceipt(read(buildMdn(content({ type, actionMode, sendingMode }), fixed).bytes));
    expect(receipt).toMatchObject({
      kind: 'mdn',
      originalMessageId: '<envoi-42@medecin.mssante.test>',
      disposition: { actionMode, sendingMode, type, modifiers: [] },
      recipients: [{ finalRecipient: mailbox.address }],
      errors: [],
      tolerated: [],
    });
  });
  it('has the null return path, three parts, French words, and is marked automatic', () => {
    const built = buildMdn(content({ reportingUa: { host: 'poste-12', product: 'LPS Exemple 3.1' } }), fixed);
    expect(built.envelope).toEqual({ from: null, to: [sender] });
    const message = read(built.bytes);
    expect(message.mediaType).toBe('multipart/report');
    expect(message.parameters['report-type']).toBe('disposition-notification');
    expect(message.children.map((part) => part.mediaType)).toEqual([
      'text/plain',
      'message/disposition-notification',
      'text/rfc822-headers',
    ]);
    expect(message.children[0]?.text()).toMatch(/a été affiché par son destinataire/);
    expect(message.header('Auto-Submitted')).toBe('auto-replied');
    expect(message.header('In-Reply-To')).toBe('<envoi-42@medecin.mssante.test>');
    expect(message.header('Subject')).toBe('Lu : CR opératoire VIAL Paul');
    expect(message.header('Disposition-Notification-To')).toBeNull();
    expect(message.header('Return-Receipt-To')).toBeNull();
    expect(inspectReceipt(message).reportingUa).toBe('poste-12; LPS Exemple 3.1');
  });
  it('gives Original-Recipient back as it came, and the header of the original, not its body', () => {
    const message = read(buildMdn(content({ original: asked('Original-Recipient: rfc822;alias@ch.mssante.test') }), fixed).bytes);
    expect(inspectReceipt(message).recipients[0]?.originalRecipient).toBe('alias@ch.mssante.test');
    expect(message.children[2]?.text()).toContain('Message-ID: <envoi-42@medecin.mssante.test>');
    expect(new TextDecoder().decode(message.bytes)).not.toContain('Voici le compte rendu');
    expect(read(buildMdn(content({ returned: 'nothing' }), fixed).bytes).children.length).toBe(2);
    expect(read(buildMdn(content({ returned: 'full' }), fixed).bytes).children[2]?.children[0]?.text()).toContain('Voici le compte rendu');
  });
  it('writes failed as processed/error with its Error fields, which RFC 8098 asks for', () => {
    const receipt = inspectReceipt(
      read(buildMdn(content({ type: 'failed', errors: ['archive could not be opened', 'no METADATA.XML'] }), fixed).bytes),
    );
    expect(receipt.disposition).toMatchObject({ type: 'processed', modifiers: ['error'] });
    expect(receipt.errors.map((error) => error.label)).toEqual(['archive could not be opened', 'no METADATA.XML']);
    expect(codeOf(() => buildMdn(content({ type: 'failed' }), fixed))).toBe('ERR_MSS_RECEIPT_DISPOSITION');
  });
  it('is not built for a message that asked for none, nor for a receipt', () => {
    expect(codeOf(() => buildMdn(content({ original: mail() }), fixed))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    const bounce = mail([`Disposition-Notification-To: ${sender}`, 'X-Ignore: x'], ['']);
    const dsn = read(
      utf8Encode(
        `From: MAILER-DAEMON@x.test\r\nDisposition-Notification-To: ${sender}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n`,
      ),
    );
    expect(codeOf(() => buildMdn(content({ original: bounce }), fixed))).toBe('no error');
    expect(codeOf(() => buildMdn(content({ original: dsn }), fixed))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
  });
  it('names a mailbox with an international domain in ASCII', () => {
    const { bytes } = buildMdn(content({ mailbox: { name: null, address: 'service@hôpital.mssante.test' } }), fixed);
    expect(Buffer.from(bytes).toString()).toContain('\r\nFinal-Recipient: rfc822;service@xn--hpital-ixa.mssante.test\r\n');
    expect(inspectReceipt(read(bytes))).toMatchObject({ kind: 'mdn', tolerated: [] });
  });

  it('is not stopped by what the original brings: fields that cannot be repeated are left out', () => {
    const fieldsOf = (original: MimeMessage): readonly string[] =>
      Buffer.from(buildMdn(content({ original, returned: 'nothing' }), fixed).bytes)
        .toString()
        .split('\r\n')
        .filter((line) => /^(?:Original-|In-Reply-To|Final-Recipient)/.test(line));
    const final = `Final-Recipient: rfc822;${mailbox.address}`;
    const withId = (id: string): MimeMessage =>
      read(Buffer.from(Buffer.from(asked().bytes).toString().replace('<envoi-42@medecin.mssante.test>', id)));
    expect(fieldsOf(asked('Original-Recipient: rfc822;hélène@ch.mssante.test'))).toEqual([
      'In-Reply-To: <envoi-42@medecin.mssante.test>',
      final,
      'Original-Message-ID: <envoi-42@medecin.mssante.test>',
    ]);
    expect(fieldsOf(asked(`Original-Recipient: rfc822;${'a'.repeat(1200)}@ch.mssante.test`))).toHaveLength(3);
    for (const id of ['<é@medecin.mssante.test>', `<${'a'.repeat(1200)}@x>`]) expect(fieldsOf(withId(id))).toEqual([final]);
  });

  it('cannot be injected into', () => {
    expect(codeOf(() => buildMdn(content({ errors: ['x\r\nDisposition: y'] }), fixed))).toBe('ERR_MSS_RECEIPT_DISPOSITION');
    expect(codeOf(() => buildMdn(content({ to: [{ name: null, address: 'a@b.test\r\nBcc: c@d.test' }] }), fixed))).toBe(
      'ERR_MSS_RECEIPT_ADDRESS',
    );
    expect(codeOf(() => buildMdn(content({ to: [] }), fixed))).toBe('ERR_MSS_RECEIPT_ADDRESS');
    expect(codeOf(() => buildMdn(content({ reportingUa: { product: 'x\r\ny' } }), fixed))).toBe('ERR_MSS_RECEIPT_DISPOSITION');
  });
});

describe('the result of an automatic integration [ANS]', () => {
  const automatic = { actionMode: 'automatic-action', sendingMode: 'MDN-sent-automatically', type: 'processed' } as const;
  it('is a receipt with the subject of the original when it succeeded', () => {
    const message = read(buildMdn(content(automatic), fixed).bytes);
    expect(message.header('Subject')).toBe('XDM/1.0/DDM+CR opératoire VIAL Paul');
    expect(inspectReceipt(message)).toMatchObject({ kind: 'mdn', errors: [], disposition: { type: 'processed', modifiers: [] } });
  });
  it.each(Object.entries(integrationErrors))('%s, in both forms, with the whole original, when it failed', (code, label) => {
    const message = read(buildMdn(content({ ...automatic, integrationError: { code, label: null } }), fixed).bytes);
    expect(message.header('Subject')).toBe(`[KO Intégration système !][${code}] XDM/1.0/DDM+CR opératoire VIAL Paul`);
    expect(message.children[0]?.text()).toContain(`${code} – ${label}`);
    const fields = message.children[1]?.text() ?? '';
    expect(fields).toMatch(new RegExp(`^Disposition: automatic-action/MDN-sent-automatically; processed/Error: ${code}\\^`, 'm'));
    expect(fields).toMatch(new RegExp(`^Error: ${code}\\^`, 'm'));
    expect(fields).toMatch(/^[\x20-\x7e\r\n]+$/);
    expect(message.children[2]?.children[0]?.text()).toContain('Voici le compte rendu');
    const receipt = inspectReceipt(message);
    expect(receipt).toMatchObject({ kind: 'mdn', disposition: { type: 'processed', modifiers: ['error'] }, errors: [{ code }] });
    expect(receipt.errors.length).toBe(1);
  });
  it('has a code of the list, and is about processing', () => {
    expect(codeOf(() => buildMdn(content({ ...automatic, integrationError: { code: '907', label: 'x' } }), fixed))).toBe(
      'ERR_MSS_RECEIPT_DISPOSITION',
    );
    expect(codeOf(() => buildMdn(content({ ...automatic, integrationError: { code: null, label: 'x' } }), fixed))).toBe(
      'ERR_MSS_RECEIPT_DISPOSITION',
    );
    expect(codeOf(() => buildMdn(content({ integrationError: { code: '902', label: null } }), fixed))).toBe('ERR_MSS_RECEIPT_DISPOSITION');
  });
  it('is an ordinary mail when no receipt was asked for', () => {
    const built = buildIntegrationFailure({ original: mail(), mailbox, integrationError: { code: '902', label: null } }, fixed);
    expect(built.envelope).toEqual({ from: null, to: [sender] });
    const message = read(built.bytes);
    expect(message.header('Subject')).toBe('[KO Intégration système !][902] XDM/1.0/DDM+CR opératoire VIAL Paul');
    expect(message.header('Auto-Submitted')).toBe('auto-replied');
    expect(message.children[0]?.text()).toMatch(/n’a pas pu être intégré.*Identifiant patient inconnu/s);
    expect(message.children[1]?.children[0]?.header('Message-ID')).toBe('<envoi-42@medecin.mssante.test>');
    expect(inspectReceipt(message)).toMatchObject({
      kind: 'integration-failure',
      originalMessageId: '<envoi-42@medecin.mssante.test>',
      errors: [{ code: '902', label: 'Identifiant patient inconnu' }],
    });
  });
  it('never answers automatic mail, so two automatic mailboxes cannot loop [RFC 3834]', () => {
    const failure = (original: MimeMessage): string =>
      codeOf(() => buildIntegrationFailure({ original, mailbox, integrationError: { code: '906', label: 'x' } }, fixed));
    expect(failure(mail(['Auto-Submitted: auto-replied']))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    expect(failure(mail(['Auto-Submitted: auto-generated; type=lab']))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    expect(failure(mail(['Auto-Submitted: no']))).toBe('no error');
    expect(failure(mail(['Precedence: bulk']))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    expect(failure(mail(['List-Id: <x.y.test>']))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    expect(failure(read(utf8Encode('Return-Path: <>\r\nFrom: a@b.test\r\n\r\nx')))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    expect(failure(read(utf8Encode('From: a@b.test\r\n\r\nx')))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
    // The answer itself cannot be answered.
    const built = buildIntegrationFailure({ original: mail(), mailbox, integrationError: { code: '902', label: null } }, fixed);
    expect(failure(read(utf8Encode(`Return-Path: <>\r\n${new TextDecoder().decode(built.bytes)}`)))).toBe('ERR_MSS_RECEIPT_FORBIDDEN');
  });
});
