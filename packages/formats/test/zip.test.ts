import { spawnSync } from 'node:child_process';
import { isMssError } from '@mss/core';
import { bytesAsZipSource, readZip, readZipEntryStream, readZipSource, writeZip, type ZipEntryDraft } from '@mss/formats/zip';
import { describe, expect, it } from 'vitest';
import { codeOf, codeOfAsync, latin1, testFile, testFiles, utf8 } from './support.js';

const modifiedAt = new Date('2026-01-02T03:04:07Z');
const content = 'content';

/** Opens an archive and reads every entry. */
const readAll = (bytes: Uint8Array): string[] => readZip(bytes).value.entries.map((entry) => latin1(entry.read()));

async function streamAll(bytes: Uint8Array): Promise<string[]> {
  const { value } = await readZipSource(bytesAsZipSource(bytes));
  const contents: string[] = [];
  for (const entry of value.entries) {
    let text = '';
    for await (const chunk of readZipEntryStream(entry)) text += latin1(chunk);
    contents.push(text);
  }
  return contents;
}

const nameOf = (file: string): string => readZip(testFile(`zip/${file}`)).value.entries[0]?.name ?? '';

const run = (script: string, input: Uint8Array): Buffer => {
  const { stdout, stderr } = spawnSync('python3', ['-c', `import sys, io, json, zipfile\n${script}`], { input });
  expect(stderr.toString()).toBe('');
  return stdout;
};

describe('archives that are not to be trusted [xdm-cda §7]', () => {
  const hostile = testFiles('zip').filter((name) => name.startsWith('ERR_'));

  it('there are some for every code', () => {
    expect(hostile.length).toBeGreaterThan(50);
  });

  it.each(hostile)('%s', async (name) => {
    const bytes = testFile(`zip/${name}`);
    expect(codeOf(() => readAll(bytes))).toBe(name.split('.')[0]);
    expect(await codeOfAsync(() => streamAll(bytes))).toBe(name.split('.')[0]);
  });

  it('says nothing of names in errors', () => {
    for (const name of hostile) {
      try {
        readAll(testFile(`zip/${name}`));
      } catch (error) {
        if (!isMssError(error)) throw error;
        expect(JSON.stringify([error.message, error.details])).not.toMatch(/IHE_XDM|passwd|A\.XML/i);
      }
    }
  });

  it('stops inflating at the declared size, so that a lie of 8 MiB costs 100 bytes', () => {
    const [entry] = readZip(testFile('zip/ERR_MSS_ZIP_SIZE.declared-too-small.zip')).value.entries;
    expect(entry?.size).toBe(100);
    expect(codeOf(() => entry?.read())).toBe('ERR_MSS_ZIP_SIZE');
  });
});

describe('archives that real senders make', () => {
  const tolerated = testFiles('zip').filter((name) => name.startsWith('OK.'));

  it.each(tolerated)('%s', async (name) => {
    const bytes = testFile(`zip/${name}`);
    const { value, warnings } = readZip(bytes);
    const expected = name.split('.')[1];
    expect(warnings.map(({ code }) => code)).toEqual(expected === 'none' ? [] : [expected]);
    for (const entry of value.entries) expect([content, '']).toContain(latin1(entry.read()));
    expect(await streamAll(bytes)).toEqual(readAll(bytes));
  });

  it('reads names in their encoding', () => {
    expect(nameOf('OK.none.utf8-name.zip')).toBe('IHE_XDM/Compte rendu é.pdf');
    expect(nameOf('OK.none.unicode-path-field.zip')).toBe('é.p');
    expect(nameOf('OK.ZIP_NAME_UTF8_UNFLAGGED.macos.zip')).toBe('IHE_XDM/é.pdf');
    expect(nameOf('OK.ZIP_NAME_CP437.dos.zip')).toBe('é.pdf');
    expect(nameOf('OK.ZIP_NAME_BACKSLASH.windows.zip')).toBe('IHE_XDM/SUBSET01/A.XML');
    expect(nameOf('OK.ZIP_NAME_NORMALISED.dot.zip')).toBe('IHE_XDM/A.XML');
  });

  it('keeps the comment and the MS-DOS time', () => {
    const { value } = readZip(testFile('zip/OK.none.comment.zip'));
    expect(value.comment).toBe('a comment');
    expect(value.entries[0]?.modifiedAt).toBe('2026-01-02T03:17:06');
  });
});

