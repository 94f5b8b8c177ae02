import { composeMessage, readMessage, type MessageDraft, type Recipient } from '@mss/message';
import type { PatientAddress } from '@mss/ins-address';
import { describe, expect, it } from 'vitest';

import { uniqueRecipients } from '../src/recipients.js';
import { colleague, documents, fixed, laboratoryReport, patientOf, sender } from './support.js';

const draft = (fields: Partial<MessageDraft>): MessageDraft => ({
  from: sender,
  to: [colleague],
  subject: 'Bonjour',
  text: 'Bonjour',
  ...fields,
});
const refusal = (fields: Partial<MessageDraft>, options = {}): Promise<unknown> =>
  composeMessage(draft(fields), { ...fixed, ...options }).then(
    () => null,
    (error: unknown) => error,
  );

/** What plain JavaScript could pass. */
const untyped = (address: string): PatientAddress => JSON.parse(JSON.stringify(address));

describe('recipients', () => {
  it('may all be in copy: the mail then has no To field [RFC 5322 §3.6.3]', async () => {
    const { bytes, envelope } = await composeMessage(draft({ to: [], cc: [colleague] }), fixed);
    const { value } = readMessage(bytes);
    expect([value.to, value.cc.map((one) => one.address), envelope.to]).toEqual([[], [colleague.address], [colleague.address]]);
    expect(await refusal({ to: [], cc: [] })).toMatchObject({ code: 'ERR_MSS_MESSAGE_NO_RECIPIENT' });
  });

  it('with internationalised domains are written and sent to in ASCII, and read back as text', async () => {
    const idn = { kind: 'professional', address: 'accueil@Hôpital.mssante.test' } as const;
    const { bytes, envelope } = await composeMessage(
      draft({ from: { ...sender, address: 'claire@santé.mssante.test' }, to: [idn] }),
      fixed,
    );
    expect(envelope).toEqual({ from: 'claire@xn--sant-epa.mssante.test', to: ['accueil@xn--hpital-ixa.mssante.test'] });
    const { value } = readMessage(bytes);
    expect([value.from[0]?.address, value.to[0]?.address]).toEqual(['claire@santé.mssante.test', 'accueil@hôpital.mssante.test']);
  });

  it.each([
    ['somebody who is none', 'hugo.bernard@clinique.mssante.test'],
    ['a local part that is no matricule', 'jeanne.rochebrune@patient.mssante.fr'],
    ['no address', 'jeanne'],
  ])('marked as a patient are refused with the address of %s: the type is not the proof', async (_what, address) => {
    expect(await refusal({ to: [{ kind: 'patient', address: untyped(address) }] })).toMatchObject({
      code: 'ERR_MSS_MESSAGE_RECIPIENT',
      requirement: 'ECO.2.2.6',
    });
  });

  it('typed as professionals may not be patients, in any spelling of the domain', async () => {
    for (const address of ['258038708599044@patient.mssante.fr', '258038708599044@PATIENT.MSSANTE.FR', 'x@ｐatient.mssante.fr']) {
      expect(await refusal({ cc: [{ kind: 'professional', address }] })).toMatchObject({
        code: 'ERR_MSS_MESSAGE_RECIPIENT',
        requirement: 'ECO.2.2.6',
      });
    }
  });

  it('of one patient twice are one', async () => {
    const patient = patientOf(documents(laboratoryReport));
    expect((await composeMessage(draft({ to: [patient], cc: [patient] }), fixed)).envelope.to).toHaveLength(1);
  });

  it('are a list without repetition in the order given, quickly for thousands', () => {
    const all = Array.from({ length: 5000 }, (_, index): Recipient => ({
      kind: 'professional',
      address: `p${index % 2500}@${index % 2 === 0 ? 'Hôpital' : 'hôpital'}.mssante.test`,
    }));
    const unique = uniqueRecipients(all);
    expect(unique).toHaveLength(2500);
    expect(unique).toEqual(all.slice(0, 2500));
  });
});

describe('addresses for answers', () => {
  it.each(['258038708599044@patient.mssante.fr', 'nobody', 'a@b.test\r\nBcc: c@d.test'])(
    'are refused when they are %j',
    async (replyTo) => {
      expect(await refusal({ replyTo })).toMatchObject({ code: 'ERR_MSS_MESSAGE_RECIPIENT' });
    },
  );
  it('stay in the trust space, when there is a white list: answers quote documents', async () => {
    const options = { isInTrustSpace: (address: string): boolean => address.endsWith('.mssante.test') };
    expect(await refusal({ replyTo: 'claire@webmail.example' }, options)).toMatchObject({ code: 'ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE' });
    expect(await refusal({ replyTo: 'secretariat@cabinet.mssante.test' }, options)).toBeNull();
    const from = { kind: 'applicative', address: 'sil@labo.mssante.test', entity: 'Labo' } as const;
    expect(await refusal({ from, applicativeContact: 'claire@webmail.example' }, options)).toMatchObject({
      code: 'ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE',
    });
  });
});
