/** ECO.2.3.2: a client may ask for an MDN when it sends a message; the MDN is that of RFC 8098. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { getProfile } from '@mss/core';
import { parseMime, writeMime } from '@mss/formats/mime';
import { inspectReceipt, requestMdn } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const sample = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../testdata/receipts/${name}.eml`, import.meta.url))));

describe('ECO.2.3.2', () => {
  it('is offered in every profile: may in v0.1, shall in v1.0.1', () => {
    expect(getProfile('ref2-0.1').message.mdnRequest).toBe('may');
    expect(getProfile('ref2-1.0.1').message.mdnRequest).toBe('shall');
  });
  it('puts Disposition-Notification-To with the sending mailbox into the message', () => {
    const message = parseMime(writeMime({ mediaType: 'text/plain', headers: requestMdn({ mailbox }).headers, text: 'Bonjour' })).value;
    expect(message.header('Disposition-Notification-To')).toBe(mailbox);
    expect(() => requestMdn({ mailbox: '' })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_RECEIPT_ADDRESS', requirement: 'ECO.2.3.2' }),
    );
  });
  it('reads the answer: displayed by the person', () => {
    const receipt = inspectReceipt(parseMime(sample('008-mdn-displayed')).value);
    expect(receipt).toMatchObject({
      kind: 'mdn',
      originalMessageId: '<envoi-42@medecin.mssante.test>',
      disposition: { actionMode: 'manual-action', type: 'displayed' },
    });
  });
  it('reads the answer of a receiving system: processed, or not, with the error of the integration', () => {
    const receipt = inspectReceipt(parseMime(sample('011-mdn-integration-error')).value);
    expect(receipt).toMatchObject({
      disposition: { type: 'processed', modifiers: ['error'] },
      errors: [{ code: '902', label: 'Identifiant patient inconnu' }],
    });
  });
  it('does not take a delivery report for a read receipt', () => {
    expect(inspectReceipt(parseMime(sample('001-dsn-delivered-relayed')).value)).toMatchObject({ kind: 'dsn', disposition: null });
  });
});