describe('limits', () => {
  const archive = writeZip(
    Array.from({ length: 5 }, (_, index) => ({
      name: `f/${index}`,
      bytes: new Uint8Array(100_000).map((_value, at) => (at * 7919) % 251),
    })),
    { modifiedAt },
  );
  const refusal = (limits: Parameters<typeof readZip>[1]): unknown => {
    try {
      readZip(archive, limits);
    } catch (error) {
      return isMssError(error) ? [error.code, error.details['limit']] : error;
    }
    return 'none';
  };

  it.each([
    ['archiveBytes', 1000, 'ERR_MSS_ZIP_TOO_LARGE'],
    ['archiveEntries', 4, 'ERR_MSS_ZIP_TOO_MANY_ENTRIES'],
    ['entryBytes', 99_999, 'ERR_MSS_ZIP_TOO_LARGE'],
    ['archiveInflatedBytes', 499_999, 'ERR_MSS_ZIP_TOO_LARGE'],
    ['compressionRatio', 2, 'ERR_MSS_ZIP_RATIO'],
  ])('%s at %d', (limit, max, code) => {
    expect(refusal({ limits: { [limit]: max } })).toEqual([code, limit]);
    expect(refusal({})).toBe('none');
  });

  it('entryNameBytes and entryDepth', () => {
    expect(codeOf(() => readZip(archive, { limits: { entryNameBytes: 2 } }))).toBe('ERR_MSS_ZIP_UNSAFE_NAME');
    const deep = writeZip([{ name: 'a/b/c', bytes: utf8('x') }], { modifiedAt });
    expect(codeOf(() => readZip(deep, { limits: { entryDepth: 1 } }))).toBe('ERR_MSS_ZIP_UNSAFE_NAME');
    expect(codeOf(() => readZip(deep, { limits: { entryDepth: 2 } }))).toBe('none');
  });

  it('counts a small page of spaces as no bomb', () => {
    const spaces = writeZip([{ name: 'README.TXT', bytes: utf8(' '.repeat(60_000)) }], { modifiedAt });
    expect(readAll(spaces)[0]).toHaveLength(60_000);
  });
});

