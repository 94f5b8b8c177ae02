/** ECO.2.3.1: a client lets its user ask for a DSN; the message then has Return-Receipt-To with the sending mailbox. RFC 3461 to 3464. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parseMime, writeMime } from '@mss/formats/mime';
import { inspectReceipt, requestDsn } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const sample = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../testdata/receipts/${name}.eml`, import.meta.url))));

describe('ECO.2.3.1', () => {
  it('puts Return-Receipt-To with the sending mailbox into the message', () => {
    const request = requestDsn({ mailbox });
    const message = parseMime(writeMime({ mediaType: 'text/plain', headers: request.headers, text: 'Bonjour' })).value;
    expect(message.header('Return-Receipt-To')).toBe(mailbox);
  });
  it('asks the server for reports that do not send the documents back, with an opaque identifier [RFC 3461]', () => {
    const request = requestDsn({ mailbox });
    expect(request.ret).toBe('headers');
    expect(request.notify).toEqual(['success', 'failure', 'delay']);
    expect(request.envid).not.toContain('moreau');
  });
  it('asks for nobody but the sending mailbox', () => {
    expect(() => requestDsn({ mailbox: 'Dr Moreau' })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_RECEIPT_ADDRESS', requirement: 'ECO.2.3.1' }),
    );
  });
  it('reads the reports that come back: delivered, relayed, failed, delayed, per recipient [RFC 3464]', () => {
    const delivered = inspectReceipt(parseMime(sample('001-dsn-delivered-relayed')).value);
    expect(delivered.recipients.map((one) => one.action)).toEqual(['delivered', 'relayed']);
    expect(delivered.originalEnvelopeId).not.toBeNull();
    const failed = inspectReceipt(parseMime(sample('002-dsn-failed-three-recipients')).value);
    expect(failed.recipients.map((one) => [one.action, one.status, one.permanent])).toEqual([
      ['failed', '5.1.1', true],
      ['failed', '5.2.2', true],
      ['delayed', '4.4.1', false],
    ]);
  });
  it('does not take an ordinary mail for a report', () => {
    const mail = parseMime(new TextEncoder().encode(`From: ${mailbox}\r\nSubject: Bonjour\r\n\r\n550 5.1.1 User unknown`)).value;
    expect(inspectReceipt(mail).kind).toBe('none');
  });
});
