import { readZip, writeZip, writeZipStream } from '@mss/formats/zip';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, seed, testFile, testFiles } from './support.js';

const segment = fc.stringMatching(/^[A-Za-z0-9é_ ()'-]{1,12}$/u);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const entries = fc.uniqueArray(fc.record({ name: path, bytes: fc.uint8Array({ maxLength: 2000 }), stored: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
  selector: ({ name }) => name.toLowerCase(),
});
const modifiedAt = fc.date({ min: new Date('1980-01-01T00:00:00Z'), max: new Date('2107-12-31T23:59:58Z'), noInvalidDate: true });

describe(`archives, seed ${seed}`, () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(entries, modifiedAt, (drafts, at) => {
        const { value, warnings } = readZip(writeZip(drafts, { modifiedAt: at }));
        expect(warnings).toEqual([]);
        expect(value.entries.map((entry) => [entry.name, Buffer.from(entry.read()).toString('hex')])).toEqual(
          drafts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('hex')]),
        );
        const even = new Date(Math.floor(at.getTime() / 2000) * 2000);
        expect(value.entries[0]?.modifiedAt).toBe(even.toISOString().slice(0, 19));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('come back as they were streamed', async () => {
    await fc.assert(
      fc.asyncProperty(entries, modifiedAt, async (drafts, at) => {
        const parts: Uint8Array[] = [];
        const contents = drafts.map(({ name, bytes, stored }) => ({
          name,
          stored,
          content: (async function* content(): AsyncGenerator<Uint8Array> {
            for (let from = 0; from < bytes.length; from += 700) yield bytes.subarray(from, from + 700);
          })(),
        }));
        for await (const chunk of writeZipStream(contents, { modifiedAt: at })) parts.push(chunk);
        const { value, warnings } = readZip(Buffer.concat(parts));
        expect(warnings).toEqual([]);
        expect(value.entries.map((entry) => Buffer.from(entry.read()).toString('hex'))).toEqual(
          drafts.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
        );
      }),
      { seed, numRuns: 60 },
    );
  });

  it('damaged anywhere, are read or refused with a code, and never give other content in silence', () => {
    const originals = testFiles('zip')
      .filter((name) => name.startsWith('OK.none'))
      .map((name) => testFile(`zip/${name}`));
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (original, changes) => {
          const damaged = original.slice();
          for (const [at, value] of changes) damaged[at % damaged.length] = value;
          const code = codeOf(() => {
            for (const entry of readZip(damaged).value.entries)
              expect(['content', '']).toContain(Buffer.from(entry.read()).toString('latin1'));
          });
          expect(code).toMatch(/^(none|ERR_MSS_ZIP_[A-Z0-9_]+)$/);
        },
      ),
      { seed, numRuns: 3000 },
    );
  });
});
