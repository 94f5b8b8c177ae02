/** ECO.2.2.4: the body is text/plain, or multipart/alternative of text/plain first and text/html second, of the same wording. */
import { composeMessage, readMessage } from '@mss/message';
import type { MimePart } from '@mss/formats/mime';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const compose = async (draft: object): Promise<MimePart> =>
  readMessage((await composeMessage({ from: sender, to: [colleague], subject: 'Bonjour', ...draft }, fixed)).bytes).value.mime;
const shape = (part: MimePart): unknown => (part.children.length === 0 ? part.mediaType : { [part.mediaType]: part.children.map(shape) });
const refusal = { code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.4' };

describe('ECO.2.2.4', () => {
  it('is text/plain alone when there is no HTML', async () => {
    expect(shape(await compose({ text: 'Bonjour' }))).toBe('text/plain');
  });
  it('is multipart/alternative, text first, when there is', async () => {
    const expected = { 'multipart/alternative': ['text/plain', 'text/html'] };
    expect(shape(await compose({ text: 'Bonjour Claire', html: '<p>Bonjour <b>Claire</b></p>' }))).toEqual(expected);
    expect(shape(await compose({ html: '<p>Bonjour</p>' }))).toEqual(expected);
  });
  it('stands first in a mail with documents', async () => {
    const withDocuments = await compose({ documents: documents(laboratoryReport), html: '<p>Bonjour</p>' });
    expect(shape(withDocuments)).toEqual({
      'multipart/mixed': [{ 'multipart/alternative': ['text/plain', 'text/html'] }, 'application/zip', 'application/pdf'],
    });
  });
  it('has the wording of the HTML as its text when only HTML is given', async () => {
    const { children } = await compose({ html: '<h1>Avis</h1><p>Poursuivre <i>5&nbsp;mg</i> par jour</p>' });
    expect(children[0]?.text().trim()).toMatch(/^Avis\s+Poursuivre 5\u00a0mg par jour$/);
  });
  it.each([
    ['another dose', '5 mg', '<p>50 mg</p>'],
    ['a sentence less', 'Bonjour. Merci.', '<p>Bonjour.</p>'],
    ['another comparison', 'CRP < 5', '<p>CRP &ge; 5</p>'],
  ])('is refused when the parts say something else: %s', async (_what, text, html) => {
    await expect(compose({ text, html })).rejects.toMatchObject(refusal);
  });
  it('is refused with images inside the mail, which would make it multipart/related', async () => {
    await expect(compose({ html: '<p>x</p><img src="cid:logo">' })).rejects.toMatchObject(refusal);
  });
});
