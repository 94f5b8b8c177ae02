import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { isMssError, MssError } from '@mss/core';
import { writeZip } from '@mss/formats/zip';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import type { SyncOptions } from '../src/index.js';
import { createSample, syncHere } from './sample-directory.js';

/** A server whose answers are scripted, with the shape of `policy.fetch`. Real sockets: tooling/interop. */
class Server {
  readonly requests: string[] = [];
  readonly #file: { bytes: Uint8Array; etag: string | null; name: string | null; modified: string | null };
  /** Of the next GETs: cut after so many bytes, or answer with this status. */
  readonly faults: (number | { readonly status: number; readonly retryAfter?: string; readonly date?: string })[] = [];
  ranges = true;
  knowsHead = true;

  constructor(
    bytes: Uint8Array,
    of: { readonly etag?: string | null; readonly name?: string | null; readonly modified?: string | null } = {},
  ) {
    this.#file = {
      bytes,
      etag: of.etag === undefined ? '"one"' : of.etag,
      name: of.name === undefined ? 'Extraction_Correspondance_MSSante_202611220300.zip' : of.name,
      modified: of.modified ?? null,
    };
  }

  replace(bytes: Uint8Array, etag: string | null, name: string | null): void {
    Object.assign(this.#file, { bytes, etag, name });
  }

  readonly fetch: NonNullable<SyncOptions['policy']>['fetch'] = async (_url, init = {}) => {
    const { bytes, etag, name, modified } = this.#file;
    const method = init.method ?? 'GET';
    const given = new Headers(init.headers as Record<string, string>);
    this.requests.push([method, given.get('range'), given.get('if-range')].filter((part) => part !== null).join(' '));
    const headers = new Headers({ 'content-length': String(bytes.length) });
    if (etag !== null) headers.set('etag', etag);
    if (modified !== null) headers.set('last-modified', modified);
    if (name !== null) headers.set('content-disposition', `attachment; filename=${name}`);
    if (method === 'HEAD') return this.knowsHead ? new Response(null, { headers }) : new Response(null, { status: 405 });
    const fault = this.faults.shift();
    if (typeof fault === 'object') {
      const { retryAfter, date } = fault;
      return new Response('', {
        status: fault.status,
        headers: { ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }), ...(date === undefined ? {} : { date }) },
      });
    }
    let body = bytes;
    let status = 200;
    const [, from] = /^bytes=(\d+)-$/.exec(given.get('range') ?? '') ?? [];
    if (from !== undefined && this.ranges && given.get('if-range') === (etag ?? modified)) {
      body = bytes.subarray(Number(from));
      status = 206;
      headers.set('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
      headers.set('content-length', String(body.length));
    }
    const cut = fault ?? body.length;
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield body.subarray(0, cut);
      if (cut < body.length) throw new MssError('ERR_MSS_TLS_HTTP', 'the response broke off');
    };
    return new Response(ReadableStream.from(stream()), { status, headers });
  };
}

const textOf = (changes: number): Uint8Array => Buffer.from(`${[...generateExtraction({ lines: 300, seed: 1, changes })].join('\n')}\n`);
const zipOf = (changes: number): Uint8Array =>
  writeZip([{ name: 'Extraction_Correspondance_MSSante_202611220300.txt', bytes: textOf(changes) }], {
    modifiedAt: new Date('2026-11-22T03:00:00Z'),
  });
const url = 'https://annuaire.example/extraction/Extraction_Correspondance_MSSante?key=secret';
const zip = zipOf(0);

async function world(
  server: Server,
): Promise<
  { sync(options?: Partial<SyncOptions>): ReturnType<typeof syncHere>; readonly waits: number[]; readonly work: string } & AsyncDisposable
