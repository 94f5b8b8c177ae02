import { ensureOid, type PatientTraits } from '@mss/core';
import { describe, expect, it } from 'vitest';

import { insDatamatrix } from '../src/datamatrix.js';
import { insDatamatrixText, renderCdaPdf } from '../src/index.js';
import { nodesOf, openObjects, structureOf } from './support/pdf-objects.js';
import { readPdfPages } from './support/pdf-text.js';
import { sampleCda } from './support/sample-cda.js';

const traits: PatientTraits = {
  ins: { value: '258038708599044', oid: ensureOid('1.2.250.1.213.1.4.8') },
  otherIds: [],
  birthName: "L'Hœureux-Çélène",
  usualName: null,
  givenNames: ['Anaïs', 'Zoé'],
  usualGivenName: null,
  birthDate: '19580312',
  sex: 'F',
  birthPlaceCode: '87085',
};

describe('INS Datamatrix', () => {
  it('says the traits in capitals without accents, fields of variable length ended by a group separator', () => {
    expect(insDatamatrixText(traits)).toBe(
      "IS010000000000000000000000S1258038708599044S21.2.250.1.213.1.4.8\u001DS3ANAIS ZOE\u001DS4L'HOEUREUX-CELENE\u001DS5FS612-03-1958S787085",
    );
  });

  it('ends a field of its greatest length without separator', () => {
    const text = insDatamatrixText({ ...traits, ins: { value: '258038708599044', oid: ensureOid('1.2.250.1.213.1.4.10') } });
    expect(text).toContain('S21.2.250.1.213.1.4.10S3');
    expect(insDatamatrixText({ ...traits, birthName: 'A'.repeat(120) })).toContain(`S4${'A'.repeat(100)}S5`);
  });

  it.each(['ins', 'birthName', 'sex', 'birthDate'] as const)('is not made without %s', async (trait) => {
    expect(insDatamatrixText({ ...traits, [trait]: null })).toBeNull();
    expect(await insDatamatrix({ ...traits, [trait]: null })).toBeNull();
  });

  it('stands in the identity box by option only, as a figure', async () => {
    const document = sampleCda();
    const pdf = await renderCdaPdf(document, { insDatamatrix: true });
    expect(nodesOf(structureOf(await openObjects(pdf.bytes)), 'Figure').map((one) => one.alt)).toEqual(['Datamatrix INS']);
    expect((await readPdfPages(pdf.bytes))[0]?.items.some((item) => item.text === 'INS à scanner')).toBe(true);
    expect(nodesOf(structureOf(await openObjects((await renderCdaPdf(document)).bytes)), 'Figure')).toEqual([]);
  });
});
