import { isMssError } from '@mss/core';
import { composeMessage, readMessage } from '@mss/message';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { escapeHtml } from '../src/html-text.js';
import { colleague, fixed, sender } from './support.js';

/** Any text that a person can mean: whole code points, no control characters but line ends where they may stand. */
const unicode = fc
  .string({ unit: 'binary', maxLength: 200 })
  .map((text) => text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '').normalize('NFC'));
const line = unicode.map((text) => text.replaceAll(/[\p{Cf}]/gu, '').trim());
const lines = fc.array(unicode, { maxLength: 8 }).map((all) => all.join('\n').trimEnd());
const subject = line.filter((text) => text !== '' && !/xdm/i.test(text) && text !== '[FIN]');
const fileName = line.map((text) => text.replaceAll(/[/\\]/g, '-').trim()).filter((text) => text !== '' && text.length < 100);

describe('a composed message read back', () => {
  it('says what was composed, whatever the characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        subject,
        lines,
        fc.boolean(),
        line,
        fileName,
        fc.uint8Array({ maxLength: 3000 }),
        async (title, text, withHtml, name, file, content) => {
          const html = `<p>${escapeHtml(text)}</p>`;
          const hasText = text.trim() !== '';
          const message = await composeMessage(
            {
              from: sender,
              to: [name === '' ? { kind: 'professional', address: colleague.address } : { ...colleague, name }],
              subject: title,
              ...(hasText ? { text } : {}),
              ...(hasText && withHtml ? { html } : {}),
              attachments: [{ name: file, mediaType: 'application/octet-stream', bytes: content }],
            },
            fixed,
          );
          const { value, warnings } = readMessage(message.bytes);
          expect(value.subjectText).toBe(title);
          expect(message.subject).toBe(title);
          expect(value.from).toEqual([{ name: 'Dr_Claire_MOREAU_Cabinet médical', address: sender.address }]);
          expect(value.to).toEqual([{ name: name === '' ? null : name, address: colleague.address }]);
          if (hasText) expect(value.body.text?.trimEnd()).toBe(text);
          expect(value.body.html?.trimEnd() ?? null).toBe(hasText && withHtml ? html : null);
          expect(value.attachments.map((one) => [one.name, Buffer.from(one.bytes()).toString('hex')])).toEqual([
            [file, Buffer.from(content).toString('hex')],
          ]);
          expect(value.messageId).toBe(message.messageId);
          expect(warnings.filter((one) => one.code === 'MESSAGE_MIME' || one.code === 'MESSAGE_ADDRESS')).toEqual([]);
          expect(Buffer.from(message.bytes).toString('latin1')).not.toMatch(/[^\r]\n|[\x80-\xff]/);
        },
      ),
      { seed: 20260101, numRuns: 150 },
    );
  });

  it('broken at any place is read or refused with a code, never otherwise', async () => {
    const { bytes } = await composeMessage(
      {
        from: sender,
        to: [colleague],
        subject: 'Suivi',
        text: 'é'.repeat(200),
        html: `<p>${'é'.repeat(200)}</p>`,
        attachments: [{ name: 'é.jpg', mediaType: 'image/jpeg', bytes: new Uint8Array(500) }],
      },
      fixed,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 12 }), fc.nat(bytes.length), (changes, cut) => {
        const broken = bytes.slice(0, cut);
        for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte;
        try {
          const { value } = readMessage(broken);
          for (const one of value.attachments) one.bytes();
        } catch (error) {
          expect(isMssError(error) && error.code).toMatch(/^ERR_MSS_MIME_/);
        }
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });
});
