import { MssError } from '@mss/core';
import { describe, expect, it } from 'vitest';
import { createCallLimiter, createFhirDirectory, type FhirDirectory } from '../../src/fhir/index.js';
import { all, answer, baseUrl, bundle, directoryOf, virtualTime } from './support.js';

const search = (directory: FhirDirectory): Promise<unknown> => all(directory.searchPractitioners({ familyName: 'MARTIN' }));
const empty = JSON.stringify({ resourceType: 'Bundle', type: 'searchset' });
const pageTo = (next: string): string => JSON.stringify({ resourceType: 'Bundle', link: [{ relation: 'next', url: next }], entry: [] });

describe('reading [guide "Annuaire Santé"]', () => {
  it('reads a professional, the mailboxes by their extensions, not ordinary e-mail', async () => {
    const { directory } = directoryOf(() => answer(bundle('practitioner-bundle')));
    const { value: page } = await directory.searchPractitioners({ rpps: '10000000001' }).next();
    expect(page).toMatchObject({
      total: 1,
      isPartial: false,
      at: new Date(Date.UTC(2026, 10, 22)),
      warnings: [{ code: 'FHIR_NOT_A_MAILBOX' }],
    });
    expect(page?.resources).toMatchObject([
      {
        kind: 'practitioner',
        id: '003-900001',
        lastUpdated: new Date('2026-11-02T02:04:05Z'),
        familyName: 'MARTIN',
        givenNames: ['Marie', 'Anne'],
        civility: 'DR',
        nationalIdentifier: '810000000001',
        rpps: '10000000001',
        mailboxes: [
          {
            address: 'marie.martin@medecin.mssante.exemple',
            type: 'PER',
            description: 'Boîte personnelle',
            service: null,
            dematerialisation: true,
            rank: 1,
          },
        ],
        qualifications: [{ code: '10', display: 'Médecin' }],
      },
    ]);
  });

  it('reads activities with their professional and structure', async () => {
    const { directory } = directoryOf(() => answer(bundle('practitioner-role-bundle')));
    expect(await all(directory.searchRoles({ practitionerId: '003-900001' }))).toMatchObject([
      {
        kind: 'practitioner-role',
        practitionerId: '003-900001',
        organizationId: '001-900001',
        familyName: 'MARTIN-DURAND',
        mailboxes: [{ address: 'marie.martin@cabinet.mssante.exemple', type: 'PER' }],
        specialties: [{ code: 'SM54', display: 'Médecine générale', system: null }],
      },
      { kind: 'practitioner' },
      {
        kind: 'organization',
        finess: '690000001',
        name: 'CABINET DES LILAS',
        city: 'LYON',
        mailboxes: [{ service: 'Secrétariat', type: 'ORG' }],
      },
    ]);
  });

  it('leaves out or makes null what it does not understand, and says so', async () => {
    const { directory } = directoryOf(() => answer(bundle('tolerated-bundle')));
    const { value: page } = await directory.searchPractitioners({ familyName: 'x' }).next();
    expect(page?.resources).toMatchObject([
      {
        id: '3',
        familyName: null,
        givenNames: ['Ada'],
        lastUpdated: null,
        rpps: '10000000003',
        mailboxes: [{ address: 'boite@exemple.mssante.exemple', type: 'NEW' }],
      },
      { id: '4', practitionerId: null, organizationId: '9', codes: [], specialties: [], mailboxes: [] },
    ]);
    expect(page?.warnings.map(({ code }) => code).sort()).toEqual([
      'FHIR_ADDRESS_INVALID',
      'FHIR_INACTIVE',
      'FHIR_INSTANT_INVALID',
      'FHIR_MAILBOX_TYPE_UNKNOWN',
      'FHIR_NOT_A_MAILBOX',
      'FHIR_REMARK',
      'FHIR_RESOURCE_UNEXPECTED',
      'FHIR_RESOURCE_UNEXPECTED',
      'FHIR_RESOURCE_UNEXPECTED',
    ]);
  });
});

