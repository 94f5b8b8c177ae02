import { requestDsn, requestMdn } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const mailbox = 'cabinet.moreau@medecin.mssante.test';

describe('a delivery receipt asked for [ECO.2.3.1, RFC 3461]', () => {
  it('names the sending mailbox, and asks for the header only, with an opaque id', () => {
    const request = requestDsn({ mailbox });
    expect(request.headers).toEqual([{ name: 'Return-Receipt-To', value: mailbox }]);
    expect(request).toMatchObject({ ret: 'headers', notify: ['success', 'failure', 'delay'] });
    expect(request.envid).toMatch(/^[0-9a-f-]{36}$/);
    expect(requestDsn({ mailbox }).envid).not.toBe(request.envid);
  });
  it('takes the host’s own id, and NEVER alone', () => {
    expect(requestDsn({ mailbox, envelopeId: 'lot 7/42', notify: 'never' })).toMatchObject({ envid: 'lot 7/42', notify: 'never' });
    expect(requestDsn({ mailbox, notify: ['failure'] }).notify).toEqual(['failure']);
  });
  it.each(['', 'é', 'a\r\nb', 'x'.repeat(101), '+'.repeat(34)])('refuses the id %j', (envelopeId) => {
    expect(() => requestDsn({ mailbox, envelopeId })).toThrow(expect.objectContaining({ code: 'ERR_MSS_RECEIPT_ENVELOPE_ID' }));
  });
  it.each([[[]], [['success', 'success']], [['never', 'success']], [['SUCCESS']]])('refuses NOTIFY %j', (notify) => {
    expect(() => requestDsn({ mailbox, notify: notify as ['success'] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_RECEIPT_NOTIFY' }),
    );
  });
  it.each(['', 'personne', 'a@b', 'a@b.test\r\nBcc: c@d.test', '<a@b.test>'])('refuses the mailbox %j', (wrong) => {
    const error = expect.objectContaining({ code: 'ERR_MSS_RECEIPT_ADDRESS', requirement: 'ECO.2.3.1' });
    expect(() => requestDsn({ mailbox: wrong })).toThrow(error);
  });
});

describe('a read receipt asked for [ECO.2.3.2, RFC 8098 §2.1]', () => {
  it('names the sending mailbox', () => {
    expect(requestMdn({ mailbox }).headers).toEqual([{ name: 'Disposition-Notification-To', value: mailbox }]);
    expect(() => requestMdn({ mailbox: 'x' })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_RECEIPT_ADDRESS', requirement: 'ECO.2.3.2' }),
    );
  });
});
