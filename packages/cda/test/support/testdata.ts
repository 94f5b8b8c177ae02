import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CdaDescription } from '@mss/cda';

/** The project's own documents. */
export const testdataFolder: string = fileURLToPath(new URL('../../../../tooling/testdata/cda', import.meta.url));

export const testDocumentNames: readonly string[] = readdirSync(testdataFolder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.slice(0, -4))
  .sort();

export const readTestDocument = (name: string): Uint8Array => new Uint8Array(readFileSync(join(testdataFolder, `${name}.xml`)));

export const readGolden = (name: string): CdaDescription => {
  const golden: CdaDescription = JSON.parse(readFileSync(join(testdataFolder, `${name}.json`), 'utf8'));
  return golden;
};

/** A test document with some of its text replaced; fails when there is nothing to replace. */
export function changed(name: string, ...replacements: readonly (readonly [from: string | RegExp, to: string])[]): Uint8Array {
  let text = readFileSync(join(testdataFolder, `${name}.xml`), 'utf8');
  for (const [from, to] of replacements) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`${name}.xml holds no ${String(from)}`);
    text = next;
  }
  return new TextEncoder().encode(text);
}
