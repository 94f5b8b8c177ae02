import { readdirSync } from 'node:fs';
import { isMssError } from '@mss/core';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import type { SyncOptions } from '../src/index.js';
import { createSample, syncHere, type Sample } from './sample-directory.js';

type Fetch = NonNullable<SyncOptions['policy']>['fetch'];
/** Answers of one server, one after the other; the last one again and again. */
type Answer = (request: { readonly method: string; readonly range: string | null }) => Response | Promise<Response>;

function server(...answers: readonly Answer[]): { readonly fetch: Fetch; readonly requests: string[] } {
  const requests: string[] = [];
  return {
    requests,
    fetch: async (_url, init = {}) => {
      const method = init.method ?? 'GET';
      const range = new Headers(init.headers as Record<string, string>).get('range');
      const answer = answers[Math.min(requests.length, answers.length - 1)] as Answer;
      requests.push([method, range].filter((part) => part !== null).join(' '));
      return answer({ method, range });
    },
  };
}

const textOf = (changes: number): Buffer => Buffer.from(`${[...generateExtraction({ lines: 300, seed: 1, changes })].join('\n')}\n`);
const text = textOf(0);
const url = 'https://annuaire.example/Extraction_Correspondance_MSSante';
const nameOf = (stamp: string): string => `attachment; filename=Extraction_Correspondance_MSSante_${stamp}.txt`;

/** Some bytes, then the end of the connection. */
const body = (bytes: Uint8Array, headers: Readonly<Record<string, string>>, status = 200): Response =>
  new Response(
    ReadableStream.from(
      (async function* () {
        yield bytes;
      })(),
    ),
    { status, headers },
  );
