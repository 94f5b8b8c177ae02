/** ECO.2.2.3: the text parts of a mail are in UTF-8. */
import { composeMessage, readMessage } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { mail } from '../../../packages/message/test/foreign.js';
import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const text = 'Créatinine 92 µmol/l, « œdème » – 你好 𝄞';

describe('ECO.2.2.3', () => {
  it('writes every text part in UTF-8 and says so', async () => {
    for (const draft of [
      { subject: 'Bonjour', text },
      { subject: 'Bonjour', text, html: `<p>${text}</p>` },
      { documents: documents(laboratoryReport), text },
    ]) {
      const { bytes } = await composeMessage({ from: sender, to: [colleague], ...draft }, fixed);
      const raw = Buffer.from(bytes).toString('latin1');
      const types = raw.match(/^Content-Type: text\/[\s\S]*?(?=\r\n[^ \t])/gim) ?? [];
      expect(types).toHaveLength('html' in draft ? 2 : 1);
      for (const type of types) expect(type).toMatch(/charset="?utf-8"?/i);
      const { value } = readMessage(bytes);
      expect(value.body.text?.trimEnd()).toBe(text);
      if ('html' in draft) expect(value.body.html).toContain(text);
    }
  });
  it('keeps the wire in ASCII, so that no server on the way has to know UTF-8', async () => {
    const { bytes } = await composeMessage({ from: sender, to: [{ ...colleague, name: 'Hélène' }], subject: 'Œdème', text }, fixed);
    expect(bytes.every((byte) => byte < 0x80)).toBe(true);
  });
  it('reads other encodings, and tells when one was wrong', () => {
    const latin = mail([
      'Message-ID: <x@b.test>',
      'Content-Type: text/plain; charset=iso-8859-15',
      'Content-Transfer-Encoding: 8bit',
      '',
      new Uint8Array([0xa4, 0x20, 0xe9]),
    ]);
    expect(readMessage(latin).value.body.text?.trimEnd()).toBe('€ é');
    const wrong = mail([
      'Message-ID: <x@b.test>',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      new Uint8Array([0xe9]),
    ]);
    const read = readMessage(wrong);
    expect(read.value.body.text?.trimEnd()).toBe('é');
    expect(read.warnings).toContainEqual(expect.objectContaining({ message: expect.stringContaining('MIME_CHARSET') }));
  });
});
