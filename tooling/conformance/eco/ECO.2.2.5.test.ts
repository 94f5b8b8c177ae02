/** ECO.2.2.5: a mail of an applicative mailbox ends with a mention that gives a contact mailbox, which is also its Reply-To. */
import { applicativeMention, composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

const from = { kind: 'applicative', address: 'sil@labo.mssante.test', entity: 'Laboratoire A – Biologie' } as const;
const contact = 'secretariat@labo.mssante.test';
const draft = (extra: object): MessageDraft => ({ from, to: [colleague], subject: 'Bonjour', text: 'Bonjour', ...extra });

describe('ECO.2.2.5', () => {
  it('ends text and HTML with the mention, and sets Reply-To', async () => {
    for (const extra of [{}, { html: '<html><body><p>Bonjour</p></body></html>' }, { documents: documents(laboratoryReport) }]) {
      const { value } = readMessage((await composeMessage(draft({ ...extra, applicativeContact: contact }), fixed)).bytes);
      expect(value.replyTo.map((one) => one.address)).toEqual([contact]);
      expect(value.body.text?.trimEnd().endsWith(applicativeMention(contact))).toBe(true);
      if (value.body.html !== null)
        expect(value.body.html).toMatch(/généré automatiquement[^<]*secretariat@labo\.mssante\.test<\/p><\/body>/);
    }
    expect(applicativeMention(contact)).toMatch(/généré automatiquement.*MSSanté.*secretariat@labo\.mssante\.test/);
  });
  it.each([
    ['none', {}],
    ['the applicative mailbox itself', { applicativeContact: 'SIL@labo.mssante.test' }],
    ['a patient', { applicativeContact: '258038708599044@patient.mssante.fr' }],
    ['no address', { applicativeContact: 'secretariat' }],
    ['another Reply-To', { applicativeContact: contact, replyTo: 'x@labo.mssante.test' }],
  ])('refuses as contact %s', async (_what, extra) => {
    await expect(composeMessage(draft(extra), fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT',
      requirement: 'ECO.2.2.5',
    });
  });
  it('refuses HTML in which the mention would not be seen', async () => {
    await expect(
      composeMessage(draft({ text: 'Bonjour', html: '<p>Bonjour</p><!-- ', applicativeContact: contact }), fixed),
    ).rejects.toMatchObject({ code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.5' });
  });
  it('asks nothing of personal and organisational mailboxes', async () => {
    const { value } = readMessage((await composeMessage(draft({ from: sender }), fixed)).bytes);
    expect(value.replyTo).toEqual([]);
    expect(value.body.text?.trimEnd()).toBe('Bonjour');
    await expect(composeMessage(draft({ from: sender, applicativeContact: contact }), fixed)).rejects.toMatchObject({
      code: 'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT',
    });
  });
});
