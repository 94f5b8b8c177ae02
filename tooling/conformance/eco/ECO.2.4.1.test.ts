/** ECO.2.4.1 (v1.0.1): X-MSS-CODECDA lists the codes of the CDA documents, and is absent without documents. */
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const options = { ...fixed, profile: 'ref2-1.0.1', nil: 'DEV935997' } as const;
const codesOf = async (extra: Partial<MessageDraft>, given: object = options): Promise<string | undefined> =>
  readMessage((await composeMessage({ from: sender, to: [colleague], ...extra }, given)).bytes).value.xMss['X-MSS-CODECDA'];

describe('ECO.2.4.1', () => {
  it('gives the code of the one document', async () => {
    const set = documents('007-lettre-adressage-mise-en-forme');
    expect(set.documents[0].header.code.code).toMatch(/^\d+-\d$/);
    expect(await codesOf({ documents: set })).toBe(set.documents[0].header.code.code);
  });
  it('gives the codes of several, separated by commas, in the order of the archive', async () => {
    expect(await codesOf({ documents: documents(laboratoryReport, '011-biologie-remplacement') })).toBe('11502-2,11502-2');
  });
  it('is absent without documents, other attachments or not', async () => {
    const attachments = [{ name: 'scan.jpg', mediaType: 'image/jpeg', bytes: new Uint8Array([1]) }];
    expect(await codesOf({ subject: 'Bonjour' })).toBeUndefined();
    expect(await codesOf({ subject: 'Bonjour', attachments })).toBeUndefined();
  });
  it('is absent in v0.1', async () => {
    expect(await codesOf({ documents: documents(laboratoryReport) }, fixed)).toBeUndefined();
  });
});
