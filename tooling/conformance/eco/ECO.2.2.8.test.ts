/** ECO.2.2.8 (v1.0.1): the end of a conversation with a patient is told by X-MSS-MES: FIN. */
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, patientOf, sender } from '../../../packages/message/test/support.js';

const options = { ...fixed, profile: 'ref2-1.0.1', nil: 'DEV935997' } as const;
const patient = patientOf(documents(laboratoryReport));
const draft = (extra: Partial<MessageDraft>): MessageDraft => ({
  from: sender,
  to: [patient],
  subject: 'Suite à votre question',
  text: 'Bonjour',
  ...extra,
});
const refusal = { code: 'ERR_MSS_MESSAGE_END_OF_CONVERSATION', requirement: 'ECO.2.2.8' };

describe('ECO.2.2.8', () => {
  it('tells a patient the end by the header, with documents or without', async () => {
    for (const extra of [{}, { documents: documents(laboratoryReport) }]) {
      const { bytes } = await composeMessage(draft({ ...extra, endConversation: true }), options);
      expect(Buffer.from(bytes).toString('latin1')).toMatch(/^X-MSS-MES: FIN\r$/m);
    }
  });
  it('leaves the conversation open unless told', async () => {
    const { value } = readMessage((await composeMessage(draft({}), options)).bytes);
    expect(value.xMss).not.toHaveProperty('X-MSS-MES');
  });
  it('is not told to professionals, not even beside the patient', async () => {
    await expect(composeMessage(draft({ to: [colleague], endConversation: true }), options)).rejects.toMatchObject(refusal);
    await expect(composeMessage(draft({ cc: [colleague], endConversation: true }), options)).rejects.toMatchObject(refusal);
  });
  it('does not exist in v0.1', async () => {
    await expect(composeMessage(draft({ endConversation: true }), fixed)).rejects.toMatchObject(refusal);
  });
  it('is never told by accident: the subject [FIN], which ends all earlier conversations, is refused', async () => {
    await expect(composeMessage(draft({ subject: ' [FIN] ' }), options)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_SUBJECT',
      requirement: 'ECO.2.2.8',
    });
  });
});
