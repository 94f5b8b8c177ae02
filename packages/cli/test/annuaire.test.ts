/** `mss annuaire` on generated extractions: the contract's keys and statuses. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';

import { runMss } from '@mss/cli';
import { beforeAll, describe, expect, it } from 'vitest';

import { generateExtraction, mailboxHeader } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { mss, temporaryFolder, unlabelled } from './support.js';

const file = temporaryFolder();
const db = file('annuaire.db');
const source = file('Extraction_Correspondance_MSSante_202611220300.txt');
const columns = mailboxHeader.split('|');
const day = { lines: 400, seed: 1 };
let person: Readonly<Record<string, string>>;
/** A word in the names of several organisations. */
let commonWord: string;

const fieldsOf = (line: string): Record<string, string> =>
  Object.fromEntries(line.split('|').map((value, index) => [columns[index] ?? '', value]));

beforeAll(async () => {
  const lines = [...generateExtraction(day)];
  writeFileSync(source, `${lines.join('\n')}\n`);
  person =
    lines
      .slice(1)
      .map(fieldsOf)
      .find((one) => one['Type de BAL'] === 'PER' && one["Nom d'exercice"] !== '') ?? {};
  const words = lines
    .slice(1)
    .map(fieldsOf)
    .filter((one) => one['Type de BAL'] === 'ORG')
    .map((one) => (one['Raison Sociale structure BAL'] ?? '').split(' ')[0] ?? '');
  commonWord = words.find((word, index) => word.length > 2 && words.indexOf(word) < index) ?? '';
  const { status, json, stderr } = await mss(['annuaire', 'sync', source, '--db', db, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(json).toMatchObject({
    rows: 400,
    rejected: 0,
    added: 400,
    changed: 0,
    removed: 0,
    unchanged: 0,
    snapshot: 1,
    elapsedMs: expect.any(Number),
  });
});

const name = (): string => `${person["Nom d'exercice"]} ${person["Prénom d'exercice"]}`;

describe('mss annuaire sync', () => {
  it('the same file again changes nothing; another day changes what it changes', async () => {
    expect((await mss(['annuaire', 'sync', source, '--db', db, '--json'])).json).toMatchObject({
      added: 0,
      changed: 0,
      removed: 0,
      unchanged: 400,
      snapshot: 1,
    });
    const copy = file('other.db');
    await mss(['annuaire', 'sync', source, '--db', copy]);
    const next = Buffer.from(`${[...generateExtraction({ ...day, changes: 0.03 })].join('\n')}\n`);
    const { status, json } = await mss(['annuaire', 'sync', '-', '--db', copy, '--json'], next);
    expect(status).toBe(0);
    expect(unlabelled(json)).toEqual([]);
    expect(json.added + json.changed + json.removed).toBeGreaterThan(0);
    expect(json.snapshot).toBe(2);
  });
  it('too many changes are refused, and the directory stays as it was', async () => {
    const copy = file('kept.db');
    await mss(['annuaire', 'sync', source, '--db', copy]);
    writeFileSync(file('next.txt'), `${[...generateExtraction({ lines: 400, seed: 2 })].join('\n')}\n`);
    expect(await mss(['annuaire', 'sync', file('next.txt'), '--db', copy, '--json'])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES' } },
    });
    expect((await mss(['annuaire', 'sync', file('next.txt'), '--db', copy, '--max-change', '200', '--json'])).json).toMatchObject({
      rows: 400,
      snapshot: 2,
    });
  });
  it.each([
    ['a web page', '<html><body>Maintenance</body></html>', 2, 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['a file cut in the middle of a line', null, 2, 'ERR_MSS_ANNUAIRE_TRUNCATED'],
  ])('%s is not readable', async (_what, text, status, code) => {
    const bad = text ?? readFileSync(source, 'utf8').slice(0, -20);
    expect(await mss(['annuaire', 'sync', '-', '--db', file('bad.db'), '--json'], bad)).toMatchObject({
      status,
      json: { error: { code } },
    });
  });
  it('says what is wrong', async () => {
    expect(await mss(['annuaire', 'sync', file('absent'), '--db', db, '--json'])).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_ANNUAIRE_SOURCE' } },
    });
    expect(await mss(['annuaire', 'sync', source, '--json'])).toMatchObject({ status: 2, json: { error: { code: 'ERR_MSS_CLI_USAGE' } } });
    expect(await mss(['annuaire', 'sync', source, '--db', db, '--max-change', 'beaucoup', '--json'])).toMatchObject({ status: 2 });
    expect(await mss(['annuaire', 'sync', 'http://127.0.0.1/x', '--db', file('http.db'), '--json'])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_TLS_CLEAR_TEXT' } },
    });
  });
  it.each([
    ['an address that is none', ['https://', '--db', db]],
    ['a mirror that is no address', ['https://annuaire.test/x', '--db', db, '--mirror', 'miroir']],
    ['no name of a directory', [source, '--db', '']],
    ['a folder that is not there', [source, '--db', file('absent/annuaire.db')]],
  ])('%s is wrong usage, and nothing is written', async (_, args) => {
    const before = readdirSync(file('.'));
    expect(await mss(['annuaire', 'sync', ...args, '--json'])).toMatchObject({ status: 2, json: { error: { code: 'ERR_MSS_CLI_USAGE' } } });
    expect(readdirSync(file('.'))).toEqual(before);
    expect(existsSync('.lock')).toBe(false);
  });
  it('a folder is no directory', async () => {
    mkdirSync(file('dossier'));
    for (const args of [
      ['sync', source],
      ['search', 'martin'],
    ]) {
      const outcome = await mss(['annuaire', ...args, '--db', file('dossier'), '--json']);
      expect(outcome).toMatchObject({ status: 2, json: { error: { code: 'ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY' } } });
    }
    expect(existsSync(file('dossier.lock'))).toBe(false);
  });
  it('what was tolerated is said in French', async () => {
    const copy = file('remarks.db');
    await mss(['annuaire', 'sync', source, '--db', copy]);
    const older = file('Extraction_Correspondance_MSSante_202611210300.txt');
    writeFileSync(older, readFileSync(source));
    const { stdout } = await mss(['annuaire', 'sync', older, '--db', copy]);
    expect(stdout).toContain('ANNUAIRE_OLDER (mailboxes) – l’annuaire avait un fichier publié plus tard');
  });
  it('stopped by Ctrl-C says so, leaves the directory as it was, and waits for nothing more', async () => {
    const copy = file('stopped.db');
    await mss(['annuaire', 'sync', source, '--db', copy]);
    const stop = new AbortController();
    let stdout = '';
    const stdin = new Readable({ read: () => void setImmediate(() => stop.abort()) });
    const io = {
      stdin,
      stdout: (text: string) => void (stdout += text),
      stderr: () => {},
      interactive: false,
      debug: false,
      stop: stop.signal,
    };
    expect(await runMss(['annuaire', 'sync', '-', '--db', copy, '--json'], io)).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_MSS_CLI_INTERRUPTED' } });
    // Nobody waits for what the standard input may still give: the process can end.
    expect(stdin.destroyed).toBe(true);
    expect((await mss(['annuaire', 'sync', source, '--db', copy, '--json'])).json).toMatchObject({ outcome: 'unchanged', snapshot: 1 });
  });
  it('draws progress only where a person looks', async () => {
    let stderr = '';
    const io = {
      stdin: Readable.from([]),
      stdout: () => {},
      stderr: (text: string) => void (stderr += text),
      interactive: true,
      debug: false,
    };
    expect(await runMss(['annuaire', 'sync', source, '--db', file('progress.db')], io)).toBe(0);
    expect(stderr).toMatch(/^\r/);
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
    // A phase that counts no bytes shows none.
    expect(stderr).not.toMatch(/(?:index|écriture) : 0/);
    expect(stderr).toMatch(/chargement : \d+\.\d \/ \d+\.\d Mo/);
  });
});

