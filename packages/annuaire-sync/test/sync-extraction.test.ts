import { readdirSync } from 'node:fs';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMssError } from '@mss/core';
import { bytesAsZipSource, readZipSource, writeZip } from '@mss/formats/zip';
import { describe, expect, it } from 'vitest';
import { generateExtraction, mailboxHeader } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, syncExtraction, type SyncResult } from '../src/index.js';
import { collect, createSample, syncHere, type Sample } from './sample-directory.js';

const day = { lines: 400, seed: 1 };
const counts = ({ rows, rejected, added, changed, removed, unchanged }: SyncResult): object => ({
  rows,
  rejected,
  added,
  changed,
  removed,
  unchanged,
});
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

async function addresses(db: string, some: readonly string[]): Promise<readonly string[]> {
  await using directory = await openDirectory(db);
  return (await directory.checkAddresses(some)).map(({ state }) => state);
}

/** A directory of one day, and a way to offer it another file. */
async function loaded(sample: Sample): Promise<SyncResult> {
  return syncHere({ source: sample.extraction(day), db: sample.db });
}

/** Offers a text and expects a refusal after which the directory is as it was. */
async function refused(
  text: string | Uint8Array,
  options: { readonly maxChangePercent?: number; readonly name?: string } = {},
): Promise<string> {
  await using sample = await createSample();
  await loaded(sample);
  const path = join(sample.folder, options.name ?? 'offered.txt');
  await writeFile(path, text);
  const code = await codeOf(syncHere({ source: path, db: sample.db, maxChangePercent: options.maxChangePercent ?? 5 }));
  const again = await syncHere({ source: sample.extraction(day), db: sample.db });
  expect(again).toMatchObject({ outcome: 'unchanged', unchanged: day.lines, snapshot: 1 });
  return code;
}

const lines = [...generateExtraction(day)];
const text = `${lines.join('\n')}\n`;

