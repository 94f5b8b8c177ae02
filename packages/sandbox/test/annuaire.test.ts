import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory, openDirectorySearch, openWhiteList, syncExtraction, type SyncOptions, type SyncResult } from '@mss/annuaire-sync';
import { childOf, childrenOf, parseXml, textOf } from '@mss/formats/xml';
import { readZip } from '@mss/formats/zip';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { cardiologie, claire, hugo, smtp } from './clients.js';

let folder: string;
let sandbox: Sandbox;
let policy: SecureChannelPolicy;
let published: string;
let directories = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-annuaire-'));
  sandbox = await startSandbox({ annuaire: { mailboxes: 300 } });
  policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'sandbox', anchors: [sandbox.caPem] }) });
  published = sandbox.annuaire.mailboxesUrl;
});
afterAll(async () => {
  await policy.close();
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => sandbox.annuaire.setFault('none'));

const newDirectory = (): string => {
  directories += 1;
  return join(folder, `${directories}.db`);
};

function sync(db: string, options: Partial<SyncOptions> = {}): Promise<SyncResult> {
  return syncExtraction({ source: published, db, policy, wait: async () => {}, ...options });
}

const bytesOf = async (url: string, headers: Record<string, string> = {}): Promise<Uint8Array> =>
  new Uint8Array(await (await policy.fetch(url, { headers })).arrayBuffer());

/** Address, and the rest, of each line of the extraction. */
async function linesOf(): Promise<readonly (readonly string[])[]> {
  const [entry] = readZip(await bytesOf(published)).value.entries;
  const text = new TextDecoder().decode(entry?.read());
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('|'));
}

describe('the extraction of the sandbox', () => {
  it('becomes a directory through the secure channel, with the accounts in it [3.4.1]', async () => {
    const db = newDirectory();
    const result = await sync(db);
    // 300 made up, two practices, the hospital and the laboratory.
    expect(result).toMatchObject({ outcome: 'updated', rows: 304, rejected: 0, warnings: [] });
    await using directory = await openDirectory(db);
    const [doctor] = await directory.entriesOf(claire);
    const [user] = sandbox.proSanteConnect.users;
    expect(doctor).toMatchObject({
      type: 'PER',
      familyName: 'MOREAU',
      givenName: 'Claire',
      rpps: user?.nationalId.slice(1),
      specialty: 'Médecine Générale',
      organisation: 'CABINET DES TILLEULS',
      city: 'LIMOGES',
      departmentCode: '87',
    });
    expect(await directory.entriesOf(cardiologie)).toMatchObject([{ type: 'ORG', organisation: 'CH BELLEVUE', service: 'CARDIOLOGIE' }]);
  });

  it('is searched with the people who have no mailbox', async () => {
    const db = newDirectory();
    await sync(db);
    expect(await sync(db, { source: sandbox.annuaire.professionalsUrl })).toMatchObject({ rejected: 0, warnings: [] });
    await using search = await openDirectorySearch({ db });
    const [first] = (await search.search('moreau limoges')).hits;
    expect(first?.entry.address).toBe(claire);
    const everybody = await search.search('martin', { limit: 100 });
    expect(everybody.hits.some(({ entry }) => entry.address === null)).toBe(true);
    expect(everybody.hits.some(({ entry }) => entry.address !== null)).toBe(true);
  });

  it('names no patient and no applicative mailbox, and only domains of the white list', async () => {
    const addresses = (await linesOf()).map(([, address = '']) => address);
    expect(addresses.filter((address) => /patient|sil@/.test(address))).toEqual([]);
    const listed = new Set(sandbox.annuaire.domains);
    expect(addresses.filter((address) => !listed.has(address.slice(address.indexOf('@') + 1)))).toEqual([]);
  });

  it('has people with two mailboxes, and mailboxes without a structure', async () => {
    const people = (await linesOf()).filter(([type]) => type === 'PER');
    const addresses = new Set(people.map(([, address]) => address));
    expect(addresses.size).toBeGreaterThan(new Set(people.map((fields) => fields[4])).size);
    expect(people.some((fields) => fields[6] === '')).toBe(true);
  });

  it('can be written to: what is sent there comes back as unreachable', async () => {
    const [, stranger = ''] = (await linesOf()).find(([, address]) => address?.endsWith('@medecin.mssante.test')) ?? [];
    const before = sandbox.messages(hugo).length;
    await smtp(sandbox, hugo).sendMail({ from: hugo, to: stranger, subject: 'Essai', text: 'Bonjour' });
    expect(sandbox.messages(hugo)).toHaveLength(before + 1);
  });
});