describe('mss annuaire search', () => {
  const keys = [
    'address',
    'type',
    'dematerialisation',
    'familyName',
    'givenName',
    'rpps',
    'profession',
    'specialty',
    'organisation',
    'finess',
    'postalCode',
    'city',
  ];

  it('finds a person by name, with the keys of the contract', async () => {
    const { status, json } = await mss(['annuaire', 'search', name(), '--db', db, '--json']);
    expect(status).toBe(0);
    expect(json.total).toBeGreaterThan(0);
    for (const key of keys) expect(json.hits[0]).toHaveProperty(key);
    expect(json.hits.map((hit: { address: string }) => hit.address)).toContain(person['Adresse BAL']);
  });
  it('takes several words as they are typed, without quotes', async () => {
    const together = await mss(['annuaire', 'search', name(), '--db', db, '--json']);
    const apart = await mss(['annuaire', 'search', ...name().split(' '), '--db', db, '--json']);
    expect(apart.json).toEqual(together.json);
  });
  it('shows the name by which a structure was found, its trade name too', async () => {
    const lines = readFileSync(source, 'utf8').trimEnd().split('\n');
    const at = columns.indexOf('Enseigne commerciale structure BAL');
    const line = (lines.find((one) => one.startsWith('ORG|')) ?? '').split('|').with(at, 'CLINIQUE DU ZEPHYR').join('|');
    await mss(['annuaire', 'sync', '-', '--db', file('trade.db')], `${lines[0]}\n${line}\n`);
    const { json } = await mss(['annuaire', 'search', 'zephyr', '--db', file('trade.db'), '--json']);
    expect(json.hits).toMatchObject([{ tradeName: 'CLINIQUE DU ZEPHYR' }]);
    expect((await mss(['annuaire', 'search', 'zephyr', '--db', file('trade.db')])).stdout).toContain('CLINIQUE DU ZEPHYR');
  });
  it('for people: one line a hit, and why it was found', async () => {
    const { stdout } = await mss(['annuaire', 'search', name(), '--db', db]);
    expect(stdout).toMatch(/Nombre de réponses : \d+/);
    expect(stdout).toMatch(/BAL personnelle\).*trouvé par « .* » nom/);
  });
  it('filters and pages', async () => {
    const { json } = await mss(['annuaire', 'search', commonWord, '--db', db, '--type', 'ORG', '--limit', '2', '--json']);
    expect(json.hits).toHaveLength(2);
    expect(json.hits.every((hit: { type: string }) => hit.type === 'ORG')).toBe(true);
    const second = await mss(['annuaire', 'search', commonWord, '--db', db, '--type', 'ORG', '--limit', '1', '--offset', '1', '--json']);
    expect(second.json.hits[0].address).toBe(json.hits[1].address);
    expect(second.json.total).toBe(json.total);
    const postcode = person['Code postal structure BAL'] ?? '';
    expect(
      (await mss(['annuaire', 'search', name(), '--place', postcode, '--department', postcode.slice(0, 2), '--db', db, '--json'])).json
        .total,
    ).toBeGreaterThan(0);
    expect(
      await mss(['annuaire', 'search', name(), '--place', postcode === '99999' ? '11111' : '99999', '--db', db, '--json']),
    ).toMatchObject({ status: 1 });
  });
  it('nothing found is status 1, no directory too', async () => {
    expect(await mss(['annuaire', 'search', 'zzqzzqzz', '--db', db, '--json'])).toMatchObject({
      status: 1,
      json: { total: 0, hits: [], error: { code: 'ERR_MSS_CLI_NOTHING_FOUND' } },
    });
    expect(await mss(['annuaire', 'search', 'x', '--db', file('none.db'), '--json'])).toMatchObject({
      json: { error: { code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' } },
    });
    expect(await mss(['annuaire', 'search', 'x', '--db', db, '--limit', '201', '--json'])).toMatchObject({ status: 2 });
  });
});

describe('mss annuaire show', () => {
  it('every entry of an address, whatever its case', async () => {
    const { status, json } = await mss(['annuaire', 'show', (person['Adresse BAL'] ?? '').toUpperCase(), '--db', db, '--json']);
    expect(status).toBe(0);
    expect(unlabelled(json)).toEqual([]);
    expect(json.entries[0]).toMatchObject({ address: person['Adresse BAL'], type: 'PER', familyName: person["Nom d'exercice"] });
    expect(await mss(['annuaire', 'show', 'nobody@nowhere.test', '--db', db, '--json'])).toMatchObject({
      status: 1,
      json: { entries: [], error: { code: 'ERR_MSS_CLI_NOTHING_FOUND' } },
    });
  });
});
