import * as fc from 'fast-check';
import { isMssError, type MssWarning } from '@mss/core';
import { describe, expect, it } from 'vitest';

import { describeCda, readCda, readCdaHeader } from '@mss/cda';
import { mutated, mutations } from './support/mutate.js';
import { readTestDocument, testDocumentNames } from './support/testdata.js';

const seed = 20260101;

const originals = testDocumentNames
  .map((name) => {
    const bytes = readTestDocument(name);
    const { traits } = readCda(bytes).value.header.patient;
    const identifying = [traits.ins?.value, ...traits.otherIds.map((one) => one.value), traits.birthName, traits.birthDate];
    return {
      text: new TextDecoder().decode(bytes),
      identifying: identifying.filter((one) => typeof one === 'string' && one.length >= 4) as string[],
    };
  })
  .filter(({ text }) => text.length < 20_000);

/** What a reader says about a document: its warnings, or its refusal. */
function told(work: () => readonly MssWarning[]): string {
  try {
    return JSON.stringify(work());
  } catch (error) {
    if (!isMssError(error)) throw error;
    expect(error.code).toMatch(/^ERR_MSS_(?:CDA|XML)_/);
    return `${error.message} ${JSON.stringify(error.details)}`;
  }
}

describe(`documents that nobody prepared (seed ${seed})`, () => {
  it('are read, or refused with a code, and nothing of the patient is told', () => {
    fc.assert(
      fc.property(fc.nat(originals.length - 1), mutations, (which, changes) => {
        const { text, identifying } = originals[which] ?? { text: '', identifying: [] };
        const bytes = new TextEncoder().encode(mutated(text, changes));
        let whole = false;
        const ofWhole = told(() => {
          const { value, warnings } = readCda(bytes);
          describeCda(value);
          whole = true;
          return warnings;
        });
        let header = false;
        const ofHeader = told(() => {
          const { warnings } = readCdaHeader(bytes);
          header = true;
          return warnings;
        });
        if (whole) expect(header).toBe(true);
        expect(identifying.filter((value) => `${ofWhole} ${ofHeader}`.includes(value))).toEqual([]);
      }),
      { seed, numRuns: 300 },
    );
  });
});