describe('asking', () => {
  it('shows the key in its header, and writes criteria so that none can be another', async () => {
    const { directory, calls } = directoryOf(() => answer(empty));
    await all(directory.searchRoles({ familyName: 'LE GOFF&active=false', mailbox: 'a,b|c$d\\e', role: 'sys|10' }));
    const [{ url, init }] = calls as [(typeof calls)[number]];
    expect(url.origin + url.pathname).toBe(`${baseUrl}/PractitionerRole`);
    expect([...url.searchParams]).toEqual([
      ['family', 'LE GOFF&active=false'],
      ['mailbox-mss:exact', 'a\\,b\\|c\\$d\\\\e'],
      ['role', 'sys|10'],
      ['_include', 'PractitionerRole:practitioner'],
      ['_include', 'PractitionerRole:organization'],
      ['_count', '50'],
    ]);
    expect(init).toMatchObject({ headers: { 'ESANTE-API-KEY': 'cle-de-test', accept: 'application/fhir+json' }, redirect: 'error' });
  });

  it('finds by RPPS, by mailbox and by FINESS', async () => {
    const { directory, calls } = directoryOf(({ url }) => {
      const [, type = ''] = /\/v2\/(\w+)$/.exec(url.pathname) ?? [];
      return answer(
        bundle({ Practitioner: 'practitioner-bundle', PractitionerRole: 'practitioner-role-bundle' }[type] ?? 'organization-bundle'),
      );
    });
    expect((await directory.findByRpps('10000000001')).resources.map(({ kind }) => kind)).toEqual([
      'practitioner',
      'practitioner-role',
      'organization',
    ]);
    expect(calls[0]?.url.searchParams.get('identifier')).toBe('urn:oid:1.2.250.1.71.4.2.1|810000000001');
    expect(calls[1]?.url.searchParams.get('practitioner')).toBe('003-900001');
    expect((await directory.findByMailbox('a@b.mssante.exemple')).resources).toHaveLength(3);
    expect((await directory.findByFiness('690000001')).resources).toMatchObject([{ finess: '690000001' }]);
  });

  it.each([[{}], [{ rpps: '123' }], [{ familyName: '' }], [{ familyName: 'a\nb' }]])('refuses %o before it asks', async (criteria) => {
    const { directory, calls } = directoryOf(() => answer(empty));
    expect(() => directory.searchPractitioners(criteria)).toThrow(expect.objectContaining({ code: 'ERR_MSS_ANNUAIRE_FHIR_CRITERIA' }));
    expect(calls).toHaveLength(0);
  });

  it('refuses a configuration that cannot be', () => {
    for (const given of [
      { baseUrl: 'http://a.b/' },
      { baseUrl: 'https://u:p@a.b/' },
      { apiKey: 'a\r\nb' },
      { apiKey: '' },
      { attempts: 0 },
    ]) {
      expect(() => directoryOf(() => answer(empty), given)).toThrow(TypeError);
    }
    expect(() => createCallLimiter({ maxCalls: 0 })).toThrow(TypeError);
  });
});

