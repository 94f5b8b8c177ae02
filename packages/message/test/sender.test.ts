import { formatSenderLabel, parseSenderLabel, type Sender } from '@mss/message';
import { describe, expect, it } from 'vitest';

const address = 'marie.martin@medecin.mssante.test';
const personal = (fields: object): Sender => ({ kind: 'personal', address, givenName: 'Marie', familyName: 'Martin', ...fields });

describe('label of the sender [ECO.2.2.7]', () => {
  it.each([
    [{ title: 'Dr', entity: 'Cabinet médical' }, 'Dr_Marie_MARTIN_Cabinet médical'],
    [{ title: 'Dr' }, 'Dr_Marie_MARTIN'],
    [{ entity: 'CHU A' }, 'Marie_MARTIN_CHU A'],
    [{}, 'Marie_MARTIN'],
    [{ givenName: 'Marie-Ève', familyName: "d'Été" }, "Marie-Ève_D'ÉTÉ"],
    [{ entity: 'Pôle_A  \t B' }, 'Marie_MARTIN_Pôle-A B'],
  ])('of a personal mailbox with %j is %j', (fields, label) => {
    expect(formatSenderLabel(personal(fields))).toBe(label);
  });
  it.each(['organisational', 'applicative'] as const)('of an %s mailbox is its entity', (kind) => {
    expect(formatSenderLabel({ kind, address, entity: 'Hôpital A – Service Cardiologie' })).toBe('Hôpital A – Service Cardiologie');
  });
  it('is joined with spaces on demand', () => {
    expect(formatSenderLabel(personal({ title: 'Dr' }), { separator: ' ' })).toBe('Dr Marie MARTIN');
  });
  it.each([
    ['no given name', personal({ givenName: ' ' })],
    ['no family name', personal({ familyName: '' })],
    ['an empty title', personal({ title: '' })],
    ['no entity', { kind: 'organisational', address, entity: '' }],
    ['control characters', personal({ entity: 'a\u0000b' })],
    ['text that is turned round', personal({ entity: 'a\u202eb' })],
    ['no address', { kind: 'applicative', address: 'labo', entity: 'Labo' }],
    ["a patient's address", personal({ address: '258038708599044@patient.mssante.fr' })],
  ] as [string, Sender][])('is refused with %s', (_what, sender) => {
    expect(() => formatSenderLabel(sender)).toThrow(expect.objectContaining({ code: 'ERR_MSS_MESSAGE_SENDER', requirement: 'ECO.2.2.7' }));
  });
});

const person = (title: string | null, givenName: string, familyName: string, entity: string | null): object => ({
  title,
  givenName,
  familyName,
  entity,
});

const entity = (text: string): object => ({ title: null, givenName: null, familyName: null, entity: text });

describe('reading a label', () => {
  it.each([
    // The examples of the référentiel, printed with spaces.
    ['Dr Marie MARTIN', person('Dr', 'Marie', 'MARTIN', null)],
    ['Hôpital A – Service Cardiologie', entity('Hôpital A – Service Cardiologie')],
    ['Hôpital C – Biologie', entity('Hôpital C – Biologie')],
    ['Dr_Marie_MARTIN_Cabinet médical', person('Dr', 'Marie', 'MARTIN', 'Cabinet médical')],
    ['Marie_MARTIN', person(null, 'Marie', 'MARTIN', null)],
    ['Marie_MARTIN_CHU', person(null, 'Marie', 'MARTIN', 'CHU')],
    ['Dr_JEAN_LI', person('Dr', 'JEAN', 'LI', null)],
    ['JEAN_LI_CHU', person(null, 'JEAN', 'LI', 'CHU')],
    ['Dr_Jean_O', person('Dr', 'Jean', 'O', null)],
    ['Infirmière_Claire_MOREAU', person('Infirmière', 'Claire', 'MOREAU', null)],
    ["Pr_Anne Marie_D'O DE LA TOUR_Service B", person('Pr', 'Anne Marie', "D'O DE LA TOUR", 'Service B')],
    ['Jean-Paul DE LA TOUR', person(null, 'Jean-Paul', 'DE LA TOUR', null)],
    ['Laboratoire CERBA Paris', entity('Laboratoire CERBA Paris')],
    ['CHU LYON', entity('CHU LYON')],
    ['Hopital A_Cardiologie', entity('Hopital A_Cardiologie')],
    ['', { title: null, givenName: null, familyName: null, entity: null }],
  ])('%j', (label, expected) => {
    expect(parseSenderLabel(label)).toEqual(expected);
  });
});
