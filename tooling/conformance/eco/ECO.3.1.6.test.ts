/** ECO.3.1.6 (v1.0.1): a read receipt can be returned when a received message asks for it. RFC 8098. */
import { utf8Encode } from '@mss/core';
import { parseMime, type MimeMessage } from '@mss/formats/mime';
import { buildMdn, decideMdn, inspectReceipt } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const sender = 'cabinet.moreau@medecin.mssante.test';
const message = (...fields: string[]): MimeMessage =>
  parseMime(
    utf8Encode(
      [`Return-Path: <${sender}>`, `From: ${sender}`, 'Message-ID: <m1@medecin.mssante.test>', ...fields, '', 'Bonjour'].join('\r\n'),
    ),
  ).value;
const asked = message(`Disposition-Notification-To: ${sender}`);
const mailbox = { name: null, address: 'service@ch.mssante.test' };
const displayed = { mailbox, actionMode: 'manual-action', sendingMode: 'MDN-sent-manually', type: 'displayed' } as const;

describe('ECO.3.1.6', () => {
  it('returns a read receipt to the one who asked, tied to the message', () => {
    const decision = decideMdn({ message: asked, policy: 'ask', consent: true });
    expect(decision.send).toBe('yes');
    const built = buildMdn({ ...displayed, original: asked, to: decision.addresses });
    expect(built.envelope).toEqual({ from: null, to: [sender] });
    expect(inspectReceipt(parseMime(built.bytes).value)).toMatchObject({
      kind: 'mdn',
      originalMessageId: '<m1@medecin.mssante.test>',
      disposition: { actionMode: 'manual-action', sendingMode: 'MDN-sent-manually', type: 'displayed' },
      recipients: [{ finalRecipient: mailbox.address }],
      tolerated: [],
    });
  });
  it('leaves the choice to the user', () => {
    expect(decideMdn({ message: asked, policy: 'ask' }).send).toBe('ask');
    expect(decideMdn({ message: asked, policy: 'never' }).send).toBe('no');
  });
  it('returns none unasked, twice, or to somebody else without consent', () => {
    expect(decideMdn({ message: message(), policy: 'always' }).send).toBe('no');
    expect(decideMdn({ message: asked, policy: 'always', flags: ['$MDNSent'] }).send).toBe('no');
    expect(decideMdn({ message: message('Disposition-Notification-To: autre@medecin.mssante.test'), policy: 'always' }).send).toBe('ask');
    expect(() => buildMdn({ ...displayed, original: message(), to: [{ name: null, address: sender }] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_RECEIPT_FORBIDDEN', requirement: 'ECO.3.1.6' }),
    );
  });
  it('never answers a receipt', () => {
    const built = buildMdn({ ...displayed, original: asked, to: [{ name: null, address: sender }] });
    const receipt = parseMime(
      utf8Encode(`Return-Path: <${sender}>\r\nDisposition-Notification-To: ${sender}\r\n${new TextDecoder().decode(built.bytes)}`),
    ).value;
    expect(decideMdn({ message: receipt, policy: 'always', consent: true })).toMatchObject({ send: 'no', reason: 'is-receipt' });
  });
});
