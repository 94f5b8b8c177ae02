/** ECO.2.4.3 (v1.0.1): X-MSS-NIL names the software on every mail, with documents or without. */
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const draft = (extra: Partial<MessageDraft> = {}): MessageDraft => ({ from: sender, to: [colleague], subject: 'Bonjour', ...extra });
const newer = { ...fixed, profile: 'ref2-1.0.1' } as const;

describe('ECO.2.4.3', () => {
  it('stands on every mail', async () => {
    for (const one of [
      draft(),
      draft({ documents: documents(laboratoryReport) }),
      draft({ inReplyTo: { messageId: '<a@b.test>', references: [] } }),
    ]) {
      const { value } = readMessage((await composeMessage(one, { ...newer, nil: 'DEV935997' })).bytes);
      expect(value.xMss['X-MSS-NIL']).toBe('DEV935997');
      expect(value.mime.headersNamed('X-MSS-NIL')).toHaveLength(1);
    }
  });
  it.each([undefined, '', 'deux mots', 'DEV\r\nBcc: x@y.test', 'é', 'x'.repeat(65)])(
    'is never left out nor made up: %j is refused',
    async (nil) => {
      await expect(composeMessage(draft(), { ...newer, ...(nil === undefined ? {} : { nil }) })).rejects.toMatchObject({
        code: 'ERR_MSS_MESSAGE_NIL',
        requirement: 'ECO.2.4.3',
      });
    },
  );
  it('is absent in v0.1, even when the host gives a number', async () => {
    const { value } = readMessage((await composeMessage(draft(), { ...fixed, nil: 'DEV935997' })).bytes);
    expect(value.xMss).toEqual({});
  });
});
