import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { isMssError } from '@mss/core';
import { describe, expect, it } from 'vitest';

import { ensureXdmOk, readXdm } from '../src/index.js';

const folder = fileURLToPath(new URL('../../../tooling/testdata/xdm/', import.meta.url));
const archivesIn = (name: string): { readonly file: string; readonly code: string }[] =>
  readdirSync(`${folder}${name}`)
    .filter((file) => file.endsWith('.zip'))
    .map((file) => ({ file: `${name}/${file}`, code: file.replace(/(?:--.*)?\.zip$/, '') }));
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(folder + file));

/** Names, matricules and dates of the people in the test archives. */
const identifying = /duvernois|mareuil|camille|grangeval|basile|coralie|duvernay|284027512345|179036912304|8800412|1984022|19790317/i;

describe('archives that real senders write, and odd ones (XDM §7.2)', () => {
  const archives = archivesIn('success');

  it('are at least forty', () => {
    expect(archives.length).toBeGreaterThanOrEqual(40);
  });

  it.each(archives)('$file is read, and what was tolerated is reported', ({ file, code }) => {
    const { value, warnings } = readXdm(read(file));
    expect(value.problems).toEqual([]);
    expect(value.ok).toBe(true);
    expect(value.patient).not.toBeNull();
    expect(value.documents.length).toBeGreaterThan(0);
    for (const document of value.documents) {
      expect(document.hashOk ?? true).toBe(true);
      expect(document.sizeOk ?? true).toBe(true);
      expect(document.bytes).not.toBeNull();
    }
    const codes = new Set([...warnings, ...value.documents.flatMap((document) => document.cdaWarnings)].map((warning) => warning.code));
    if (code === 'OK') expect([...codes].filter((one) => one !== 'XDM_INS_TEST_OID' && one !== 'CDA_INS_TEST_OID')).toEqual([]);
    else expect([...codes]).toContain(code);
    expect(value.tolerated).toEqual(warnings);
    expect(identifying.test(JSON.stringify(warnings))).toBe(false);
  });
});

describe('archives that must not be filed (XDM §7)', () => {
  const archives = archivesIn('failure');

  it('are at least forty', () => {
    expect(archives.length).toBeGreaterThanOrEqual(40);
  });

  it.each(archives)('$file is refused with its code, and nothing of a patient is in the refusal', ({ file, code }) => {
    let error: unknown;
    try {
      const { value } = readXdm(read(file));
      expect(value.ok).toBe(false);
      expect(value.problems.map((problem) => problem.code)).toContain(code);
      expect(identifying.test(JSON.stringify(value.problems))).toBe(false);
      ensureXdmOk(value);
    } catch (thrown) {
      error = thrown;
    }
    if (!isMssError(error)) throw error;
    expect(error.code).toBe(code);
    expect(identifying.test(`${error.message} ${JSON.stringify(error.details)}`)).toBe(false);
  });
});
