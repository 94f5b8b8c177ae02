/** Each requirement of the profiles has a conformance test file of its own, and no file tests a requirement that does not exist. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { getProfile, profileIds } from '@mss/core';
import { describe, expect, it } from 'vitest';

const files = readdirSync(fileURLToPath(new URL('./eco', import.meta.url)))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.replace(/\.test\.ts$/, ''));
const known = new Set(profileIds.flatMap((id) => getProfile(id).requirements.map((requirement) => requirement.id)));

describe('conformance tests', () => {
  it.each([...known].sort())('%s has a file', (id) => {
    expect(files).toContain(id);
  });
  it('exist only for known requirements', () => {
    expect(files.filter((id) => !known.has(id))).toEqual([]);
  });
});