describe('pages', () => {
  it('follows next pages of the same origin under the base', async () => {
    const { directory, calls } = directoryOf((_, index) =>
      answer(
        index === 0
          ? pageTo(`${baseUrl}?_getpages=abc&_getpagesoffset=50`)
          : index === 1
            ? pageTo(`${baseUrl}/Practitioner?p=3`)
            : bundle('practitioner-bundle'),
      ),
    );
    expect(await all(directory.searchPractitioners({ familyName: 'x' }))).toHaveLength(1);
    expect(calls.map(({ url }) => url.search)).toEqual([expect.stringContaining('family=x'), '?_getpages=abc&_getpagesoffset=50', '?p=3']);
  });

  it.each([
    'https://ailleurs.exemple/fhir/v2/Practitioner?p=2',
    'http://annuaire.exemple/fhir/v2/Practitioner?p=2',
    'https://annuaire.exemple:8443/fhir/v2/Practitioner?p=2',
    'https://annuaire.exemple/autre?p=2',
    'https://annuaire.exemple/fhir/v2/../../autre',
    'https://u:p@annuaire.exemple/fhir/v2/Practitioner',
    '//ailleurs.exemple/fhir/v2/',
    'https://[',
  ])('takes the key to no other place: %s', async (next) => {
    const { directory, calls } = directoryOf(() => answer(pageTo(next)));
    await expect(search(directory)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_PAGING' });
    expect(calls).toHaveLength(1);
  });

  it('ends in loops, and at its bound of pages', async () => {
    const loop = directoryOf(() => answer(pageTo(`${baseUrl}/Practitioner?p=2`)));
    await expect(search(loop.directory)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_PAGING' });
    expect(loop.calls).toHaveLength(2);
    const endless = directoryOf((_, index) => answer(pageTo(`${baseUrl}/Practitioner?p=${index}`)), { maxPages: 3 });
    const pages: boolean[] = [];
    for await (const { isPartial } of endless.directory.searchPractitioners({ familyName: 'x' })) pages.push(isPartial);
    expect([pages, endless.calls.length]).toEqual([[false, false, true], 3]);
  });
});

describe('what the service says of its answer', () => {
  const entry = (id: string, mode: string): object => ({ resource: { resourceType: 'Practitioner', id }, search: { mode } });
  const page = (total: number, entries: readonly object[], next?: string): string =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      total,
      entry: entries,
      ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
    });

  it('tells an answer that ends before what the service counts', async () => {
    const partial = async (...pages: readonly string[]): Promise<boolean[]> => {
      const { directory } = directoryOf((_, index) => answer(pages[index] ?? ''));
      const told: boolean[] = [];
      for await (const { isPartial } of directory.searchPractitioners({ familyName: 'x' })) told.push(isPartial);
      return told;
    };
    expect(await partial(page(3, [entry('1', 'match'), entry('2', 'include')]))).toEqual([true]);
    expect(await partial(page(1, [entry('1', 'match'), entry('2', 'include')]))).toEqual([false]);
    const next = `${baseUrl}/Practitioner?p=2`;
    expect(await partial(page(2, [entry('1', 'match')], next), page(2, [entry('2', 'match')]))).toEqual([false, false]);
  });

  it('passes on that it remarks on the search, not its text', async () => {
    const outcome = {
      resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-supported', diagnostics: 'MARTIN' }] },
      search: { mode: 'outcome' },
    };
    const { directory } = directoryOf(() => answer(page(1, [entry('1', 'match'), outcome])));
    const found = await directory.searchPractitioners({ familyName: 'MARTIN' }).next();
    expect(found.value?.warnings).toEqual([
      { code: 'FHIR_REMARK', message: 'the service remarks on the search: not-supported', where: 'entry' },
    ]);
    expect(found.value?.resources).toHaveLength(1);
  });
});

describe('pace [17 calls a second]', () => {
  it('begins no more than 17 calls in any second, whoever makes them', async () => {
    const { directory, calls } = directoryOf(() => answer(empty));
    await Promise.all(Array.from({ length: 60 }, () => search(directory)));
    const times = calls.map(({ at }) => at);
    expect(times).toHaveLength(60);
    for (const [index, time] of times.entries())
      expect(times.filter((other) => other >= time && other < time + 1000).length, String(index)).toBeLessThanOrEqual(17);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(3150);
  });

  it('does not let twice as many through after a pause, and survives a clock set back', async () => {
    let now = 100_000;
    const limiter = createCallLimiter({
      maxCalls: 2,
      perMs: 1000,
      clock: { now: () => new Date(now) },
      wait: async (ms) => void (now += ms),
    });
    const begin = async (): Promise<number> => {
      await limiter.enter();
      return now;
    };
    expect([await begin(), await begin(), await begin()]).toEqual([100_000, 100_000, 101_000]);
    now += 999;
    expect([await begin(), await begin()]).toEqual([101_999, 102_000 + 0]);
    now = 5000;
    expect(await begin()).toBe(5000);
  });

  it('lets an aborted caller go at once', async () => {
    const never = new Promise<void>(() => {});
    const limiter = createCallLimiter({ maxCalls: 1, clock: virtualTime().clock, wait: async () => never });
    await limiter.enter();
    void limiter.enter();
    const controller = new AbortController();
    const waiting = limiter.enter(controller.signal);
    controller.abort(new Error('assez'));
    await expect(waiting).rejects.toThrow('assez');
  });
});

