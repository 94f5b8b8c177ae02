import { createDocumentSet } from '@mss/cda';
import { equalBytes } from '@mss/core';
import { buildXdm, describeXdm, readXdm } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

import { compareMetadata, deriveAgain } from './compare-metadata.js';
import { corpusArchive, corpusAvailable, corpusNames, corpusNote } from './corpus.js';
import { exceptionFor, knownExceptions, surveyed, type KnownException } from './known-exceptions.js';

/** What the official archives need and the host would have to say otherwise. */
const expectedTolerances: readonly string[] = [
  'XDM_README_NOT_ASCII',
  'XML_LEADING_SPACE',
  'XDM_REGISTRY_OBJECT',
  'XDM_CLASSIFIED_OBJECT',
  'XDM_IDENTIFIER_NAME',
  'XDM_UUID_PREFIX',
  'XDM_INS_TEST_OID',
  'XDM_INS_KEY',
];

describe.skipIf(!corpusAvailable)(`the official archives of ANS${corpusNote}`, () => {
  it.each(corpusNames)('%s: patient, hash and size are right, and its CDA is packed again unchanged', (name) => {
    const { value, warnings } = readXdm(corpusArchive(name));
    expect(value.problems).toEqual([]);
    expect(value.patient?.ins?.value).toMatch(/^\d{15}$/);
    expect(value.patient?.birthName).not.toBeNull();
    expect(value.documents).toHaveLength(1);
    const [document] = value.documents;
    expect(document).toMatchObject({ hashOk: true, sizeOk: true, uri: 'DOC0001.XML' });
    expect(warnings.map((warning) => warning.code).filter((code) => !expectedTolerances.includes(code))).toEqual([]);
    expect(describeXdm(value).ok).toBe(true);

    const cda = document?.cda ?? null;
    if (cda === null) throw new Error('no CDA');
    expect(cda.header.patient.traits).toEqual({
      ...value.patient,
      ins: cda.header.patient.traits.ins,
      otherIds: cda.header.patient.traits.otherIds,
    });
    const built = buildXdm(createDocumentSet([cda]), { submissionTime: '20260301080000', unknownClass: 'omit' });
    const again = readXdm(built.bytes);
    expect(again.value.problems).toEqual([]);
    expect(equalBytes(again.value.documents[0]?.bytes ?? new Uint8Array(), cda.bytes)).toBe(true);
    expect(again.value.patient).toEqual(value.patient);
    expect(again.warnings.map((warning) => warning.code).filter((code) => !code.startsWith('XDM_INS_'))).toEqual([]);
  });

  describe('the metadata that we derive from their CDA equal their own, attribute by attribute', () => {
    const used = new Set<string>();
    const key = (exception: KnownException, archive: string): string => `${knownExceptions.indexOf(exception)} ${archive}`;

    it.each(corpusNames)('%s', (name) => {
      const { ans, ours } = deriveAgain(corpusArchive(name));
      const unexplained = compareMetadata(ans, ours).filter((difference) => {
        const exception = exceptionFor(name, difference);
        if (exception !== null) used.add(key(exception, name));
        const isKnownCause = knownExceptions.some((one) => one.attribute === difference.attribute && one.explains(difference));
        return exception === null && (surveyed.includes(name) || !isKnownCause);
      });
      expect(unexplained).toEqual([]);
    });

    it('and every row of the table of known exceptions still holds', () => {
      const stale = knownExceptions.flatMap((exception) =>
        (exception.archives === 'every archive' ? surveyed : exception.archives)
          .filter((archive) => corpusNames.includes(archive) && !used.has(key(exception, archive)))
          .map((archive) => `${archive}: ${exception.attribute}`),
      );
      expect(stale).toEqual([]);
    });
  });
});
