import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTempDirectory, runInChild } from '../src/index.js';

describe('runInChild', () => {
  it('imports packages from their sources and reports the peak of memory', async () => {
    const result = await runInChild(`import { parseOid } from '@mss/core'; console.log(parseOid(process.argv.at(-1)));`, {
      heapMb: 64,
      args: ['1.2.250'],
    });
    expect(result).toMatchObject({ exitCode: 0, signal: null, stdout: '1.2.250\n' });
    expect(result.peakBytes).toBeGreaterThan(10_000_000);
  });

  it('lets a process that keeps too much die', async () => {
    const result = await runInChild(`const kept = []; for (;;) kept.push({ n: kept.length, s: 'x' + kept.length });`, { heapMb: 32 });
    expect(result.exitCode).not.toBe(0);
  });
});

describe('createTempDirectory', () => {
  it('is gone when disposed of', async () => {
    let path;
    {
      await using folder = await createTempDirectory();
      path = join(folder.path, 'x');
      writeFileSync(path, 'x');
      expect(existsSync(path)).toBe(true);
    }
    expect(existsSync(path)).toBe(false);
  });
});
