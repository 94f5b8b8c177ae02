import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncError } from '../errors.js';

/** Writes a stream to a file of the work folder, so that it can be read twice. */
export async function spoolStream(
  stream: AsyncIterable<Uint8Array>,
  options: { readonly folder: string; readonly maxBytes: number; readonly signal?: AbortSignal },
): Promise<string> {
  const { folder, maxBytes, signal } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `spool-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of signal === undefined ? stream : untilAborted(stream, signal)) {
      size += chunk.length;
      if (size > maxBytes) {
        throw syncError('ERR_MSS_ANNUAIRE_TOO_LARGE', 'the source is over the limit textBytes', { details: { limit: 'textBytes' } });
      }
      await file.appendFile(chunk);
    }
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
  return path;
}

/** The same stream, but nobody waits for what it may never give. */
async function* untilAborted(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]();
  let stop = (_reason: Error): void => {};
  const onAbort = (): void => stop(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stop = reject;
        chunks.next().then(resolve, reject);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // A stream that hangs may hang here, too.
    void chunks.return?.()?.catch(() => {});
  }
}

/** Deletes what streams of a killed process left. Call it under the lock. */
export async function removeSpools(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.startsWith('spool-')) await rm(join(folder, name), { force: true });
}
