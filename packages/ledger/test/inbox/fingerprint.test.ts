import { resolveLimits } from '@mss/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Fingerprinter, fingerprintOf, type Fingerprint } from '../../src/inbox/fingerprint.js';
import { mail } from '../support/mails.js';

const limits = resolveLimits();
const of = (text: string): Fingerprint => fingerprintOf(new Uint8Array(Buffer.from(text, 'latin1')), limits);
const base = mail('a', { headers: ['X-MSS-NIL: 12'] });
const changed = (from: string | RegExp, to: string): string => {
  const text = base.replace(from, to);
  if (text === base) throw new Error('nothing was changed');
  return text;
};

describe('the fingerprint of a message', () => {
  it.each([
    ['trace fields', changed(/Received: .*\r\n/, 'Received: by another\r\nX-Spam-Score: 1\r\nAuthentication-Results: x\r\n')],
    ['the return path', changed(/Return-Path:.*\r\n/, '')],
    ['folding and spaces', changed('Subject: Avis', 'Subject:\r\n  Avis ')],
    ['case and order of fields', changed(/(From: .*\r\n)(To: .*\r\n)/, '$2$1').replace('MIME-Version', 'Mime-Version')],
    ['line ends at the end', `${base}\r\n\r\n`],
    ['a mailbox flag in the header', changed('MIME-Version', 'Status: RO\r\nX-UID: 4\r\nMIME-Version')],
  ])('does not change with %s', (_, text) => {
    expect(of(text).content).toBe(of(base).content);
  });

  it.each([
    ['subject', changed('Avis', 'Avis 2')],
    ['recipient', changed('To: claire', 'To: clara')],
    ['date', changed('Date: Sun, 1 Mar', 'Date: Sun, 2 Mar')],
    ['content type', changed('text/plain', 'text/html')],
    ['an X-MSS header', changed('X-MSS-NIL: 12', 'X-MSS-NIL: 13')],
    ['body', changed('Bonjour', 'bonjour')],
    ['empty lines inside the body', changed('Bonjour,', 'Bonjour,\r\n\r\nx')],
    ['a receipt request', changed('MIME-Version', 'Disposition-Notification-To: a@b.fr\r\nMIME-Version')],
  ])('changes with its %s', (_, text) => {
    expect(of(text).content).not.toBe(of(base).content);
  });

  it('what stands in the header cannot be moved into the body', () => {
    expect(of('Subject: a\r\n\r\nb').content).not.toBe(of('Subject: a\r\nComments: b\r\n\r\n').content);
    expect(of('Subject: a\r\n\r\n').content).toBe(of('Subject: a').content);
  });

  it('finds the Message-ID, and survives what is no mail', () => {
    expect(of(base).messageId).toBe('<a@clinique.mssante.fr>');
    expect(of('no header at all').messageId).toBeNull();
    expect(of('').messageId).toBeNull();
    const flood = 'X-A: b\r\n'.repeat(60_000);
    expect(of(`${flood}\r\nbody`)).toMatchObject({ header: null, headerError: expect.stringMatching(/^ERR_MSS_MIME_/) });
    expect(of(`${flood}\r\nbody`).content).not.toBe(of(`${flood.replace('X-A', 'X-B')}\r\nbody`).content);
  });

  it('does not depend on how the bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 12 }),
        fc.constantFrom(base, `${base}\r\n`, 'Subject: x\n\nunix\n\n', 'Subject: x'),
        (cuts, text) => {
          const bytes = new Uint8Array(Buffer.from(text));
          const pieces = new Fingerprinter(limits);
          let at = 0;
          for (const size of cuts) {
            pieces.update(bytes.subarray(at, at + size));
            at += size;
          }
          pieces.update(bytes.subarray(at));
          expect(pieces.digest().content).toBe(fingerprintOf(bytes, limits).content);
        },
      ),
      { seed: 20260101 },
    );
  });
});