describe('a first synchronisation', () => {
  it('loads every line of a text', async () => {
    await using sample = await createSample();
    const result = await loaded(sample);
    expect(counts(result)).toEqual({ rows: 400, rejected: 0, added: 400, changed: 0, removed: 0, unchanged: 0 });
    expect(result).toMatchObject({ outcome: 'updated', snapshot: 1, published: '202611220300' });
  });

  it('loads the same from an archive with other files in it, from a stream, with CRLF, a BOM and trailing separators', async () => {
    const zip = writeZip(
      [
        { name: 'LISEZMOI.txt', bytes: Buffer.from('Bonjour\n') },
        { name: 'Extraction_Correspondance_MSSante_202611220300.txt', bytes: Buffer.from(text) },
      ],
      { modifiedAt: new Date('2026-11-22T03:00:00Z') },
    );
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < text.length; at += 777) yield Buffer.from(text.slice(at, at + 777));
    };
    for (const form of [zip, `\ufeff${text.replaceAll('\n', '\r\n')}`, text.replaceAll('\n', '|\n'), text.trimEnd()]) {
      await using sample = await createSample();
      await loaded(sample);
      const path = join(sample.folder, 'form');
      await writeFile(path, form);
      // What is compared are the lines as they were stored: another reading would be a change.
      expect(await syncHere({ source: path, db: sample.db })).toMatchObject({ outcome: 'unchanged', unchanged: 400, rejected: 0 });
    }
    await using sample = await createSample();
    expect(await syncHere({ source: stream(), db: sample.db })).toMatchObject({ rows: 400 });
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
  });

  it.each([
    ['Latin-1', Buffer.from('Ce fichier est publi\u00e9 chaque jour.\nLibell\u00e9 | Cl\u00e9\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffCe fichier est publié chaque jour.\r\n', 'utf16le')],
  ])('leaves out a file of an archive that is no extraction and %s', async (_, bytes) => {
    const archive = writeZip(
      [
        { name: 'LISEZMOI.TXT', bytes },
        { name: 'EXTRACTION_202611220300.TXT', bytes: Buffer.from(text) },
      ],
      { modifiedAt: new Date('2026-11-22T03:00:00Z') },
    );
    await using sample = await createSample();
    const path = join(sample.folder, 'offered.zip');
    await writeFile(path, archive);
    const result = await syncHere({ source: path, db: sample.db });
    expect(result).toMatchObject({ rows: 400, published: '202611220300' });
    expect(result.warnings).toMatchObject([{ code: 'ANNUAIRE_FILE_IGNORED', where: 'LISEZMOI.TXT' }]);
  });

  it('matches headings by meaning: accents, case, order, added columns', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const shuffled = lines.map((line, index) => {
      const fields = line.split('|');
      const all = [index === 0 ? 'NOUVELLE COLONNE' : 'x', ...fields.toReversed()];
      return (
        index === 0
          ? all.map((heading) =>
              heading
                .normalize('NFD')
                .replace(/[\u0300-\u036f']/g, '')
                .toUpperCase(),
            )
          : all
      ).join('|');
    });
    const result = await syncHere({ source: sample.file('shuffled.txt', shuffled), db: sample.db });
    expect(result).toMatchObject({ outcome: 'unchanged', unchanged: 400 });
    expect(result.warnings.map(({ code }) => code)).toEqual(['ANNUAIRE_COLUMN_UNKNOWN', 'ANNUAIRE_COLUMN_ORDER']);
  });

  it('takes a heading that nobody knows by its position, when all others are at home', async () => {
    await using sample = await createSample();
    const renamed = [mailboxHeader.replace('Service de rattachement', 'Unité'), ...lines.slice(1)];
    const result = await syncHere({ source: sample.file('renamed.txt', renamed), db: sample.db });
    expect(result.warnings.map(({ code }) => code)).toEqual(['ANNUAIRE_COLUMN_BY_POSITION']);
    expect(result.rows).toBe(400);
  });

  it('keeps several lines of one address, and writes a line that is there twice once', async () => {
    await using sample = await createSample();
    const [header = '', first = ''] = lines;
    const other = first.split('|').with(6, '990009999').with(5, 'FINESS').join('|');
    const result = await syncHere({ source: sample.file('twice.txt', [header, first, other, first]), db: sample.db });
    expect(result).toMatchObject({ rows: 2, rejected: 1 });
    expect(result.files[0]?.rejectedBy).toEqual({ duplicate: 1 });
    await using directory = await openDirectory(sample.db);
    expect(await directory.entriesOf((first.split('|')[1] ?? '').toUpperCase())).toHaveLength(2);
  });
});

describe('bad lines', () => {
  it('are counted, put aside with number and reason, and never fatal', async () => {
    await using sample = await createSample();
    const [header = '', good = ''] = lines;
    const bad = [
      ['columns', 'PER|a@b.example'],
      ['columns', `${good}|x|y`],
      ['control-character', good.replace('PER', 'P\u0001R').replace('ORG', 'O\u0001G')],
      ['address', good.split('|').with(1, 'nobody').join('|')],
      ['address', good.split('|').with(1, 'a@b.example>').join('|')],
      ['identity', good.split('|').with(0, '').join('|')],
      ['too-long', good.split('|').with(18, 'x'.repeat(20_000)).join('|')],
    ] as const;
    const path = sample.file('bad.txt', [header, ...bad.map(([, line]) => line), good]);
    await appendFile(path, Buffer.concat([Buffer.from(good.split('|').with(1, 'z@b.example').join('|')), Buffer.from([0xe9, 10])]));
    const result = await syncHere({ source: path, db: sample.db });
    expect(result).toMatchObject({ rows: 1, rejected: 8 });
    await using directory = await openDirectory(sample.db);
    const rejected = await directory.rejectedLines();
    expect(rejected.map(({ reason, lineNumber }) => [reason, lineNumber])).toEqual([
      ...bad.map(([reason], index) => [reason, index + 2]),
      ['encoding', 10],
    ]);
    expect(rejected[0]?.line).toBe('PER|a@b.example');
  });

  it('make the file refused when they are many', async () => {
    const bad = lines.map((line, index) => (index > 0 && index % 2 === 0 ? line.slice(0, 20) : line));
    expect(await refused(bad.join('\n') + '\n')).toBe('ERR_MSS_ANNUAIRE_TOO_MANY_REJECTED');
  });
});

