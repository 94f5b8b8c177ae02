import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMssError } from '@mss/core';

/** The seed of every property test, printed in their names. */
export const seed = 20260101;

/** Text as UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One character per byte. */
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** One byte per character. */
export const fromLatin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** The code of the error that a piece of work throws, `none` when it does not. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return isMssError(error) ? error.code : String(error);
  }
  return 'none';
}

/** The same for asynchronous work. */
export async function codeOfAsync(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return isMssError(error) ? error.code : String(error);
  }
  return 'none';
}

const testdata = new URL('../../../tooling/testdata/formats/', import.meta.url);

/** The names of the files of a folder of test data, in order. */
export function testFiles(folder: string): string[] {
  return readdirSync(fileURLToPath(new URL(`${folder}/`, testdata))).toSorted();
}

/** The bytes of a file of test data. */
export function testFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(path, testdata))));
}

/** The lines of a text file of test data, without empty ones and comments (`# `). */
export function testLines(path: string): string[] {
  return Buffer.from(testFile(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));
}