describe('the next day', () => {
  it('changes 0.3 %: one mailbox goes, one comes, one says something else', async () => {
    const db = newDirectory();
    await sync(db);
    const asked = sandbox.annuaire.requests.length;
    expect((await sync(db)).outcome).toBe('unchanged');
    expect(sandbox.annuaire.requests.slice(asked).map(({ method }) => method)).toEqual(['HEAD']);
    sandbox.annuaire.nextDay();
    expect(await sync(db)).toMatchObject({ outcome: 'updated', rows: 304, added: 1, removed: 1, changed: 1 });
  });

  it('may change more than a synchronisation believes', async () => {
    const db = newDirectory();
    const { snapshot } = await sync(db);
    sandbox.annuaire.nextDay({ percent: 30 });
    await expect(sync(db)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES' });
    expect(await sync(db, { maxChangePercent: 100 })).toMatchObject({ snapshot: snapshot + 1, added: 30, removed: 30 });
    expect(() => sandbox.annuaire.nextDay({ percent: 101 })).toThrow(expect.objectContaining({ code: 'ERR_MSS_SANDBOX_OPTION' }));
  });

  it('leaves out an account that was closed', async () => {
    const db = newDirectory();
    await sync(db);
    sandbox.setAccountState(hugo, 'closed');
    expect((await sync(db)).outcome).toBe('unchanged');
    sandbox.annuaire.nextDay({ percent: 0 });
    expect(await sync(db)).toMatchObject({ added: 0, changed: 0, removed: 1 });
    await using directory = await openDirectory(db);
    expect(await directory.entriesOf(hugo)).toEqual([]);
    sandbox.setAccountState(hugo, 'open');
    sandbox.annuaire.nextDay({ percent: 0 });
  });
});

describe('a server that fails', () => {
  const db = (): string => join(folder, 'failing.db');
  beforeAll(async () => void (await sync(db())));

  it.each([
    ['html', 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'],
    ['truncated', 'ERR_MSS_ANNUAIRE_TRUNCATED'],
    ['unavailable', 'ERR_MSS_ANNUAIRE_DOWNLOAD'],
    ['down', 'ERR_MSS_TLS_UNREACHABLE'],
  ] as const)('%s: refused', async (fault, code) => {
    sandbox.annuaire.nextDay();
    sandbox.annuaire.setFault(fault);
    await expect(sync(db(), { attempts: 2 })).rejects.toMatchObject({ code });
  });

  it('breaks off: the rest is asked for', async () => {
    const db = newDirectory();
    const asked = sandbox.annuaire.requests.length;
    sandbox.annuaire.setFault('broken-off', { times: 2 });
    expect((await sync(db)).outcome).toBe('updated');
    const ranges = sandbox.annuaire.requests.slice(asked).filter(({ method }) => method === 'GET');
    expect(ranges.map(({ status }) => status)).toEqual([200, 206]);
    expect(ranges[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('is well again: what changed meanwhile comes at once', async () => {
    expect(await sync(db())).toMatchObject({ outcome: 'updated', rejected: 0, snapshot: 2 });
  });

  it.each(['slow', 'silent'] as const)('is %s: the caller goes away when it wants', async (fault) => {
    const signal = AbortSignal.timeout(300);
    sandbox.annuaire.setFault(fault);
    await expect(policy.fetch(published, { signal }).then((response) => response.arrayBuffer())).rejects.toBeDefined();
    expect(signal.aborted).toBe(true);
  });
});

describe('the files over HTTP', () => {
  it('answers conditions and ranges [RFC 9110 §13, §14]', async () => {
    const whole = await policy.fetch(published);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename=Extraction_Correspondance_MSSante_\d{12}\.zip$/);
    expect(whole.headers.get('content-length')).toBe(String(bytes.length));
    const status = async (headers: Record<string, string>): Promise<number> => (await policy.fetch(published, { headers })).status;
    expect(await status({ 'if-none-match': `"other", ${etag}` })).toBe(304);
    expect(await status({ 'if-none-match': '"other"' })).toBe(200);
    expect(await status({ 'if-modified-since': whole.headers.get('last-modified') ?? '' })).toBe(304);
    expect(await status({ range: `bytes=${bytes.length}-` })).toBe(416);
    expect(await status({ range: 'bytes=0-9', 'if-range': '"other"' })).toBe(200);
    expect(await status({ range: 'bytes=0-1,4-5' })).toBe(200);
    expect(await status({ range: 'bytes=9-0' })).toBe(200);
    expect(await bytesOf(published, { range: 'bytes=10-19', 'if-range': etag })).toEqual(bytes.slice(10, 20));
    expect(await bytesOf(published, { range: 'bytes=-7' })).toEqual(bytes.slice(-7));
  });

  it('has nothing else, and takes nothing', async () => {
    expect((await policy.fetch(new URL('/', published))).status).toBe(404);
    expect((await policy.fetch(`${new URL(published).origin}//`)).status).toBe(404);
    expect((await policy.fetch(published, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('publishes the white list with its international names', async () => {
    const { root } = parseXml(await bytesOf(sandbox.annuaire.whiteListUrl)).value;
    const namespace = 'https://listeblanche.mssante.fr/schema';
    const names = childrenOf(root, 'Domaine', namespace).map((one) => textOf(childOf(one, 'Nom', namespace) ?? one));
    expect(names).toEqual(sandbox.annuaire.domains);
    const list = await openWhiteList({ url: sandbox.annuaire.whiteListUrl, policy });
    expect(await list.refresh()).toMatchObject({ isNew: true, warnings: [], added: { length: names.length } });
    expect(await list.refresh()).toMatchObject({ isNew: false });
    expect((await linesOf()).every(([, address = '']) => list.isInTrustSpace(address))).toBe(true);
    expect([list.hasDomain('HÔPITAL-DE-L-ÎLOT.mssante.test'), list.hasDomain('mssante.test')]).toEqual([true, false]);
    expect(names).toEqual(expect.arrayContaining(['patient.mssante.fr', 'ch-bellevue.mssante.test', 'hôpital-de-l-îlot.mssante.test']));
  });

  it('is told to clients', () => {
    const { port, mailboxesUrl, professionalsUrl, whiteListUrl } = sandbox.annuaire;
    expect(sandbox.describe().annuaire).toEqual({ port, mailboxesUrl, professionalsUrl, whiteListUrl });
  });

  it('refuses a country that is too large', async () => {
    await expect(startSandbox({ annuaire: { mailboxes: 100_001 } })).rejects.toMatchObject({ code: 'ERR_MSS_SANDBOX_OPTION' });
  });
});