describe('a daily synchronisation', () => {
  it('counts by key what was added, changed and removed', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const next = [...generateExtraction({ ...day, changes: 0.025 })];
    const result = await syncHere({ source: sample.file('next_202611230300.txt', next), db: sample.db });
    const before = new Set(lines);
    const keyOf = (line: string): string => [1, 5, 6].map((column) => line.split('|')[column]).join('|');
    const keys = new Set(lines.map(keyOf));
    const fresh = next.filter((line) => !before.has(line));
    const gone = lines.filter((line) => !next.includes(line));
    const changed = fresh.filter((line) => keys.has(keyOf(line))).length;
    expect(changed).toBeGreaterThan(0);
    expect(counts(result)).toEqual({
      rows: next.length - 1,
      rejected: 0,
      added: fresh.length - changed,
      changed,
      removed: gone.length - changed,
      unchanged: 400 - gone.length,
    });
    await using directory = await openDirectory(sample.db);
    const changes = await collect(directory.changes({ since: 1 }));
    expect(
      changes
        .filter(({ kind }) => kind === 'changed')
        .every(({ fields }) => fields.length === 1 && fields[0]?.field === 'dematerialisation'),
    ).toBe(true);
    expect(changes.map(({ after }) => after).filter((after) => after !== null)).toHaveLength(fresh.length);
    for (const address of fresh.map((line) => line.split('|')[1] ?? '')) expect(await directory.entriesOf(address)).not.toHaveLength(0);
    await expect(collect(directory.changes({ since: 0 }))).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_HISTORY' });
  });

  it('gives the same directory in whatever order the file is', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const [header = '', ...rest] = lines;
    const reversed = sample.file('reversed.txt', [header, ...rest.toReversed()]);
    expect(await syncHere({ source: reversed, db: sample.db })).toMatchObject({ outcome: 'unchanged', unchanged: 400, snapshot: 1 });
  });

  it('tells a host what became of its saved addresses', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const [header = '', first = '', second = '', third = '', ...rest] = lines;
    const address = (line: string): string => line.split('|')[1] ?? '';
    const moved = second.split('|').with(18, 'AUTRE STRUCTURE').join('|');
    await syncHere({ source: sample.file('next.txt', [header, first, moved, ...rest]), db: sample.db });
    await using directory = await openDirectory(sample.db);
    const checks = await directory.checkAddresses([address(first), address(second).toUpperCase(), address(third), 'nobody@x.example'], {
      since: 1,
    });
    expect(checks.map(({ state }) => state)).toEqual(['present', 'changed', 'gone', 'absent']);
    expect(checks[1]?.fields).toEqual([{ field: 'legalName', before: second.split('|')[18], after: 'AUTRE STRUCTURE' }]);
    expect(checks.every(({ hasHistory }) => hasHistory)).toBe(true);
  });

  it('takes exactly as many changes as the threshold allows, and not one more: a file that shrank', async () => {
    for (const [left, code] of [
      [380, 'resolved'],
      [379, 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES'],
    ] as const) {
      await using sample = await createSample();
      await loaded(sample);
      const shrunk = sample.file('shrunk.txt', lines.slice(0, left + 1));
      expect(await codeOf(syncHere({ source: shrunk, db: sample.db }))).toBe(code);
    }
  });

  it('tells that an address went to another person, and only then', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const at = lines.findIndex((line) => line.startsWith('PER|'));
    const before = lines[at] ?? '';
    const other = before.split('|').with(3, '99999999999').with(4, '899999999999').with(9, 'SUCCESSEUR').with(10, 'Ada').join('|');
    await syncHere({ source: sample.file('next.txt', lines.with(at, other)), db: sample.db });
    await using directory = await openDirectory(sample.db);
    const address = before.split('|')[1] ?? '';
    const [check] = await directory.checkAddresses([address], { since: 1 });
    expect(check).toMatchObject({ state: 'changed', entries: [{ familyName: 'SUCCESSEUR', rpps: '99999999999' }] });
    expect(check?.fields.map(({ field }) => field)).toEqual(['identifier', 'nationalIdentifier', 'familyName', 'givenName']);
    expect((await directory.professional('899999999999')).entries).toHaveLength(1);
    expect((await directory.professional(before.split('|')[4] ?? '')).entries.some((entry) => entry.address === address)).toBe(false);
  });

  it('refuses more changes than the threshold, and loads them when it is raised: a new generation, readers follow', async () => {
    await using sample = await createSample();
    await loaded(sample);
    const other = sample.extraction({ lines: 400, seed: 2 }, 'other.txt');
    await using directory = await openDirectory(sample.db);
    const error = await syncHere({ source: other, db: sample.db }).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES', details: { rows: 400, maxChangePercent: 5 } });
    const kept = lines[1]?.split('|')[1] ?? '';
    expect(await directory.entriesOf(kept)).toHaveLength(1);
    const result = await syncHere({ source: other, db: sample.db, maxChangePercent: 200 });
    expect(result.added + result.changed).toBe(400);
    expect(await directory.entriesOf(kept)).toHaveLength(0);
    expect(readdirSync(sample.folder).filter((name) => /\.g\d+$/.test(name))).toEqual(['annuaire.db.g2']);
    expect((await directory.snapshots()).map(({ id }) => id)).toEqual([2, 1]);
  });
});

