import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import * as fc from 'fast-check';
import { createDocumentSet } from '@mss/cda';
import { isMssError } from '@mss/core';
import { readZip, writeZip } from '@mss/formats/zip';
import { describe, expect, it } from 'vitest';

import { mutated, mutations } from '../../cda/test/support/mutate.js';
import { buildXdm, describeXdm, ensureXdmOk, readXdm, type XdmReadOptions } from '../src/index.js';
import { sha1Hex } from '../src/sha1.js';

const seed = 20260101;
const folder = fileURLToPath(new URL('../../../tooling/testdata/xdm/success/', import.meta.url));

const originals = readdirSync(folder)
  .filter((name) => name.endsWith('.zip'))
  .map((name) => {
    const bytes = new Uint8Array(readFileSync(folder + name));
    const { patient } = readXdm(bytes).value;
    const identifying = [patient?.ins?.value, ...(patient?.otherIds.map((one) => one.value) ?? []), patient?.birthName, patient?.birthDate];
    return {
      bytes,
      files: readZip(bytes)
        .value.entries.filter((entry) => !entry.isDirectory)
        .map((entry) => ({ name: entry.name, bytes: entry.read() })),
      identifying: identifying.filter((one) => typeof one === 'string' && one.length >= 4) as string[],
    };
  });

/** Everything that is told about an archive; any error without a code of ours comes out. */
function told(bytes: Uint8Array, options: XdmReadOptions): string {
  const ofError = (error: unknown): string => {
    if (!isMssError(error)) throw error;
    expect(error.code).toMatch(/^ERR_MSS_(?:XDM|ZIP|XML|CDA)_/);
    return `${error.message} ${JSON.stringify(error.details)}`;
  };
  let text = '';
  try {
    const { value, warnings } = readXdm(bytes, options);
    describeXdm(value);
    text = JSON.stringify([warnings, value.problems, value.documents.map((document) => document.cdaWarnings)]);
    // Whatever was read as right is packed again as right.
    const cdas = ensureXdmOk(value).documents.flatMap((document) => document.cda ?? []);
    const [first, ...others] = cdas;
    if (first === undefined) return text;
    const built = buildXdm(createDocumentSet([first, ...others]), { submissionTime: '20260301081500', unknownClass: 'omit' });
    expect(readXdm(built.bytes).value.problems).toEqual([]);
    return text;
  } catch (error) {
    return `${text} ${ofError(error)}`;
  }
}

function expectNothingTold(which: number, bytes: Uint8Array, options: XdmReadOptions): void {
  const text = told(bytes, options);
  expect((originals[which]?.identifying ?? []).filter((value) => text.includes(value))).toEqual([]);
}

const readDocuments = fc.constantFrom<boolean | 'header'>(true, 'header', false);

describe(`archives that nobody prepared (seed ${seed}) are read, or refused with a code, and nothing of the patient is told`, () => {
  it('when METADATA.XML or a document is changed under right CRC, hash and size', () => {
    const modifiedAt = new Date('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(fc.nat(originals.length - 1), fc.boolean(), mutations, readDocuments, (which, ofMetadata, changes, mode) => {
        const files = originals[which]?.files.map((file) => ({ ...file })) ?? [];
        const metadata = files.find((file) => /METADATA/i.test(file.name));
        const document = files.find((file) => /DOC\d+\.XML/i.test(file.name));
        const target = ofMetadata || document === undefined ? metadata : document;
        if (target === undefined || metadata === undefined) return;
        const before = target.bytes;
        target.bytes = Buffer.from(mutated(Buffer.from(before).toString('utf8'), changes));
        if (target === document) {
          const text = Buffer.from(metadata.bytes).toString('utf8');
          metadata.bytes = Buffer.from(
            text.replace(sha1Hex(before), sha1Hex(target.bytes)).replace(`>${before.length}<`, `>${target.bytes.length}<`),
          );
        }
        let archive: Uint8Array;
        try {
          archive = writeZip(files, { modifiedAt });
        } catch {
          // A success archive whose names only a hostile writer makes.
          return;
        }
        expectNothingTold(which, archive, { readDocuments: mode });
      }),
      { seed, numRuns: 250 },
    );
  });

  it('when bytes of the container are changed, cut out or put in', () => {
    const change = fc.record({ back: fc.boolean(), at: fc.nat(6000), cut: fc.nat(8), put: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(fc.nat(originals.length - 1), fc.array(change, { minLength: 1, maxLength: 4 }), readDocuments, (which, changes, mode) => {
        let bytes = originals[which]?.bytes ?? new Uint8Array();
        for (const { back, at, cut, put } of changes) {
          const start = back ? Math.max(0, bytes.length - 1 - (at % 900)) : at % bytes.length;
          bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + cut)]));
        }
        expectNothingTold(which, bytes, { readDocuments: mode });
      }),
      { seed, numRuns: 300 },
    );
  });
});