> {
  const sample = await createSample();
  const waits: number[] = [];
  return {
    sync: (options = {}) => syncHere({ source: url, policy: server, wait: async (ms) => void waits.push(ms), ...options, db: sample.db }),
    waits,
    work: `${sample.db}.work`,
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

describe('a download', () => {
  it('is loaded, and not fetched again when HEAD says it is known', async () => {
    const server = new Server(zip);
    await using here = await world(server);
    expect(await here.sync()).toMatchObject({ outcome: 'updated', rows: 300, published: '202611220300' });
    expect(await here.sync()).toMatchObject({ outcome: 'unchanged', rows: 300, unchanged: 300, added: 0, snapshot: 1 });
    expect(server.requests).toEqual(['HEAD', 'GET', 'HEAD']);
    expect(readdirSync(here.work)).toEqual([]);
    expect(await here.sync({ force: true })).toMatchObject({ outcome: 'unchanged', unchanged: 300 });
    expect(server.requests.slice(3)).toEqual(['HEAD', 'GET']);
  });

  it.each([
    ['its ETag', '"two"', 'Extraction_Correspondance_MSSante_202611220300.zip'],
    ['the name in Content-Disposition', null, 'Extraction_Correspondance_MSSante_202611230300.zip'],
  ])('is new when %s changed', async (_, etag, name) => {
    const server = new Server(zip, { etag: etag === null ? null : '"one"' });
    await using here = await world(server);
    await here.sync();
    const same = await here.sync();
    expect(same.outcome).toBe('unchanged');
    server.replace(zipOf(0.02), etag, name);
    expect(await here.sync()).toMatchObject({ outcome: 'updated', snapshot: 2 });
  });

  it('goes on where it broke off, with Range and If-Range [RFC 9110 §13.1.5]', async () => {
    const server = new Server(zip);
    server.faults.push(1000, 500);
    await using here = await world(server);
    expect(await here.sync()).toMatchObject({ rows: 300 });
    expect(server.requests.filter((request) => request.startsWith('GET'))).toEqual([
      'GET',
      'GET bytes=1000- "one"',
      'GET bytes=1500- "one"',
    ]);
    expect(here.waits).toEqual([1000, 2000]);
  });

  it('goes on in a later call, and starts anew when the file has changed meanwhile', async () => {
    const server = new Server(zip);
    server.faults.push(1000);
    await using here = await world(server);
    expect(await codeOf(here.sync({ attempts: 1 }))).toBe('ERR_MSS_TLS_HTTP');
    expect(readdirSync(here.work)).toHaveLength(2);
    server.faults.push(700);
    expect(await codeOf(here.sync({ attempts: 1 }))).toBe('ERR_MSS_TLS_HTTP');
    expect(server.requests.at(-1)).toBe('GET bytes=1000- "one"');
    server.replace(zipOf(0.02), '"two"', null);
    expect(await here.sync({ attempts: 1 })).toMatchObject({ outcome: 'updated' });
    expect(server.requests.at(-1)).toBe('GET');
  });

  it('starts anew when the server ignores Range, and when it names no version', async () => {
    const server = new Server(zip);
    server.ranges = false;
    server.faults.push(1000);
    await using here = await world(server);
    expect(await here.sync()).toMatchObject({ rows: 300 });

    const unnamed = new Server(zip, { etag: null, name: null });
    unnamed.faults.push(1000);
    await using there = await world(unnamed);
    expect(await there.sync()).toMatchObject({ rows: 300 });
    expect(unnamed.requests.filter((request) => request.startsWith('GET'))).toEqual(['GET', 'GET']);
  });

  it('works without HEAD', async () => {
    const server = new Server(zip);
    server.knowsHead = false;
    await using here = await world(server);
    expect(await here.sync()).toMatchObject({ rows: 300 });
    expect(await here.sync()).toMatchObject({ outcome: 'unchanged' });
  });

  it('waits as long as the server asks, and gives up after the attempts', async () => {
    const server = new Server(zip);
    server.faults.push({ status: 503, retryAfter: '7' }, { status: 500 });
    const date = 'Sun, 22 Nov 2026 03:00:00 GMT';
    server.faults.push({ status: 429, retryAfter: 'Sun, 22 Nov 2026 03:00:20 GMT', date }, { status: 502 });
    await using here = await world(server);
    const error = await here.sync({ attempts: 4 }).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'ERR_MSS_ANNUAIRE_DOWNLOAD', permanent: false, details: { status: 502 } });
    expect(here.waits).toEqual([7000, 2000, 20_000]);
  });

  it('comes from a mirror under its own policy when the source fails; a 404 is not asked again', async () => {
    const server = new Server(zip);
    server.faults.push({ status: 404 });
    const mirror = new Server(textOf(0), { name: 'Extraction_Correspondance_MSSante_202611220300.txt', etag: '"m"' });
    await using here = await world(server);
    expect(await here.sync({ mirrors: [{ url: 'https://mirror.example/file', policy: mirror }] })).toMatchObject({ rows: 300 });
    expect(server.requests).toEqual(['HEAD', 'GET']);
    expect(mirror.requests).toEqual(['HEAD', 'GET']);
    expect(here.waits).toEqual([]);
  });

  it('is refused when size or checksum is not the expected one, and thrown away', async () => {
    const server = new Server(zip);
    await using here = await world(server);
    for (const expected of [{ bytes: zip.length - 1 }, { sha256: '00' }, { sha1: '00' }]) {
      expect(await codeOf(here.sync({ expected }))).toBe('ERR_MSS_ANNUAIRE_CHECKSUM');
      expect(readdirSync(here.work)).toEqual([]);
    }
    const digest = (algorithm: string): string => createHash(algorithm).update(zip).digest('hex').toUpperCase();
    expect(await here.sync({ expected: { bytes: zip.length, sha1: digest('sha1'), sha256: digest('sha256') } })).toMatchObject({
      rows: 300,
    });
  });

  it('that HEAD calls known is fetched all the same when another one is expected', async () => {
    const server = new Server(zip);
    await using here = await world(server);
    await here.sync();
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(await here.sync({ expected: { sha256 } })).toMatchObject({ outcome: 'unchanged' });
    expect(server.requests).toEqual(['HEAD', 'GET', 'HEAD']);
    expect(await codeOf(here.sync({ expected: { sha256: '0'.repeat(64) } }))).toBe('ERR_MSS_ANNUAIRE_CHECKSUM');
  });

  it('is refused above the limit, before it is fetched', async () => {
    const server = new Server(zip);
    await using here = await world(server);
    expect(await codeOf(here.sync({ limits: { sourceBytes: 1000 } }))).toBe('ERR_MSS_ANNUAIRE_TOO_LARGE');
    expect(server.requests).toEqual(['HEAD']);
  });

  it('of a web page is refused, and not kept', async () => {
    const server = new Server(Buffer.from('<html>maintenance</html>'), { name: null });
    await using here = await world(server);
    expect(await codeOf(here.sync())).toBe('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION');
    expect(readdirSync(here.work)).toEqual([]);
  });

  it('stays on disk when there are too many changes, for the call that allows them', async () => {
    const server = new Server(zip);
    await using here = await world(server);
    await here.sync();
    server.replace(Buffer.from(`${[...generateExtraction({ lines: 300, seed: 9 })].join('\n')}\n`), '"two"', null);
    expect(await codeOf(here.sync())).toBe('ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES');
    expect(await here.sync({ maxChangePercent: 200 })).toMatchObject({ outcome: 'updated' });
    expect(server.requests.filter((request) => request === 'GET')).toHaveLength(2);
  });

  it('needs a policy', async () => {
    await using sample = await createSample();
    await expect(syncHere({ source: url, db: sample.db })).rejects.toThrow(TypeError);
  });
});