describe('a file that is refused, the directory staying as it was', () => {
  const html = '<!DOCTYPE html><html><body>Maintenance</body></html>';
  it.each([
    ['a web page', html, 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['nothing', '', 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['another table', 'a|b|c\n1|2|3\n', 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['JSON', '{"error":"quota"}', 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['headings alone', `${mailboxHeader}\n`, 'ERR_MSS_ANNUAIRE_EMPTY'],
    ['a column missing', lines.map((line) => line.split('|').toSpliced(18, 1).join('|')).join('\n'), 'ERR_MSS_ANNUAIRE_COLUMN_MISSING'],
    ['a heading twice', lines.map((line) => `${line}|${line.split('|')[1] ?? ''}`).join('\n'), 'ERR_MSS_ANNUAIRE_AMBIGUOUS'],
    ['a cut text', text.slice(0, -120), 'ERR_MSS_ANNUAIRE_TRUNCATED'],
    ['half of it, cut at a line end', lines.slice(0, 200).join('\n') + '\n', 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES'],
    ['Latin-1', Buffer.from(text, 'latin1'), 'ERR_MSS_ANNUAIRE_ENCODING'],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'ERR_MSS_ANNUAIRE_ENCODING'],
    ['a letter in Latin-1', Buffer.from('Cher confr\u00e8re,\n', 'latin1'), 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    [
      'Latin-1 under ASCII headings',
      Buffer.concat([
        Buffer.from(mailboxHeader.normalize('NFD').replace(/[^\x20-\x7e]/g, '') + '\n'),
        Buffer.from(lines.slice(1).join('\n').replaceAll('PER|', 'PER|é') + '\n', 'latin1'),
      ]),
      'ERR_MSS_ANNUAIRE_ENCODING',
    ],
  ])('%s', async (_, offered, code) => {
    expect(await refused(offered)).toBe(code);
  });

  const archive = writeZip([{ name: 'e.txt', bytes: Buffer.from(text) }], { modifiedAt: new Date('2026-11-22T03:00:00Z') });
  it.each([
    ['a cut archive', archive.subarray(0, archive.length - 40), 'ERR_MSS_ANNUAIRE_TRUNCATED'],
    [
      'a bomb',
      writeZip([{ name: 'e.txt', bytes: Buffer.concat([Buffer.from(text), Buffer.alloc(20_000_000, 10)]) }], {
        modifiedAt: new Date(0x1_00_0000_0000),
      }),
      'ERR_MSS_ZIP_RATIO',
    ],
    [
      'a web page in an archive',
      writeZip([{ name: 'e.txt', bytes: Buffer.from(html) }], { modifiedAt: new Date(0x1_00_0000_0000) }),
      'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION',
    ],
    [
      'the same extraction twice',
      writeZip(
        ['a.txt', 'b.txt'].map((name) => ({ name, bytes: Buffer.from(text) })),
        { modifiedAt: new Date(0x1_00_0000_0000) },
      ),
      'ERR_MSS_ANNUAIRE_AMBIGUOUS',
    ],
  ])('%s', async (_, offered, code) => {
    expect(await refused(offered, { name: 'offered.zip' })).toBe(code);
  });

  it('an archive whose content is damaged, found out only at its end', async () => {
    const { value } = await readZipSource(bytesAsZipSource(archive));
    expect(value.entries).toHaveLength(1);
    const damaged = Uint8Array.from(archive);
    const middle = Math.floor(archive.length / 2);
    damaged[middle] = (damaged[middle] ?? 0) ^ 0x55;
    expect(await refused(damaged, { name: 'offered.zip' })).toMatch(/^ERR_MSS_(ZIP_(DEFLATE|CRC|SIZE)|ANNUAIRE_TOO_MANY_REJECTED)$/);
  });
});

describe('the place of the directory', () => {
  it('is not taken from another file', async () => {
    await using sample = await createSample();
    const source = sample.extraction(day);
    await writeFile(sample.db, 'a letter');
    expect(await codeOf(syncHere({ source, db: sample.db }))).toBe('ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY');
    expect(await readFile(sample.db, 'utf8')).toBe('a letter');
  });

  it('has no directory before the first synchronisation', async () => {
    await using sample = await createSample();
    expect(await codeOf(openDirectory(sample.db))).toBe('ERR_MSS_ANNUAIRE_NO_DIRECTORY');
    expect(await codeOf(syncHere({ source: join(sample.folder, 'absent.txt'), db: sample.db }))).toBe('ERR_MSS_ANNUAIRE_SOURCE');
  });

  it('says that it is damaged when a generation lost its bytes', async () => {
    await using sample = await createSample();
    await loaded(sample);
    await truncate(`${sample.db}.g1`, 5000);
    expect(await codeOf(syncHere({ source: sample.extraction(day), db: sample.db }))).toBe('ERR_MSS_ANNUAIRE_DAMAGED');
  });

  it('is synchronised by one at a time', async () => {
    await using sample = await createSample();
    const source = sample.extraction(day);
    const both = await Promise.allSettled([syncExtraction({ source, db: sample.db }), syncExtraction({ source, db: sample.db })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ERR_MSS_ANNUAIRE_BUSY', permanent: false } });
    expect(await addresses(sample.db, [lines[1]?.split('|')[1] ?? ''])).toEqual(['present']);
  });

  it('is as before when the caller aborts', async () => {
    await using sample = await createSample();
    const abort = new AbortController();
    const source = sample.extraction({ lines: 20_000, seed: 1 });
    const running = syncExtraction({ source, db: sample.db, signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) });
    await expect(running).rejects.toThrow('enough');
    expect(await codeOf(openDirectory(sample.db))).toBe('ERR_MSS_ANNUAIRE_NO_DIRECTORY');
    expect(readdirSync(sample.folder).filter((name) => /\.g\d+/.test(name))).toEqual([]);
  });
});