const whole =
  (bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer =>
  ({ method }) => {
    const all = { 'content-length': String(bytes.length), ...headers };
    return method === 'HEAD' ? new Response(null, { headers: all }) : body(bytes, all);
  };
const status =
  (code: number): Answer =>
  () =>
    new Response(null, { status: code });

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

const sync = (sample: Sample, options: Partial<SyncOptions>): ReturnType<typeof syncHere> =>
  syncHere({ source: url, wait: async () => {}, attempts: 2, ...options, db: sample.db });

const html = Buffer.from('<!DOCTYPE html><html><body>Service en maintenance</body></html>');

describe('a server that gives something else', () => {
  it.each([
    ['a maintenance page with status 200', html, {}],
    ['another table', Buffer.from('a|b|c\n1|2|3\n'), {}],
    ['an archive cut on its way that it calls whole', Buffer.from('PK\u0003\u0004cut'), {}],
  ])('%s: the mirror is asked', async (_, bytes, headers) => {
    await using sample = await createSample();
    const mirror = server(whole(text));
    const result = await sync(sample, { policy: server(whole(bytes, headers)), mirrors: [{ url: `${url}/mirror`, policy: mirror }] });
    expect(result).toMatchObject({ outcome: 'updated', rows: 300 });
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
  });

  it('is told by its own code when there is no mirror, and is not kept', async () => {
    await using sample = await createSample();
    expect(await codeOf(sync(sample, { policy: server(whole(html)) }))).toBe('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION');
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
  });

  it.each([400, 403, 501])('answers %s to HEAD and the file to GET', async (code) => {
    await using sample = await createSample();
    expect(await sync(sample, { policy: server(status(code), whole(text)) })).toMatchObject({ rows: 300 });
  });
});

describe('a part that does not fit [RFC 9110 §14, §15.3.7]', () => {
  const head: Answer = () => new Response(null, { headers: { 'content-length': String(text.length), etag: '"one"' } });
  const cut: Answer = () => body(text.subarray(0, 1000), { 'content-length': String(text.length), etag: '"one"' });
  /** The rest of a text from where it was asked. */
  const rest =
    (bytes: Uint8Array, headers: Readonly<Record<string, string>>): Answer =>
    ({ method, range }) => {
      const [, from] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
      return from === undefined ? whole(bytes, headers)({ method, range }) : body(bytes.subarray(Number(from)), headers, 206);
    };

  it('of another version, from a server that ignores If-Range, is not put behind the first', async () => {
    const other = textOf(0.02);
    const range = `bytes 1000-${text.length - 1}/${text.length}`;
    // Of the same length, as far as the server says: only the version tells.
    const mixed = other.subarray(0, text.length);
    const policy = server(head, cut, head, rest(mixed, { 'content-range': range, etag: '"two"' }), head, whole(text, { etag: '"one"' }));
    await using sample = await createSample();
    expect(await sync(sample, { policy, attempts: 3 })).toMatchObject({ outcome: 'updated', rows: 300 });
    expect(policy.requests).toEqual(['HEAD', 'GET', 'HEAD', 'GET bytes=1000-', 'HEAD', 'GET']);
  });

  it('without a total is as long as the file was announced', async () => {
    const short: Answer = () => body(text.subarray(1000, 5000), { 'content-range': 'bytes 1000-4999/*', etag: '"one"' }, 206);
    const end: Answer = () => body(text.subarray(5000), { 'content-range': `bytes 5000-${text.length - 1}/*`, etag: '"one"' }, 206);
    const policy = server(head, cut, head, short, head, end);
    await using sample = await createSample();
    expect(await sync(sample, { policy, attempts: 3 })).toMatchObject({ outcome: 'updated', rows: 300 });
  });

  it('is not appended to what was asked for whole', async () => {
    await using sample = await createSample();
    const unnamed: Answer = () => new Response(null, { headers: { 'content-length': String(text.length) } });
    const stray: Answer = () => body(text.subarray(1000), { 'content-range': `bytes 1000-${text.length - 1}/${text.length}` }, 206);
    const cutUnnamed: Answer = () => body(text.subarray(0, 1000), { 'content-length': String(text.length) });
    const policy = server(unnamed, cutUnnamed, unnamed, stray, unnamed, whole(text));
    expect(await sync(sample, { policy, attempts: 3 })).toMatchObject({ rows: 300 });
    expect(policy.requests).toHaveLength(6);
  });
});

describe('a body without a length', () => {
  it('is as long as HEAD announced', async () => {
    const head: Answer = () => new Response(null, { headers: { 'content-length': String(text.length), etag: '"one"' } });
    // At a line end: nothing in the text tells that it was cut.
    const cutAt = text.lastIndexOf('\n', text.length - 2) + 1;
    const closed: Answer = () => body(text.subarray(0, cutAt), { etag: '"one"' });
    await using sample = await createSample();
    expect(await codeOf(sync(sample, { policy: server(head, closed), attempts: 1 }))).toBe('ERR_MSS_ANNUAIRE_DOWNLOAD');
    expect(await sync(sample, { policy: server(head, whole(text, { etag: '"one"' })) })).toMatchObject({ rows: 300 });
  });

  it('is refused above the limit, and what came is not kept', async () => {
    const endless: Answer = ({ method }) => (method === 'HEAD' ? new Response(null) : body(text, {}));
    await using sample = await createSample();
    expect(await codeOf(sync(sample, { policy: server(endless), limits: { sourceBytes: 5000 } }))).toBe('ERR_MSS_ANNUAIRE_TOO_LARGE');
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
  });
});

describe('an abort', () => {
  it('ends the wait before the next attempt, with the reason of the signal', async () => {
    await using sample = await createSample();
    const abort = new AbortController();
    const policy = server(() => {
      setImmediate(() => abort.abort(new Error('enough')));
      return new Response(null, { status: 503, headers: { 'retry-after': '60' } });
    });
    const running = syncHere({ source: url, policy, db: sample.db, signal: abort.signal });
    await expect(running).rejects.toThrow('enough');
    expect(policy.requests).toEqual(['HEAD']);
  });

  it('ends a stream that gives nothing, and leaves nothing of it', async () => {
    await using sample = await createSample();
    const abort = new AbortController();
    let isReturned = false;
    const mute: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          setImmediate(() => abort.abort(new Error('enough')));
          return new Promise(() => {});
        },
        return: async () => {
          isReturned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(syncHere({ source: mute, db: sample.db, signal: abort.signal })).rejects.toThrow('enough');
    expect([isReturned, readdirSync(`${sample.db}.work`)]).toEqual([true, []]);
  });
});

describe('a mirror that is behind', () => {
  const today = { 'content-disposition': nameOf('202611230300'), etag: '"today"' };
  const yesterday = { 'content-disposition': nameOf('202611220300'), etag: '"yesterday"' };

  it('does not bring the directory back to an older day', async () => {
    await using sample = await createSample();
    await sync(sample, { policy: server(whole(textOf(0.02), today)) });
    const mirrors = [{ url: `${url}/mirror`, policy: server(whole(text, yesterday)) }];
    expect(await codeOf(sync(sample, { policy: server(status(503)), mirrors }))).toBe('ERR_MSS_ANNUAIRE_DOWNLOAD');
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
  });

  it('serves as long as it is not older', async () => {
    await using sample = await createSample();
    await sync(sample, { policy: server(whole(text, yesterday)) });
    const mirrors = [{ url: `${url}/mirror`, policy: server(whole(textOf(0.02), today)) }];
    expect(await sync(sample, { policy: server(status(503)), mirrors })).toMatchObject({ outcome: 'updated', published: '202611230300' });
  });

  it('of an older file that the caller names itself is said in a warning', async () => {
    await using sample = await createSample();
    await sync(sample, { policy: server(whole(textOf(0.02), today)) });
    const result = await sync(sample, { policy: server(whole(text, yesterday)) });
    expect(result).toMatchObject({ outcome: 'updated', published: '202611220300' });
    expect(result.warnings.map(({ code }) => code)).toEqual(['ANNUAIRE_OLDER']);
  });
});
