import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBareNewline } from '../src/mime/index.js';

const settings = { seed: 20260101, numRuns: 1000 };
const bytesOf = (text: string, offset: number): Uint8Array =>
  new Uint8Array(Buffer.from('#'.repeat(offset) + text, 'latin1')).subarray(offset);
const firstBare = (text: string): number => /(?<!\r)\n|\r(?!\n)/.exec(text)?.index ?? -1;

describe('the search for a bare newline [RFC 5322 §2.3]', () => {
  it('finds the first one, as a search byte by byte does, among few bytes that are not', () => {
    const text = fc.array(fc.constantFrom('\r', '\n', '.', 'a', '\x0e', '\x8d'), { maxLength: 60 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.nat(7), (given, offset) => {
        expect(findBareNewline(bytesOf(given, offset))).toBe(firstBare(given));
      }),
      settings,
    );
  });

  it('finds it far inside whole lines, at any alignment', () => {
    const line = fc.integer({ min: 0, max: 80 }).map((length) => `${'a'.repeat(length)}\r\n`);
    const lines = fc.array(line, { maxLength: 12 }).map((all) => all.join(''));
    const piece = fc.constantFrom('', '\r', '\n', '\n\r', '\r\r\n', '\x0d\x8a', '\x0b\x0c\x00', 'é');
    fc.assert(
      fc.property(lines, piece, lines, fc.nat(7), (before, between, after, offset) => {
        const given = before + between + after;
        expect(findBareNewline(bytesOf(given, offset))).toBe(firstBare(given));
      }),
      settings,
    );
  });
});
