import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bytesAsZipSource,
  fileAsZipSource,
  readZip,
  readZipEntryStream,
  readZipSource,
  writeZip,
  writeZipStream,
  type ZipSource,
  type ZipSourceEntry,
} from '@mss/formats/zip';
import { createTempDirectory } from '@mss/testkit';
import { describe, expect, it } from 'vitest';
import { codeOfAsync, utf8 } from './support.js';

const modifiedAt = new Date('2026-01-02T03:04:06Z');

async function* once(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Numbers that deflate finds hard, so that entries stay large. */
const noise = (length: number): Uint8Array => new Uint8Array(length).map((_value, at) => Math.imul(at + 1, 2654435761) >>> 23);

const entryOf = async (source: ZipSource): Promise<ZipSourceEntry> => {
  const { value } = await readZipSource(source, { limits: { entryBytes: 2 ** 30, archiveInflatedBytes: 2 ** 30 } });
  const [entry] = value.entries;
  if (entry === undefined) throw new Error('no entry');
  return entry;
};

describe('readZipSource', () => {
  const large = noise(3_000_000);
  const archive = writeZip([{ name: 'large.txt', bytes: large }], { modifiedAt });

  it('streams an entry out of an open file', async () => {
    await using folder = await createTempDirectory();
    const path = join(folder.path, 'a.zip');
    await writeFile(path, archive);
    const file = await open(path);
    try {
      const entry = await entryOf(await fileAsZipSource(file));
      expect(Buffer.compare(await collect(readZipEntryStream(entry)), large)).toBe(0);
    } finally {
      await file.close();
    }
  });

  it('asks for the end, the directory and the headers, never for the whole', async () => {
    const asked: number[] = [];
    const whole = bytesAsZipSource(archive);
    await entryOf({ size: whole.size, read: (offset, length) => (asked.push(length), whole.read(offset, length)) });
    expect(Math.max(...asked)).toBeLessThanOrEqual(128 * 1024);
  });

  it('stops asking when its consumer stops', async () => {
    let asked = 0;
    const whole = bytesAsZipSource(archive);
    const entry = await entryOf({ size: whole.size, read: (offset, length) => ((asked += 1), whole.read(offset, length)) });
    const before = asked;
    for await (const chunk of readZipEntryStream(entry)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(asked - before).toBeLessThan(6);
  });

  it('ends with the reason of an aborted signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const entry = await entryOf(bytesAsZipSource(archive));
    const reading = (async (): Promise<void> => {
      for await (const chunk of readZipEntryStream(entry, { signal: controller.signal })) if (chunk.length > 0) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });

  it('refuses a source that ends inside an entry', async () => {
    const entry = await entryOf({
      size: archive.length,
      read: (offset, length) => Promise.resolve(offset === 39 ? new Uint8Array() : archive.subarray(offset, offset + length)),
    });
    expect(await codeOfAsync(() => collect(readZipEntryStream(entry)))).toBe('ERR_MSS_ZIP_TRUNCATED');
  });

  it('passes on the error of the source', async () => {
    const failure = new Error('the disk is gone');
    const entry = await entryOf({
      size: archive.length,
      read: (offset, length) => (offset === 39 ? Promise.reject(failure) : Promise.resolve(archive.subarray(offset, offset + length))),
    });
    await expect(collect(readZipEntryStream(entry))).rejects.toBe(failure);
  });
});

describe('writeZipStream', () => {
  it('writes an archive that readZip reads without warning', async () => {
    const bytes = await collect(
      writeZipStream(
        [
          { name: 'f/', content: once() },
          { name: 'f/é.txt', content: once(utf8('one '), utf8('two')) },
          { name: 'f/stored', content: once(utf8('three')), stored: true },
          { name: 'f/large', content: once(noise(1_000_000)) },
          { name: 'f/empty', content: once() },
        ],
        { modifiedAt },
      ),
    );
    const { value, warnings } = readZip(bytes);
    expect(warnings).toEqual([]);
    expect(value.entries.map(({ name, size }) => [name, size])).toEqual([
      ['f/', 0],
      ['f/é.txt', 7],
      ['f/stored', 5],
      ['f/large', 1_000_000],
      ['f/empty', 0],
    ]);
    expect(Buffer.from(value.entries[1]?.read() ?? []).toString()).toBe('one two');
    expect(Buffer.compare(value.entries[3]?.read() ?? new Uint8Array(), noise(1_000_000))).toBe(0);
  });

  it('refuses what writeZip refuses, and passes on the error of a content', async () => {
    expect(await codeOfAsync(() => collect(writeZipStream([], { modifiedAt })))).toBe('ERR_MSS_ZIP_WRITE');
    expect(await codeOfAsync(() => collect(writeZipStream([{ name: '../a', content: once() }], { modifiedAt })))).toBe('ERR_MSS_ZIP_WRITE');
    expect(await codeOfAsync(() => collect(writeZipStream([{ name: 'a/', content: once(utf8('x')) }], { modifiedAt })))).toBe(
      'ERR_MSS_ZIP_WRITE',
    );
    const failure = new Error('the content is gone');
    const failing = (async function* content(): AsyncGenerator<Uint8Array> {
      yield utf8('x');
      throw failure;
    })();
    await expect(collect(writeZipStream([{ name: 'a', content: failing }], { modifiedAt }))).rejects.toBe(failure);
  });
});
