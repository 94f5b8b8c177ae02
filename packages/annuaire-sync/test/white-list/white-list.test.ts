import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { domainToASCII } from 'node:url';
import { MssError } from '@mss/core';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWhiteList, parseWhiteList, type WhiteList, type WhiteListOptions } from '../../src/white-list/index.js';

const data = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../../tooling/testdata/annuaire/white-list/${name}`, import.meta.url)));
const listOf = (...domains: readonly string[]): string =>
  `<?xml version="1.0"?><L xmlns="https://listeblanche.mssante.fr/schema">${domains.map((one) => `<Domaine><Nom>${one}</Nom></Domaine>`).join('')}</L>`;
const numbered = (count: number): string[] => Array.from({ length: count }, (_, each) => `d${each}.mssante.exemple`);

let folder: TempDirectory;
let file: string;
let now = 0;
beforeEach(async () => {
  folder = await createTempDirectory();
  file = join(folder.path, 'liste-blanche.json');
  now = Date.UTC(2026, 10, 22);
});
afterEach(async () => folder[Symbol.asyncDispose]());

type Serve = (headers: Headers) => Response;

async function open(serve: Serve, given: Partial<WhiteListOptions> = {}): Promise<WhiteList> {
  return openWhiteList({
    policy: { fetch: async (_, init) => serve(new Headers(init?.headers as Record<string, string>)) },
    url: 'https://liste.exemple/liste.xml?x=1',
    file,
    clock: { now: () => new Date(now) },
    ...given,
  });
}

const serving =
  (text: string, headers: Record<string, string> = {}): Serve =>
  () =>
    new Response(text, { headers });

describe('parsing [§2.1.2]', () => {
  it('reads every domain in the namespace, as DNS writes it', () => {
    const { value, warnings } = parseWhiteList(data('valid.xml'));
    expect(value).toEqual([
      'medecin.mssante.exemple',
      'hopital.mssante.exemple',
      domainToASCII('santé-numérique.exemple'),
      'labo.mssante.exemple',
    ]);
    expect(warnings).toMatchObject([{ code: 'WHITE_LIST_DOMAIN_DUPLICATE', where: 'Domaine[4]' }]);
  });

  it('tells of a name that is none and of a signature, and does not claim to have verified it', () => {
    const xml = listOf(...numbered(30), 'pas un domaine').replace('</L>', '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></L>');
    const { value, warnings } = parseWhiteList(Buffer.from(xml));
    expect(value).toHaveLength(30);
    expect(warnings.map(({ code }) => code)).toEqual(['WHITE_LIST_DOMAIN_INVALID', 'WHITE_LIST_SIGNATURE_NOT_VERIFIED']);
  });

  it.each([
    ['a web page', '<!DOCTYPE html><html><body>Maintenance</body></html>', 'FORMAT'],
    ['a well-formed web page', '<html xmlns="http://www.w3.org/1999/xhtml"><Domaine><Nom>a.fr</Nom></Domaine></html>', 'FORMAT'],
    ['a list cut short', listOf(...numbered(50)).slice(0, -40), 'FORMAT'],
    ['no XML', 'a.fr\nb.fr', 'FORMAT'],
    ['nothing', '', 'FORMAT'],
    ['an entity bomb', '<!DOCTYPE l [<!ENTITY a "b">]><l xmlns="https://listeblanche.mssante.fr/schema">&a;</l>', 'FORMAT'],
    ['names that are none', listOf('a', 'b b', 'c.exemple'), 'FORMAT'],
    ['an empty list', listOf(), 'EMPTY'],
  ])('refuses %s', (_, xml, reason) => {
    expect(() => parseWhiteList(Buffer.from(xml))).toThrow(expect.objectContaining({ code: `ERR_MSS_ANNUAIRE_WHITE_LIST_${reason}` }));
  });
});

describe('isInTrustSpace', () => {
  it('compares domains, not their writing; takes no subdomain and no address that is none', async () => {
    const list = await open(serving(data('valid.xml').toString()));
    await list.refresh();
    const asked = {
      'a@medecin.mssante.exemple': true,
      'A.B@MEDECIN.mssante.EXEMPLE': true,
      'a@SANTÉ-numérique.exemple': true,
      'a@sante\u0301-nume\u0301rique.exemple': true,
      [`a@${domainToASCII('santé-numérique.exemple')}`]: true,
      'a@sante-numerique.exemple': false,
      'a@x.medecin.mssante.exemple': false,
      'a@mssante.exemple': false,
      'a@ailleurs.exemple': false,
      'a@medecin.mssante.exemple.ailleurs.exemple': false,
      'medecin.mssante.exemple': false,
      'a@b@medecin.mssante.exemple': false,
      'a@medecin.mssante.exemple\n': false,
      '': false,
    };
    for (const [address, expected] of Object.entries(asked)) expect(list.isInTrustSpace(address), address).toBe(expected);
    expect(list.hasDomain('Labo.mssante.exemple')).toBe(true);
  });

  it('throws while nothing is known, and when the copy is too old: unknown is not inside', async () => {
    const list = await open(serving(listOf('a.exemple')));
    expect(() => list.isInTrustSpace('x@a.exemple')).toThrow(expect.objectContaining({ code: 'ERR_MSS_ANNUAIRE_WHITE_LIST_NONE' }));
    await list.refresh();
    expect(list.isInTrustSpace('x@a.exemple')).toBe(true);
    now += 31 * 24 * 3_600_000;
    expect(list.status()).toMatchObject({ state: 'stale', domains: 1, ageMs: 31 * 24 * 3_600_000 });
    expect(() => list.isInTrustSpace('x@a.exemple')).toThrow(expect.objectContaining({ code: 'ERR_MSS_ANNUAIRE_WHITE_LIST_STALE' }));
    await list.refresh();
    expect(list.isInTrustSpace('x@a.exemple')).toBe(true);
    // The clock was years ahead when the list was confirmed: nobody knows how old it is.
    now -= 365 * 24 * 3_600_000;
    expect(list.status().state).toBe('stale');
    expect(() => list.isInTrustSpace('x@a.exemple')).toThrow(expect.objectContaining({ code: 'ERR_MSS_ANNUAIRE_WHITE_LIST_STALE' }));
  });

  it('agrees with a set of folded domains whatever the names (property)', () => {
    const label = fc.stringMatching(/^[a-zàâçéèêëîïôûùüÿ]{1,8}$/);
    const domain = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(domain, { minLength: 1, maxLength: 8 }), domain, (listed, other) => {
        const { value } = parseWhiteList(Buffer.from(listOf(...listed.map((one) => one.toUpperCase()))));
        expect(new Set(value)).toEqual(new Set(listed.map((one) => domainToASCII(one))));
        expect(value.includes(domainToASCII(other))).toBe(listed.some((one) => domainToASCII(one) === domainToASCII(other)));
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });
});

describe('the last good copy', () => {
  it('outlives the process, with its age', async () => {
    await (await open(serving(listOf('a.exemple', 'é.exemple')))).refresh();
    now += 5000;
    const again = await open(() => new Response('', { status: 500 }));
    expect(again.isInTrustSpace('x@é.exemple')).toBe(true);
    expect(again.status()).toEqual({ state: 'fresh', domains: 2, confirmedAt: new Date(now - 5000), ageMs: 5000 });
    expect(readdirSync(folder.path)).toEqual(['liste-blanche.json']);
    expect(readFileSync(file, 'utf8')).not.toContain('?x=1');
  });

  it('is asked about by its ETag, and confirmed by 304', async () => {
    const seen: (string | null)[] = [];
    const list = await open((headers) => {
      seen.push(headers.get('if-none-match'));
      return headers.has('if-none-match')
        ? new Response(null, { status: 304 })
        : new Response(listOf('a.exemple'), { headers: { etag: '"1"' } });
    });
    expect(await list.refresh()).toMatchObject({ isNew: true, added: ['a.exemple'] });
    now += 1000;
    expect(await list.refresh()).toMatchObject({ isNew: false });
    expect([seen, list.status().ageMs]).toEqual([[null, '"1"'], 0]);
  });

  it.each([
    ['a web page', serving('<html></html>'), 'FORMAT'],
    ['a list cut short', serving(listOf(...numbered(20)).slice(0, -9)), 'FORMAT'],
    ['fewer bytes than announced', serving(listOf(...numbered(20)), { 'content-length': '99999' }), 'DOWNLOAD'],
    ['an empty list', serving(listOf()), 'EMPTY'],
    ['a list that has lost more than a tenth', serving(listOf(...numbered(17))), 'SHRUNK'],
    ['as many domains, others', serving(listOf(...numbered(17), 'x.exemple', 'y.exemple', 'z.exemple')), 'SHRUNK'],
    ['a failure', () => new Response('', { status: 503 }), 'DOWNLOAD'],
    ['an unasked 304', () => new Response(null, { status: 304 }), 'DOWNLOAD'],
  ] as const)('stays in use after %s', async (_, serve, reason) => {
    let next: Serve = serving(listOf(...numbered(20)));
    const list = await open((headers) => next(headers));
    await list.refresh();
    const before = readFileSync(file, 'utf8');
    next = serve;
    await expect(list.refresh()).rejects.toMatchObject({ code: `ERR_MSS_ANNUAIRE_WHITE_LIST_${reason}` });
    expect([list.isInTrustSpace('x@d19.mssante.exemple'), readFileSync(file, 'utf8')]).toEqual([true, before]);
  });

  it('stays when the server itself is refused', async () => {
    const list = await open(() => {
      throw new MssError('ERR_MSS_TLS_REVOKED', 'x');
    });
    await expect(list.refresh()).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
  });

  it('gives way to a smaller list when a person has looked, and to two domains gone of twenty', async () => {
    let next = listOf(...numbered(20));
    const list = await open(() => new Response(next));
    await list.refresh();
    next = listOf(...numbered(18), 'neuf.exemple');
    expect(await list.refresh()).toMatchObject({ isNew: true, added: ['neuf.exemple'], removed: { length: 2 } });
    next = listOf('neuf.exemple');
    await expect(list.refresh()).rejects.toMatchObject({ details: { before: 19, now: 1, removed: 18 } });
    await list.refresh({ dangerouslyAcceptShrunkList: true });
    expect(list.status().domains).toBe(1);
  });

  it('is not believed when it was altered', async () => {
    await (await open(serving(listOf('a.exemple', 'b.exemple')))).refresh();
    const sound = readFileSync(file, 'utf8');
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      sound.slice(0, -5),
      sound.replace('b.exemple', 'c.exemple'),
      sound.replace('"version":1', '"version":2'),
    ]) {
      writeFileSync(file, text);
      const list = await open(serving(listOf('a.exemple')));
      expect(list.status().state, text).toBe('damaged');
      expect(() => list.isInTrustSpace('x@a.exemple')).toThrow();
    }
    const list = await open(serving(listOf('a.exemple')));
    await list.refresh();
    expect(list.status().state).toBe('fresh');
  });

  it('a disk that cannot be written to: the new list is not used, nothing is left behind', async () => {
    await mkdir(file);
    const list = await open(serving(listOf('a.exemple')));
    await expect(list.refresh()).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_WHITE_LIST_CACHE' });
    expect([list.status().domains, readdirSync(folder.path)]).toEqual([0, ['liste-blanche.json']]);
  });

  it('is fetched once for two callers', async () => {
    let fetches = 0;
    const list = await open(() => {
      fetches += 1;
      return new Response(listOf('a.exemple'));
    });
    await Promise.all([list.refresh(), list.refresh()]);
    expect(fetches).toBe(1);
  });
});