describe('failures', () => {
  it('waits as long as Retry-After says, every caller', async () => {
    const { directory, calls } = directoryOf((_, index) =>
      index === 0 ? answer('', { status: 429, headers: { 'retry-after': '7' } }) : answer(empty),
    );
    await search(directory);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBe(7000);
    const dated = directoryOf((_, index) =>
      index === 0
        ? answer('', { status: 503, headers: { 'retry-after': 'Sun, 22 Nov 2026 00:00:09 GMT', date: 'Sun, 22 Nov 2026 00:00:04 GMT' } })
        : answer(empty),
    );
    await search(dated.directory);
    expect((dated.calls[1]?.at ?? 0) - (dated.calls[0]?.at ?? 0)).toBe(5000);
  });

  it('tries failures again with growing waits, then gives up with a code', async () => {
    const { directory, calls, waits } = directoryOf(() => answer('', { status: 500 }));
    await expect(search(directory)).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_FHIR_UNAVAILABLE',
      permanent: false,
      details: { status: 500 },
    });
    expect([calls.length, waits]).toEqual([4, [500, 1000, 2000]]);
  });

  it('tries again when the network fails for now, not when the server is refused', async () => {
    const passing = directoryOf((_, index) => {
      if (index === 0) throw new MssError('ERR_MSS_TLS_UNREACHABLE', 'x', { permanent: false });
      return answer(empty);
    });
    await search(passing.directory);
    expect(passing.calls).toHaveLength(2);
    const refused = directoryOf(() => {
      throw new MssError('ERR_MSS_TLS_REVOKED', 'x');
    });
    await expect(search(refused.directory)).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(refused.calls).toHaveLength(1);
  });

  it.each([
    [401, 'ERR_MSS_ANNUAIRE_FHIR_KEY', {}],
    [403, 'ERR_MSS_ANNUAIRE_FHIR_KEY', {}],
    [400, 'ERR_MSS_ANNUAIRE_FHIR_REFUSED', { status: 400, issue: 'not-supported' }],
    [404, 'ERR_MSS_ANNUAIRE_FHIR_REFUSED', { status: 404 }],
    [204, 'ERR_MSS_ANNUAIRE_FHIR_REFUSED', { status: 204, issue: null }],
  ])('status %i is %s, once, and quotes nothing', async (status, code, details) => {
    const body = JSON.stringify({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'not-supported', diagnostics: 'MARTIN cle-de-test' }],
    });
    const { directory, calls } = directoryOf(() => (status === 204 ? new Response(null, { status }) : answer(body, { status })));
    const error: unknown = await search(directory).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code, permanent: true, details });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/MARTIN|cle-de-test/);
    expect(calls).toHaveLength(1);
  });

  it('ends by the signal, while it waits too', async () => {
    const controller = new AbortController();
    const { directory, calls } = directoryOf(() => {
      controller.abort();
      return answer('', { status: 500 });
    });
    await expect(all(directory.searchPractitioners({ familyName: 'x' }, { signal: controller.signal }))).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_FHIR_ABORTED',
    });
    expect(calls).toHaveLength(1);
  });
});

describe('hostile answers', () => {
  it.each([
    ['a web page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a web page that claims to be FHIR', () => answer('<html>')],
    ['broken JSON', () => answer('{"resourceType":"Bundle","entry":[')],
    ['no UTF-8', () => answer(Uint8Array.of(0x22, 0xff, 0x22))],
    ['another resource', () => answer('{"resourceType":"Patient"}')],
    ['a list', () => answer('[]')],
    ['null', () => answer('null')],
    ['entries that are none', () => answer('{"resourceType":"Bundle","entry":{"resource":{}}}')],
  ])('%s is no FHIR', async (_, serve) => {
    await expect(search(directoryOf(serve).directory)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR' });
  });

  it('stops reading at the bound of one answer', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
        if (pulled === 50) controller.close();
      },
    });
    const { directory } = directoryOf(() => new Response(body, { headers: { 'content-type': 'application/json' } }));
    await expect(search(directory)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE' });
    expect(pulled).toBeLessThan(12);
  });

  it('reads deep nesting and a page of very many entries without falling', async () => {
    const deep = `{"resourceType":"Bundle","entry":[{"resource":${'{"resourceType":"Practitioner","id":"1","name":'.repeat(1)}${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}`;
    expect(await search(directoryOf(() => answer(deep)).directory)).toMatchObject([{ id: '1', familyName: null }]);
    const many = JSON.stringify({ resourceType: 'Bundle', entry: Array.from({ length: 5000 }, () => ({})) });
    await expect(search(directoryOf(() => answer(many)).directory)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE' });
  });

  it('is never constructed with a key that would be another header', () => {
    expect(() => createFhirDirectory({ policy: { fetch: async () => answer(empty) }, baseUrl, apiKey: 'k', apiKeyHeader: 'a: b' })).toThrow(
      TypeError,
    );
  });
});