describe('writeZip', () => {
  const entries: ZipEntryDraft[] = [
    { name: 'IHE_XDM/', bytes: new Uint8Array() },
    { name: 'IHE_XDM/DOC.XML', bytes: utf8('<a/>'.repeat(1000)) },
    { name: 'IHE_XDM/é.txt', bytes: utf8('x'), stored: true },
  ];

  it('writes what readZip gives back', () => {
    const { value, warnings } = readZip(writeZip(entries, { modifiedAt }));
    expect(warnings).toEqual([]);
    expect(value.entries.map(({ name, size, isDirectory, modifiedAt: at }) => ({ name, size, isDirectory, at }))).toEqual([
      { name: 'IHE_XDM/', size: 0, isDirectory: true, at: '2026-01-02T03:04:06' },
      { name: 'IHE_XDM/DOC.XML', size: 4000, isDirectory: false, at: '2026-01-02T03:04:06' },
      { name: 'IHE_XDM/é.txt', size: 1, isDirectory: false, at: '2026-01-02T03:04:06' },
    ]);
    expect(value.entries.map((entry) => latin1(entry.read()))).toEqual(['', '<a/>'.repeat(1000), 'x']);
  });

  it('gives the same bytes for the same input', () => {
    expect(writeZip(entries, { modifiedAt })).toEqual(writeZip(entries, { modifiedAt: new Date(modifiedAt) }));
  });

  it('sets the UTF-8 flag only on names that need it, and writes no extra field', () => {
    const bytes = Buffer.from(
      writeZip(
        [
          { name: 'a', bytes: utf8('x') },
          { name: 'é', bytes: utf8('x') },
        ],
        { modifiedAt },
      ),
    );
    const central = [bytes.indexOf('PK\u0001\u0002', 0, 'latin1'), bytes.lastIndexOf('PK\u0001\u0002', -1, 'latin1')];
    expect(central.map((at) => bytes.readUInt16LE(at + 8))).toEqual([0, 0x800]);
    expect(central.map((at) => bytes.readUInt16LE(at + 30))).toEqual([0, 0]);
  });

  it('compresses what gets smaller and stores the rest', () => {
    const random = new Uint8Array(500).map((_value, at) => Math.imul(at + 1, 2654435761) >>> 24);
    const { value } = readZip(
      writeZip(
        [
          { name: 'a', bytes: random },
          { name: 'b', bytes: utf8('b'.repeat(500)) },
        ],
        { modifiedAt },
      ),
    );
    expect(value.entries[0]?.compressedSize).toBe(500);
    expect(value.entries[1]?.compressedSize).toBeLessThan(20);
  });

  it.each<[string, ZipEntryDraft[]]>([
    ['nothing', []],
    ['an absolute name', [{ name: '/a', bytes: utf8('') }]],
    ['a climbing name', [{ name: 'a/../b', bytes: utf8('') }]],
    ['a backslash', [{ name: 'a\\b', bytes: utf8('') }]],
    ['a "." folder', [{ name: './a', bytes: utf8('') }]],
    ['a lone surrogate', [{ name: '\ud800', bytes: utf8('') }]],
    [
      'two equal names',
      [
        { name: 'a', bytes: utf8('') },
        { name: 'A', bytes: utf8('') },
      ],
    ],
    ['a folder with content', [{ name: 'a/', bytes: utf8('x') }]],
    ['a name of 256 bytes', [{ name: 'x'.repeat(256), bytes: utf8('') }]],
  ])('refuses %s', (_what, drafts) => {
    expect(codeOf(() => writeZip(drafts, { modifiedAt }))).toBe('ERR_MSS_ZIP_WRITE');
  });

  it('refuses a date that MS-DOS time cannot hold', () => {
    expect(codeOf(() => writeZip(entries, { modifiedAt: new Date('1979-12-31T23:59:59Z') }))).toBe('ERR_MSS_ZIP_WRITE');
    expect(codeOf(() => writeZip(entries, { modifiedAt: new Date(Number.NaN) }))).toBe('ERR_MSS_ZIP_WRITE');
  });
});

describe('the same in python', () => {
  const python = spawnSync('python3', ['-c', 'import zipfile']);
  it.skipIf(python.status !== 0)('zipfile reads what writeZip writes', () => {
    const archive = writeZip(
      [
        { name: 'IHE_XDM/', bytes: new Uint8Array() },
        { name: 'IHE_XDM/é.xml', bytes: utf8('<a/>'.repeat(500)) },
        { name: 'stored', bytes: utf8('x'), stored: true },
      ],
      { modifiedAt },
    );
    const out = run(
      'z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\nprint(json.dumps([z.testzip(), [[i.filename, i.file_size, i.is_dir(), list(i.date_time)] for i in z.infolist()]]))',
      archive,
    );
    const at = [2026, 1, 2, 3, 4, 6];
    expect(JSON.parse(out.toString())).toEqual([
      null,
      [
        ['IHE_XDM/', 0, true, at],
        ['IHE_XDM/é.xml', 2000, false, at],
        ['stored', 1, false, at],
      ],
    ]);
  });

  it.skipIf(python.status !== 0)('readZip reads what zipfile writes, streamed and with ZIP64 fields', () => {
    const out = run(
      `class Pipe(io.RawIOBase):
  def writable(self): return True
  def write(self, data): sys.stdout.buffer.write(data); return len(data)
with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z:
  z.writestr('dir/', '')
  with z.open('dir/\u00e9.txt', 'w', force_zip64=True) as f: f.write(b'content' * 100)
  z.writestr(zipfile.ZipInfo('stored'), 'x')`,
      new Uint8Array(),
    );
    const { value, warnings } = readZip(out);
    expect(warnings).toEqual([]);
    expect(value.entries.map((entry) => [entry.name, latin1(entry.read())])).toEqual([
      ['dir/', ''],
      ['dir/é.txt', 'content'.repeat(100)],
      ['stored', 'x'],
    ]);
  });
});
