import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMssError } from '@mss/core';

import { buildCda, comparePatients, readCda, type CdaSection, type NarrativeNode } from '@mss/cda';
import { leastDraft, oid } from './support/draft.js';
import { minimal, section, structured } from './support/minimal.js';
import { readTestDocument, testDocumentNames } from './support/testdata.js';

const seed = 20260101;

/** A word as a name holds it: letters, accents, inner hyphens and apostrophes. */
const word = fc.stringMatching(/^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þa-zà-öø-ÿ]{0,10}(?:[-'’][A-Za-zÀ-ÿ]{1,8})?$/);
const traits = fc.record({
  birthName: word,
  usualName: fc.option(word),
  givenNames: fc.uniqueArray(word, {
    minLength: 1,
    maxLength: 4,
    selector: (one) =>
      one
        .normalize('NFKD')
        .replaceAll(/[^A-Za-z]/g, '')
        .toUpperCase(),
  }),
  usualGivenName: fc.option(word),
  birthDate: fc.stringMatching(/^(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?$/),
  sex: fc.constantFrom('M' as const, 'F' as const),
});

/** Text that XML can hold and that white space does not frame. */
const phrase = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => text.trim() === text && text !== '' && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text));

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(']]>', ']]&gt;');

describe(`properties (seed ${seed})`, () => {
  it('traits that are written come back the same, whatever the names', () => {
    fc.assert(
      fc.property(traits, (some) => {
        const patient = { traits: { ...some, ins: null, otherIds: [{ value: '7', oid: oid('1.2.9') }], birthPlaceCode: null } };
        const { header } = buildCda({ ...leastDraft, patient });
        expect(header.patient.traits).toEqual(patient.traits);
        expect(comparePatients(header.patient.traits, patient.traits)).toBe(patient.traits.birthDate === null ? 'different' : 'same');
      }),
      { seed, numRuns: 150 },
    );
  });

  it('comparing does not depend on the order, and a patient is the same as itself', () => {
    const identity = fc.record({
      ins: fc.option(fc.constantFrom('258038708599044', '149072A00499114').map((value) => ({ value, oid: oid('1.2.250.1.213.1.4.8') }))),
      birthName: fc.option(fc.constantFrom('A', 'B')),
      usualName: fc.option(fc.constantFrom('A', 'C')),
      givenNames: fc.constantFrom([], ['X'], ['Y', 'X']),
      usualGivenName: fc.option(fc.constantFrom('X', 'Z')),
      birthDate: fc.option(fc.constantFrom('1958', '19580312')),
      sex: fc.option(fc.constantFrom('M' as const, 'F' as const, 'U' as const)),
    });
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        const whole = (one: typeof a) => ({ ...one, otherIds: [], birthPlaceCode: null });
        expect(comparePatients(whole(a), whole(b))).toBe(comparePatients(whole(b), whole(a)));
        if (a.ins !== null) expect(comparePatients(whole(a), whole(a))).toBe('same');
        if (a.ins !== null && b.ins !== null && a.ins.value !== b.ins.value) expect(comparePatients(whole(a), whole(b))).toBe('different');
      }),
      { seed, numRuns: 500 },
    );
  });

  it('no text of a narrative tree is lost, added or reordered', () => {
    const { tree } = fc.letrec<{ tree: string; node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        phrase.map(escaped),
        fc
          .tuple(fc.constantFrom('content', 'paragraph', 'td', 'sup', 'autre'), tie('tree'))
          .map(([name, inner]) => `<${name}>${inner}</${name}>`),
      ),
      tree: fc.array(tie('node'), { maxLength: 5 }).map((nodes) => nodes.join('')),
    }));
    const textOf = (nodes: readonly NarrativeNode[]): string =>
      nodes.map((one) => (one.kind === 'text' ? one.value : textOf(one.children))).join('');
    fc.assert(
      fc.property(tree, (markup) => {
        const { body } = readCda(minimal({ body: structured(section(markup)) })).value;
        const [first] = body.kind === 'structured' ? body.sections : ([] as CdaSection[]);
        const wanted = markup
          .replaceAll(/<[^>]*>/g, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&');
        expect(textOf(first?.text ?? [])).toBe(wanted);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('whatever is changed in a document, it is read or refused with a code', () => {
    const originals = testDocumentNames.map(readTestDocument).filter((one) => one.length < 15_000);
    const change = fc.record({
      which: fc.nat(originals.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(200),
      insert: fc.oneof(
        fc.constantFrom('<x>', '</id>', '<id/>', '"', '&', '<recordTarget>', '<!--', ']]>', '\u0000', ' nullFlavor="NA"'),
        fc.string({ maxLength: 10 }),
      ),
    });
    fc.assert(
      fc.property(change, ({ which, at, cut, insert }) => {
        const bytes = originals[which] ?? new Uint8Array();
        const start = Math.floor(at * bytes.length);
        const changed = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + cut)]);
        try {
          expect([1, 3]).toContain(readCda(changed).value.level);
        } catch (error) {
          if (!isMssError(error)) throw error;
          expect(error.code).toMatch(/^ERR_MSS_(?:CDA|XML)_/);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});
