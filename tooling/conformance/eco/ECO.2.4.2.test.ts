/** ECO.2.4.2 (v1.0.1): X-MSS-INS is O when the archive holds a qualified INS (matricule, OID, four traits), N otherwise. */
import { createDocumentSet, type DocumentSet } from '@mss/cda';
import { getProfile } from '@mss/core';
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { xMssHeaders } from '../../../packages/message/src/x-mss-headers.js';
import { colleague, document, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const options = { ...fixed, profile: 'ref2-1.0.1', nil: 'DEV935997', archive: { unknownClass: 'omit' } } as const;
const insOf = async (extra: Partial<MessageDraft>, given: object = options): Promise<string | undefined> =>
  readMessage((await composeMessage({ from: sender, to: [colleague], ...extra }, given)).bytes).value.xMss['X-MSS-INS'];

describe('ECO.2.4.2', () => {
  it('is O with matricule, OID and traits', async () => {
    expect(await insOf({ documents: documents(laboratoryReport) })).toBe('O');
  });
  it('is N without INS', async () => {
    expect(await insOf({ documents: documents('021-sans-ins') })).toBe('N');
  });
  it.each<[string, Partial<DocumentSet['patient']>]>([
    ['birth name', { birthName: null }],
    ['given name', { givenNames: [] }],
    ['birth date', { birthDate: null }],
    ['sex', { sex: 'U' }],
  ])('is N without %s, whatever the matricule', (_what, missing) => {
    const whole = createDocumentSet([document(laboratoryReport)]);
    const set: DocumentSet = { ...whole, patient: { ...whole.patient, ...missing } };
    const headers = xMssHeaders(getProfile('ref2-1.0.1'), {
      documents: set,
      recipients: [colleague],
      nil: 'DEV935997',
      endConversation: false,
    });
    expect(Object.fromEntries(headers)['X-MSS-INS']).toBe('N');
  });
  it('is absent without documents, and in v0.1', async () => {
    expect(await insOf({ subject: 'Bonjour' })).toBeUndefined();
    expect(await insOf({ documents: documents(laboratoryReport) }, fixed)).toBeUndefined();
  });
});
