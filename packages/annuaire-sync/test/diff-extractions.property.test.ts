import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { diffExtractions } from '../src/index.js';
import { collect, createSample } from './sample-directory.js';

const [header = '', ...lines] = generateExtraction({ lines: 8, seed: 3 });
/** Few lines, several of one key: repeated, changed and exchanged ones are the rule. */
const pool = lines.flatMap((line) => ['A', 'B', 'C'].map((name) => line.split('|').with(18, name).join('|')));

it('the differences of two files turn the lines of one into those of the other, whatever stands there twice (property)', async () => {
  await using sample = await createSample();
  const line = fc.record({ text: fc.constantFrom(...pool), end: fc.constantFrom('', '', '', '\r') });
  const file = fc.array(line, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(file, file, async (before, after) => {
      const write = (name: string, of: typeof before): string => sample.file(name, [header, ...of.map(({ text, end }) => `${text}${end}`)]);
      const paths = { before: write('before.txt', before), after: write('after.txt', after) };
      const changes = await collect(diffExtractions({ ...paths, workFolder: sample.folder }));
      const left = new Set(before.map(({ text }) => text));
      const text = (fields: Readonly<Record<string, string>>): string => Object.values(fields).join('|');
      for (const change of changes) if (change.before !== null) expect(left.delete(text(change.before))).toBe(true);
      for (const change of changes) if (change.after !== null) left.add(text(change.after));
      expect([...left].sort()).toEqual([...new Set(after.map((one) => one.text))].sort());
    }),
    { seed: 20260101, numRuns: 40 },
  );
});
