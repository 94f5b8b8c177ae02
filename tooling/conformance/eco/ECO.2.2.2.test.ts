/** ECO.2.2.2: every answer has Message-ID, In-Reply-To and References as RFC 5322 writes them. */
import { composeMessage, groupConversations, readMessage, type ParentMessage, type ReceivedMessage } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const parentOf = ({ messageId, references, inReplyTo, subjectText }: ReceivedMessage): ParentMessage => ({
  messageId: messageId ?? '',
  references,
  inReplyTo,
  subject: subjectText,
});
const answer = async (to: ReceivedMessage): Promise<ReceivedMessage> =>
  readMessage((await composeMessage({ from: sender, to: [colleague], text: 'Merci', inReplyTo: parentOf(to) }, fixed)).bytes).value;

describe('ECO.2.2.2', () => {
  it('refers each answer to its parent, and to all before it in order', async () => {
    const first = readMessage(
      (await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport) }, fixed)).bytes,
    ).value;
    const second = await answer(first);
    const third = await answer(second);
    expect([second.inReplyTo, second.references]).toEqual([first.messageId, [first.messageId]]);
    expect([third.inReplyTo, third.references]).toEqual([second.messageId, [first.messageId, second.messageId]]);
    expect(new Set([first.messageId, second.messageId, third.messageId]).size).toBe(3);
    expect(groupConversations([third, first, second])).toHaveLength(1);
  });
  it('refers an answer with documents too', async () => {
    const first = readMessage((await composeMessage({ from: sender, to: [colleague], subject: 'Question', text: '?' }, fixed)).bytes).value;
    const { bytes } = await composeMessage(
      { from: sender, to: [colleague], documents: documents(laboratoryReport), inReplyTo: parentOf(first) },
      fixed,
    );
    expect(readMessage(bytes).value.inReplyTo).toBe(first.messageId);
  });
  it('uses the In-Reply-To of a parent without References', async () => {
    const inReplyTo = { messageId: '<b@x.test>', references: [], inReplyTo: '<a@x.test>', subject: 'x' };
    const { bytes } = await composeMessage({ from: sender, to: [colleague], text: 'Merci', inReplyTo }, fixed);
    expect(readMessage(bytes).value.references).toEqual(['<a@x.test>', '<b@x.test>']);
  });
  it('gives a new mail neither In-Reply-To nor References', async () => {
    const { bytes } = await composeMessage({ from: sender, to: [colleague], subject: 'Question', text: '?' }, fixed);
    expect([readMessage(bytes).value.inReplyTo, readMessage(bytes).value.references]).toEqual([null, []]);
  });
  it.each(['', 'abc', '<a@b.test>\r\nBcc: c@d.test'])('refuses to answer a mail whose Message-ID is %j', async (messageId) => {
    const inReplyTo = { messageId, references: [], subject: 'x' };
    await expect(composeMessage({ from: sender, to: [colleague], text: 'Merci', inReplyTo }, fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_MESSAGE_ID',
      requirement: 'ECO.2.2.2',
    });
  });
});
