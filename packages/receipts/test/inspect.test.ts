import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parseMime } from '@mss/formats/mime';
import { inspectReceipt, type Receipt } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../tooling/testdata/receipts/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -4));

interface Expected extends Partial<Receipt> {
  /** Codes that must be among the warnings. */
  readonly toleratedCodes?: readonly string[];
}

describe('receipts of many mail systems [3.6, RFC 3464, RFC 8098]', () => {
  it.each(names)('%s', (name) => {
    const receipt = inspectReceipt(parseMime(new Uint8Array(readFileSync(`${folder}${name}.eml`))).value);
    const { toleratedCodes = [], ...expected }: Expected = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));
    expect(receipt).toMatchObject(expected);
    expect(receipt.recipients.length).toBe(expected.recipients?.length ?? receipt.recipients.length);
    expect(receipt.tolerated.map((one) => one.code)).toEqual(expect.arrayContaining([...toleratedCodes]));
  });
  it('has every kind in its test data', () => {
    const kinds = names.map((name) => (JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Expected).kind);
    expect(new Set(kinds)).toEqual(new Set(['dsn', 'mdn', 'integration-failure', 'none']));
    expect(names.length).toBeGreaterThanOrEqual(35);
  });
  it('says nothing of the message in its warnings', () => {
    for (const name of names) {
      const { tolerated } = inspectReceipt(parseMime(new Uint8Array(readFileSync(`${folder}${name}.eml`))).value);
      expect(JSON.stringify(tolerated)).not.toMatch(/@|vial|\d{5}/i);
    }
  });
});
