// node tooling/docs/conformance.mjs [--check]: docs/CONFORMANCE.md from the profiles and the conformance tests.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { getProfile, profileIds } from '@mss/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const words = { shall: 'doit (shall)', should: 'devrait (should)', may: 'peut (may)' };
const lines = [
  '# Conformance',
  '',
  'Generated from the profiles of `@mss/core` and the tests in `tooling/conformance/eco` (`npm run docs`). One test file per requirement; `npm test` runs them all.',
];
for (const id of profileIds) {
  const profile = getProfile(id);
  lines.push(
    '',
    `## Profile \`${id}\``,
    '',
    profile.document,
    '',
    '| requirement | § | level | what it asks | package | tests |',
    '|---|---|---|---|---|---|',
  );
  for (const one of profile.requirements) {
    const file = `tooling/conformance/eco/${one.id}.test.ts`;
    const tests = existsSync(join(root, file))
      ? (readFileSync(join(root, file), 'utf8').match(/\b(?:it|test)(?:\.each\([\s\S]*?\))?\(/g) ?? []).length
      : 0;
    lines.push(`| ${one.id} | ${one.section} | ${words[one.level]} | ${one.title} | \`${one.owner}\` | [${tests}](../${file}) |`);
  }
}
lines.push('');
const text = lines.join('\n');
const target = join(root, 'docs', 'CONFORMANCE.md');
if (process.argv.includes('--check')) {
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    process.stderr.write('docs/CONFORMANCE.md is out of date: run `npm run docs`\n');
    process.exit(1);
  }
} else writeFileSync(target, text);
