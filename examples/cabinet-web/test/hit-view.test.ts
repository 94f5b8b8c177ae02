import { describe, expect, it } from 'vitest';

import { highlight } from '../web/highlight.ts';
import { activityOf, boxOf, describeHit, nameOf, paperOf, reasonOf } from '../web/hit-view.ts';
import { hit, serviceHit } from './hits.ts';

/** The text with what is marked in brackets. */
const marked = (text: string, fields: Parameters<typeof highlight>[0]['fields'], matches: Parameters<typeof highlight>[1]): string =>
  highlight({ text, fields }, matches)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join('');

describe('a line of the directory', () => {
  it('says who it is, which mailbox, and for which activity', () => {
    expect(describeHit(hit())).toBe('Dr Claire MOREAU, Médecin, Médecine Générale, Boîte personnelle, CABINET DES TILLEULS, 87000 LIMOGES');
    expect(describeHit(serviceHit)).toBe('CARDIOLOGIE, Boîte du service, lue par plusieurs personnes, CH BELLEVUE, 87000 LIMOGES');
  });

  it('tells two mailboxes of one person apart', () => {
    const atHospital = hit({ organisation: 'CENTRE HOSPITALIER DU PARC', tradeName: 'CH DU PARC', postalCode: '69003', city: 'LYON' });
    expect(activityOf(atHospital)).toBe('CENTRE HOSPITALIER DU PARC, CH DU PARC, 69003 LYON');
    expect(describeHit(atHospital)).not.toBe(describeHit(hit()));
  });

  it('names every type of mailbox, and none', () => {
    expect(boxOf(hit({ address: null, type: null }))).toBe('Aucune boîte MSSanté publiée');
    expect(boxOf(hit({ type: 'ORG' }))).toMatch(/structure/);
    expect(boxOf(hit({ type: 'APP' }))).toMatch(/logiciel/);
    expect(boxOf(hit({ type: 'CAB' }))).toMatch(/cabinet/);
    expect(boxOf(hit({ type: 'NEW' }))).toBe('Boîte de type NEW');
  });

  it('has a name when next to nothing is published', () => {
    const bare = { familyName: null, givenName: null, civility: null, organisation: null, service: null, postalCode: null, city: null };
    expect(nameOf(hit({ ...bare, address: 'x@y.mssante.test' }))).toBe('x@y.mssante.test');
    expect(activityOf(hit(bare))).toBe('Activité sans structure publiée');
    expect(nameOf(hit({ civility: 'XX' }))).toBe('XX Claire MOREAU');
  });

  it('says what is published about paper, and nothing when nothing is', () => {
    expect([true, false, null].map((dematerialisation) => paperOf(hit({ dematerialisation })))).toEqual([
      'Accepte les documents sans papier',
      'N’a pas accepté de recevoir sans papier',
      '',
    ]);
  });

  it('says why it was found', () => {
    expect(reasonOf(hit())).toBe('');
    expect(
      reasonOf(
        hit({
          matches: [
            { word: 'claire', field: 'given', kind: 'exact' },
            { word: 'mor', field: 'family', kind: 'prefix' },
            { word: 'lim', field: 'city', kind: 'prefix' },
          ],
        }),
      ),
    ).toBe('Trouvé dans le prénom, le nom et la ville.');
    expect(
      reasonOf(
        hit({
          matches: [
            { word: 'morau', field: 'family', kind: 'typing-error' },
            { word: 'généraliste', field: 'profession', kind: 'synonym' },
          ],
        }),
      ),
    ).toBe('Trouvé « morau » à une faute de frappe près dans le nom ; « généraliste » compris dans la profession ou spécialité.');
  });
});

describe('what is marked', () => {
  it('is the beginning of words, accents and case apart', () => {
    expect(marked('SAINT-ÉTIENNE', ['city'], [{ word: 'etie', field: 'city', kind: 'prefix' }])).toBe('SAINT-[ÉTIE]NNE');
    expect(marked('Jean-Pierre', ['given'], [{ word: 'ierre', field: 'given', kind: 'prefix' }])).toBe('Jean-Pierre');
    expect(marked("D'ALÈS", ['family'], [{ word: 'ales', field: 'family', kind: 'exact' }])).toBe("D'[ALÈS]");
  });

  it('is only what was found in that field', () => {
    const matches = [{ word: 'lyon', field: 'city', kind: 'exact' }] as const;
    expect(marked('CH DE LYON', ['organisation'], matches)).toBe('CH DE LYON');
    expect(marked('69003 LYON', ['city', 'postcode'], matches)).toBe('69003 [LYON]');
  });

  it('is the whole when it was found otherwise, save for names of structures', () => {
    expect(marked('MARTIN', ['family'], [{ word: 'martn', field: 'family', kind: 'typing-error' }])).toBe('[MARTIN]');
    expect(marked('LE GOFF', ['family', 'joined'], [{ word: 'legoff', field: 'joined', kind: 'exact' }])).toBe('[LE GOFF]');
    expect(marked('Anne', ['given', 'joined'], [{ word: 'legoff', field: 'joined', kind: 'exact' }])).toBe('Anne');
    expect(marked('CENTRE HOSPITALIER', ['organisation'], [{ word: 'ch', field: 'organisation', kind: 'synonym' }])).toBe(
      'CENTRE HOSPITALIER',
    );
  });

  it('keeps every character, whatever it is', () => {
    for (const text of ['', 'ŒUVRE ﬁn', 'İstanbul', 'É\u0301cole', '👩‍⚕️ Dr', '<b>&amp;']) {
      const pieces = highlight({ text, fields: ['family'] }, [{ word: 'dr', field: 'family', kind: 'exact' }]);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    }
    expect(marked('👩‍⚕️ Dr', ['family'], [{ word: 'dr', field: 'family', kind: 'exact' }])).toBe('👩‍⚕️ [Dr]');
  });
});
