import { upperCaseFrench } from '@mss/core';
import { formatSenderLabel, parseSenderLabel } from '@mss/message';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const letters = fc.constantFrom(...Array.from('abcdefgzéèêëàâçîïôœùûÿ'));
const word = fc.array(letters, { minLength: 2, maxLength: 8 }).map((all) => {
  const [first = '', ...rest] = all;
  return upperCaseFrench(first) + rest.join('');
});
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const title = fc.option(fc.constantFrom('Dr', 'Pr', 'Mme', 'M.'), { nil: undefined });

describe('label of a personal mailbox', () => {
  it('is read back as it was written [ECO.2.2.7]', () => {
    fc.assert(
      fc.property(
        title,
        words,
        fc.constantFrom(' ', '-'),
        words,
        fc.constantFrom(' ', '-', "'"),
        fc.option(words, { nil: undefined }),
        (given, first, firstJoin, last, lastJoin, service) => {
          const givenName = first.join(firstJoin);
          const familyName = last.join(lastJoin);
          const entity = service?.join(' ');
          const label = formatSenderLabel({
            kind: 'personal',
            address: 'a@b.mssante.test',
            givenName,
            familyName,
            ...(given === undefined ? {} : { title: given }),
            ...(entity === undefined ? {} : { entity }),
          });
          expect(parseSenderLabel(label)).toEqual({
            title: given ?? null,
            givenName,
            familyName: upperCaseFrench(familyName),
            entity: entity ?? null,
          });
        },
      ),
      { seed: 20260101 },
    );
  });

  it('never throws on reading and loses no word of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (label) => {
        const read = parseSenderLabel(label);
        const all = [read.title, read.givenName, read.familyName, read.entity].filter((one) => one !== null).join('');
        expect(all.replaceAll(/[\s_]/gu, '')).toBe(label.normalize('NFC').replaceAll(/[\s_]/gu, ''));
      }),
      { seed: 20260101 },
    );
  });
});
