/** ECO.2.2.7: the sender's address carries a label: <Titre>_<Prénom>_<NOM>_<Entité>, or <Entité> for the mailboxes of structures. */
import { composeMessage, parseSenderLabel, readMessage, type Sender } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, fixed } from '../../../packages/message/test/support.js';

const address = 'marie.martin@medecin.mssante.test';
const person = { kind: 'personal', address, givenName: 'Marie', familyName: 'martin' } as const;
const labelOf = async (from: Sender): Promise<string | null | undefined> => {
  const contact = from.kind === 'applicative' ? { applicativeContact: 'secretariat@medecin.mssante.test' } : {};
  return readMessage((await composeMessage({ from, to: [colleague], subject: 'Bonjour', ...contact }, fixed)).bytes).value.from[0]?.name;
};

describe('ECO.2.2.7', () => {
  it('labels a personal mailbox, title and entity being optional, the name in capitals', async () => {
    expect(await labelOf({ ...person, title: 'Dr', entity: 'Cabinet médical' })).toBe('Dr_Marie_MARTIN_Cabinet médical');
    expect(await labelOf(person)).toBe('Marie_MARTIN');
  });
  it.each(['organisational', 'applicative'] as const)('labels an %s mailbox by its entity', async (kind) => {
    expect(await labelOf({ kind, address, entity: 'Hôpital C – Biologie' })).toBe('Hôpital C – Biologie');
  });
  it.each([
    ['given name', { ...person, givenName: '' }],
    ['family name', { ...person, familyName: ' ' }],
    ['entity', { kind: 'organisational', address, entity: '' }],
  ] as [string, Sender][])('refuses a sender without %s', async (_what, from) => {
    await expect(labelOf(from)).rejects.toMatchObject({ code: 'ERR_MSS_MESSAGE_SENDER', requirement: 'ECO.2.2.7' });
  });
  it('reads the examples as they are printed', () => {
    expect(parseSenderLabel('Dr Marie MARTIN')).toEqual({ title: 'Dr', givenName: 'Marie', familyName: 'MARTIN', entity: null });
    expect(parseSenderLabel('Hôpital A – Service Cardiologie').entity).toBe('Hôpital A – Service Cardiologie');
    expect(parseSenderLabel('Hôpital C – Biologie').familyName).toBeNull();
  });
});
