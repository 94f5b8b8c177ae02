/** ECO.2.2.1: every new mail has a Message-ID as RFC 5322 writes it. */
import { composeMessage, isMessageId, readMessage } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { mail } from '../../../packages/message/test/foreign.js';
import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const plain = { from: sender, to: [colleague], subject: 'Bonjour', text: 'Bonjour' } as const;

describe('ECO.2.2.1', () => {
  it('gives each mail, with documents or without, one Message-ID of its own', async () => {
    const ids = new Set<string>();
    for (const draft of [plain, plain, { from: sender, to: [colleague], documents: documents(laboratoryReport) }]) {
      const { bytes, messageId } = await composeMessage(draft, fixed);
      const { value } = readMessage(bytes);
      expect(value.messageId).toBe(messageId);
      expect(messageId).toMatch(/^<[0-9a-f-]{36}@cabinet\.mssante\.test>$/);
      expect(value.mime.headersNamed('Message-ID')).toHaveLength(1);
      ids.add(messageId);
    }
    expect(ids.size).toBe(3);
  });
  it('puts nothing of sender, patient or subject into it', async () => {
    const { messageId } = await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport) }, fixed);
    expect(messageId).not.toMatch(/moreau|claire|rochebrune|258038/i);
  });
  it('gives the mail of an internationalised domain an ASCII Message-ID', async () => {
    const { messageId } = await composeMessage({ ...plain, from: { ...sender, address: 'claire@santé.mssante.test' } }, fixed);
    expect(messageId).toMatch(/@xn--sant-epa\.mssante\.test>$/);
  });
  it.each(['', 'abc', '<abc>', '<a b@c.test>', '<a@b.test'])('knows that %j is none', (text) => {
    expect(isMessageId(text)).toBe(false);
    const { value, warnings } = readMessage(mail(['From: a@b.test', `Message-ID: ${text}`, '', 'x']));
    expect(value.messageId).toBeNull();
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_NO_MESSAGE_ID');
  });
});
