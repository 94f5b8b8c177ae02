import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { describeCda, readCda } from '@mss/cda';
import { isValidMatricule } from '@mss/ins-address';
import { xsdAvailable, xsdNote } from './support/corpus.js';
import { clinicalDocument, missingValues } from './support/header-coverage.js';
import { readGolden, readTestDocument, testdataFolder, testDocumentNames } from './support/testdata.js';
import { validateCda } from './support/xsd.js';

describe('the project’s own documents', () => {
  it('are at least fourteen, of both levels', () => {
    const levels = testDocumentNames.map((name) => readGolden(name).level);
    expect(levels.length).toBeGreaterThanOrEqual(14);
    expect(new Set(levels)).toEqual(new Set([1, 3]));
  });

  it.each(testDocumentNames)('%s is described as its golden file says', (name) => {
    expect(describeCda(readCda(readTestDocument(name)).value)).toEqual(readGolden(name));
  });

  it.each(testDocumentNames)('%s: every value of the header is in the typed header [ECO.2.1.5]', (name) => {
    const bytes = readTestDocument(name);
    const { header } = readCda(bytes).value;
    expect(missingValues(clinicalDocument(bytes), header)).toEqual([]);
    expect(header.unmapped).toEqual([]);
  });

  it('have INS with a right key [3.4.2.1]', () => {
    const matricules = testDocumentNames.map((name) => readGolden(name).patient.matricule).filter((one) => one !== null);
    expect(matricules.length).toBeGreaterThan(10);
    expect(matricules.filter((one) => !isValidMatricule(one))).toEqual([]);
  });

  it.skipIf(!xsdAvailable)(
    `are valid against the CDA schema with the French extensions${xsdNote}`,
    async () => {
      const decoder = new TextDecoder();
      const texts = testDocumentNames.map((name) => {
        const text = decoder.decode(readTestDocument(name));
        // The schema is that of the ClinicalDocument inside an auto-presentable file.
        return [name, /<ClinicalDocument[\s\S]*<\/ClinicalDocument>/.exec(text)?.[0] ?? text] as const;
      });
      const messages = await validateCda(new Map(texts));
      expect(Object.entries(messages).filter(([, found]) => found.length > 0)).toEqual([]);
    },
    60_000,
  );

  it('are what the committed script makes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mss-cda-'));
    try {
      execFileSync(process.execPath, [fileURLToPath(new URL('../../../tooling/generate/test-cdas.mjs', import.meta.url)), folder], {
        stdio: 'pipe',
      });
      const made = readdirSync(folder).sort();
      const different = made.filter((name) => !readFileSync(join(folder, name)).equals(readFileSync(join(testdataFolder, name))));
      expect(made.length).toBe(testDocumentNames.length * 2);
      expect(different).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
