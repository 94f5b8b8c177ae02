import { MssError } from '@mss/core';
import type { DirectorySearch, SearchOptions, SearchResult } from '@mss/annuaire-sync';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { buildPage, type Page } from '../src/build-page.ts';
import { openSandboxDirectory, type OpenDirectory } from '../src/directory.ts';
import { createServer } from '../src/server.ts';

let page: Page;
let directory: OpenDirectory;
/** Over a directory that is what a test says. */
let server: FastifyInstance;
beforeAll(async () => {
  [page, directory] = await Promise.all([buildPage(), openSandboxDirectory({ mailboxes: 60 })]);
  server = createServer({ page, search: { search: (text, options) => fake(text, options) } });
});
afterAll(async () => {
  await server.close();
  await directory.close();
});

const asked: { text: string; options: SearchOptions }[] = [];
let fake: DirectorySearch['search'];
const nothing: SearchResult = { total: 0, hits: [], snapshot: 1 };
beforeEach(() => {
  asked.length = 0;
  fake = async (text, options = {}) => {
    asked.push({ text, options });
    return nothing;
  };
});

async function get(url: string, headers: Record<string, string> = {}, of = server) {
  return of.inject({ method: 'GET', url, headers: { host: '127.0.0.1:8080', ...headers } });
}

describe('GET /annuaire', () => {
  it('finds the doctor of the sandbox, with what the page shows and no more', async () => {
    const response = await get('/annuaire?q=moreau%20limoges', {}, createServer({ page, search: directory.search }));
    expect(response.statusCode).toBe(200);
    expect(response.json().hits[0]).toEqual({
      id: expect.any(Number),
      address: 'claire.moreau@cabinet-des-tilleuls.mssante.test',
      type: 'PER',
      dematerialisation: true,
      civility: 'DR',
      familyName: 'MOREAU',
      givenName: 'Claire',
      rpps: expect.stringMatching(/^99700/),
      profession: 'Médecin',
      specialty: 'Médecine Générale',
      organisation: 'CABINET DES TILLEULS',
      tradeName: null,
      service: null,
      postalCode: '87000',
      city: 'LIMOGES',
      matches: [
        { word: 'moreau', field: 'family', kind: 'exact' },
        { word: 'limoges', field: 'city', kind: 'exact' },
      ],
    });
  });

  it('hands the filters to the directory', async () => {
    await get('/annuaire?q=le%20goff&profession=cardiologue&department=2A&type=PER&offset=40&limit=10');
    await get('/annuaire');
    expect(asked.map(({ text }) => text)).toEqual(['le goff', '']);
    const [first, second] = asked.map(({ options: { signal: _signal, ...rest } }) => rest);
    expect(first).toEqual({ profession: 'cardiologue', departments: ['2A'], types: ['PER'], offset: 40, limit: 10 });
    expect(second).toEqual({ offset: 0, limit: 20 });
  });

  it.each([
    ['a text that is too long', `q=${'x'.repeat(201)}`],
    ['a department that does not exist', 'q=a&department=20'],
    ['another type', 'q=a&type=XXX'],
    ['a page of nobody', 'q=a&offset=-1'],
    ['more than a page', 'q=a&limit=51'],
    ['a parameter that is unknown', 'q=a&filtre=1'],
    ['a parameter twice', 'q=a&q=b'],
  ])('refuses %s', async (_, query) => {
    const response = await get(`/annuaire?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ code: 'INVALID', message: 'La recherche n’est pas valable.' });
    expect(asked).toEqual([]);
  });

  it('knows every department of the page', async () => {
    const { departments } = await import('../web/departments.ts');
    const answers = await Promise.all(departments.map(async ([code]) => (await get(`/annuaire?department=${code}`)).statusCode));
    expect(new Set(answers)).toEqual(new Set([200]));
  });

  it('says that the directory does not answer, without what was typed', async () => {
    fake = async (text) => Promise.reject(new MssError('ERR_MSS_ANNUAIRE_WORKER', `lost ${text}`));
    const response = await get('/annuaire?q=moreau');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({ code: 'ERR_MSS_ANNUAIRE_WORKER', message: 'L’annuaire ne répond pas. Réessayez dans un instant.' });
    expect(response.body).not.toContain('moreau');
  });

  it('stops a search whose browser is gone', async () => {
    let aborted = (): void => {};
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    fake = async (_, { signal } = {}) => {
      signal?.addEventListener('abort', () => aborted());
      started();
      await gone;
      return nothing;
    };
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const controller = new AbortController();
    const response = fetch(`${address}/annuaire?q=a`, { signal: controller.signal });
    await running;
    controller.abort();
    await expect(response).rejects.toThrow();
    await gone;
  });
});

describe('every answer', () => {
  it.each(['/', '/annuaire?q=a', '/annuaire?limit=x', '/nothing'])('%s has the headers that keep others out', async (url) => {
    const { headers } = await get(url);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it('is for this machine only, whatever name points at it', async () => {
    expect((await get('/', { host: 'localhost:9' })).statusCode).toBe(200);
    expect((await get('/annuaire?q=a', { host: 'evil.example' })).statusCode).toBe(403);
    expect((await get('/annuaire?q=a', { host: '127.0.0.1.evil.example' })).statusCode).toBe(403);
    expect((await get('/annuaire?q=a', { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect(asked).toEqual([]);
  });

  it('takes nothing but GET', async () => {
    const response = await server.inject({ method: 'POST', url: '/annuaire', headers: { host: 'localhost' }, payload: { q: 'a' } });
    expect(response.statusCode).toBe(404);
  });
});

describe('the page', () => {
  it('is served from memory, and has nothing inline and nothing from elsewhere', async () => {
    const index = await get('/');
    expect(index.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const links = [...index.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) {
      expect(link).toMatch(/^\/assets\//);
      expect((await get(link)).headers['cache-control']).toContain('immutable');
    }
    expect(index.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style="| on[a-z]+="/);
  });
});
