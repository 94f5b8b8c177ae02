import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own, gone with everything in it when disposed of. */
export interface TempDirectory {
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `await using folder = await createTempDirectory()` */
export async function createTempDirectory(): Promise<TempDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'mss-test-'));
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
