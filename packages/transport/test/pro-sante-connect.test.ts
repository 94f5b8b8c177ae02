import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { isMssError } from '@mss/core';
import type { SecureFetchInit } from '@mss/pki';
import { describe, expect, it } from 'vitest';
import {
  createProSanteConnect,
  openLoopbackRedirect,
  proSanteConnectBas,
  proSanteConnectProduction,
  type ProSanteConnect,
  type ProSanteConnectOptions,
  type PscProvider,
} from '../src/pro-sante-connect/index.js';

const issuer = 'https://psc.test/realms/a';
const redirectUri = 'http://127.0.0.1:9/retour';
const good = {
  issuer,
  authorization_endpoint: 'https://wallet.test/auth',
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/certs`,
  backchannel_authentication_endpoint: `${issuer}/ciba`,
};

/** A client over a `fetch` of the test, and what it was asked. */
function clientOf(
  answer: (url: string, init: SecureFetchInit) => Response | Promise<Response>,
  options: Partial<ProSanteConnectOptions> = {},
): { readonly psc: ProSanteConnect; readonly asked: { readonly url: string; readonly init: SecureFetchInit }[] } {
  const asked: { url: string; init: SecureFetchInit }[] = [];
  const fetch = async (url: string | URL, init: SecureFetchInit = {}): Promise<Response> => {
    asked.push({ url: String(url), init });
    return answer(String(url), init);
  };
  const clientAuthentication = { type: 'secret', secret: 'le secret' } as const;
  return {
    asked,
    psc: createProSanteConnect({ provider: { issuer }, clientId: 'lps', clientAuthentication, policy: { fetch }, ...options }),
  };
}

const json = (value: unknown, status = 200): Response => Response.json(value, { status });

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isMssError(error) ? error.code : `not an MssError: ${String(error)}`;
  }
}

describe('the metadata of Pro Santé Connect', () => {
  it.each([
    ['of another issuer', { issuer: 'https://psc.test/realms/b' }],
    ['with a token endpoint on another host', { token_endpoint: 'https://voleur.test/token' }],
    ['with a token endpoint on another port', { token_endpoint: 'https://psc.test:8443/token' }],
    ['with a token endpoint in clear text', { token_endpoint: 'http://psc.test/token' }],
    ['with keys on another host', { jwks_uri: 'https://voleur.test/keys' }],
    ['with user information elsewhere', { userinfo_endpoint: 'https://voleur.test/me' }],
    ['with another host for client certificates', { mtls_endpoint_aliases: { token_endpoint: 'https://mtls.test/token' } }],
    ['with a browser page in clear text', { authorization_endpoint: 'http://wallet.test/auth' }],
  ])('%s are not used: nothing else is asked', async (_name, wrong) => {
    const { psc, asked } = clientOf(() => json({ ...good, ...wrong }));
    expect(await codeOf(psc.signIn({ nationalId: '8' }))).toBe('ERR_MSS_PSC_METADATA');
    expect(asked.map(({ url }) => url)).toEqual([`${issuer}/.well-known/openid-configuration`]);
    expect(asked[0]?.init.headers).not.toHaveProperty('authorization');
  });

  it('may name hosts that are configured', async () => {
    const provider: PscProvider = { issuer, discoveryUrl: `${issuer}/.well-known/wallet-openid-configuration`, hosts: ['mtls.test'] };
    const { psc, asked } = clientOf(() => json({ ...good, mtls_endpoint_aliases: { token_endpoint: 'https://mtls.test/token' } }), {
      provider,
    });
    expect(new URL((await psc.authorize({ redirectUri })).url).host).toBe('wallet.test');
    expect(asked[0]?.url).toBe(provider.discoveryUrl);
  });

  it('are fetched once for all who wait, and again after a failure', async () => {
    let up = false;
    const { psc, asked } = clientOf(() => (up ? json(good) : json({}, 502)));
    expect(await codeOf(psc.authorize({ redirectUri }))).toBe('ERR_MSS_PSC_UNAVAILABLE');
    up = true;
    await Promise.all([psc.authorize({ redirectUri }), psc.authorize({ redirectUri })]);
    await psc.authorize({ redirectUri });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['a page', new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
    ['broken JSON', new Response('{', { headers: { 'content-type': 'application/json' } })],
    ['no object', json([])],
    ['a redirect', new Response(null, { status: 302, headers: { location: 'https://voleur.test/' } })],
    ['nothing of use', json({})],
    ['404', json({}, 404)],
  ])('that are %s end with a code', async (_name, answer) => {
    const { psc, asked } = clientOf(() => answer);
    expect(await codeOf(psc.authorize({ redirectUri }))).toBe('ERR_MSS_PSC_PROTOCOL');
    expect(asked).toHaveLength(1);
  });
});

describe('what is sent to Pro Santé Connect', () => {
  it('carries the secret, and never the certificate of the policy', async () => {
    const { psc, asked } = clientOf((url) => (url.endsWith('configuration') ? json(good) : json({ error: 'unknown_user_id' }, 400)));
    expect(await codeOf(psc.signIn({ nationalId: '899700000015' }))).toBe('ERR_MSS_PSC_UNKNOWN_PERSON');
    const [, ciba] = asked;
    expect(ciba?.init.headers).toMatchObject({ authorization: `Basic ${Buffer.from('lps:le+secret').toString('base64')}` });
    const form = ciba?.init.body instanceof URLSearchParams ? ciba.init.body : new URLSearchParams();
    expect(form.get('binding_message')).toMatch(/^[1-9]\d$/);
    expect(asked.every(({ init }) => init.clientIdentity === null && init.redirect === 'manual')).toBe(true);
    expect(asked.every(({ init }) => (init.maxResponseBytes ?? Infinity) <= 1024 * 1024)).toBe(true);
  });

  it('is given up when the caller aborts, at once', async () => {
    const abort = new AbortController();
    const { psc } = clientOf(
      async (_url, { signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))),
    );
    const waiting = codeOf(psc.authorize({ redirectUri, signal: abort.signal }));
    abort.abort();
    expect(await waiting).toBe('ERR_MSS_PSC_ABORTED');
  });

  it('is never an identifier or a message that Pro Santé Connect could take for something else', async () => {
    const { psc, asked } = clientOf(() => json(good));
    await expect(psc.signIn({ nationalId: '8&login_hint=9' })).rejects.toThrow(TypeError);
    await expect(psc.signIn({ nationalId: '8', bindingMessage: '<b>' })).rejects.toThrow(TypeError);
    expect(asked).toEqual([]);
  });

  it.each([
    ['invalid_client', 401, 'ERR_MSS_PSC_CLIENT'],
    ['access_denied', 400, 'ERR_MSS_PSC_DENIED'],
    ['server_error', 400, 'ERR_MSS_PSC_UNAVAILABLE'],
    ['<script>', 400, 'ERR_MSS_PSC_REQUEST'],
    ['constructor', 400, 'ERR_MSS_PSC_REQUEST'],
  ])('is answered by %s (%i): %s', async (error, status, code) => {
    const { psc } = clientOf((url) => (url.endsWith('configuration') ? json(good) : json({ error }, status)));
    const signingIn = psc.signIn({ nationalId: '8' });
    await expect(signingIn).rejects.toMatchObject({ code });
    await expect(signingIn).rejects.not.toThrow('<script>');
  });
});

describe('the telephone [CIBA Core §7.3, §11]', () => {
  /** A client whose time passes only by its own pauses. */
  function patient(started: object): { readonly psc: ProSanteConnect; readonly pauses: number[]; readonly left: () => number } {
    let now = Date.now();
    let listeners = 0;
    const pauses: number[] = [];
    const { psc } = clientOf(
      (url) => {
        if (url.endsWith('configuration')) return json(good);
        return url.endsWith('/ciba') ? json({ auth_req_id: 'x', ...started }) : json({ error: 'authorization_pending' }, 400);
      },
      {
        clock: { now: () => new Date(now) },
        schedule: (work, delayMs) => {
          pauses.push(delayMs);
          now += delayMs;
          listeners++;
          queueMicrotask(work);
          return () => void listeners--;
        },
      },
    );
    return { psc, pauses, left: () => listeners };
  }

  it.each([
    ['slower than the person may take', { expires_in: 300, interval: 3_600 }, [120_000]],
    ['that does not fit the time there is', { expires_in: 12, interval: 5 }, [5_000, 5_000, 2_000]],
  ])('is asked no longer than it may answer, at a pace %s', async (_, started, expected) => {
    const { psc, pauses, left } = patient(started);
    expect(await codeOf(psc.signIn({ nationalId: '899700000015' }))).toBe('ERR_MSS_PSC_EXPIRED');
    expect(pauses).toEqual(expected);
    // Every pause was let go of.
    expect(left()).toBe(0);
  });
});

describe('the known providers', () => {
  it('are named, and consistent with themselves', () => {
    for (const { issuer: known, discoveryUrl } of [proSanteConnectBas, proSanteConnectProduction]) {
      expect(discoveryUrl).toBe(`${known}/.well-known/wallet-openid-configuration`);
      expect(new URL(known).hostname.endsWith('.esante.gouv.fr')).toBe(true);
    }
  });
});

describe('the listener on the loopback [RFC 8252 §7.3]', () => {
  const ask = async (url: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = options.host === undefined ? {} : { host: options.host };
      get(url, { method: options.method ?? 'GET', headers, agent: false }, (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on('error', reject);
    });

  it('takes the callback, and nothing else', async () => {
    await using redirect = await openLoopbackRedirect({ path: '/psc/retour' });
    const url = `${redirect.redirectUri}?code=a&state=b`;
    expect(await ask(url, { host: 'rebinding.test' })).toBe(421);
    expect(await ask(url.replace('/retour', '/autre'))).toBe(404);
    expect(await ask(url, { method: 'POST' })).toBe(405);
    expect(await ask(redirect.redirectUri)).toBe(400);
    expect(await ask(url)).toBe(200);
    expect((await redirect.callback()).href).toBe(url);
  });

  it.each(['//', 'http://[', '*', '/%', '/retour?state=%'])('is not brought down by the address %j', async (target) => {
    await using redirect = await openLoopbackRedirect();
    const { host, port } = new URL(redirect.redirectUri);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString().slice(9, 12)));
      socket.on('error', reject).on('close', () => reject(new Error('closed without an answer')));
    });
    expect(['200', '400', '404']).toContain(status);
    const url = `${redirect.redirectUri}?code=a&state=b`;
    expect(await ask(url)).toBe(200);
  });

  it('waits for the answer to its request, whatever else a page of the machine asks for meanwhile', async () => {
    await using redirect = await openLoopbackRedirect();
    const url = (state: string): string => `${redirect.redirectUri}?code=a&state=${state}`;
    const waiting = redirect.callback({ state: 'ours' });
    expect(await ask(url('forged'))).toBe(400);
    expect(await ask(url('ours'))).toBe(200);
    expect((await waiting).href).toBe(url('ours'));
    // Nobody waits: what comes is kept, for whoever asks for it.
    expect(await ask(url('forged'))).toBe(200);
    expect(await ask(url('next'))).toBe(200);
    expect((await redirect.callback({ state: 'next' })).href).toBe(url('next'));
    expect((await redirect.callback()).href).toBe(url('forged'));
    const abort = new AbortController();
    const given = codeOf(redirect.callback({ state: 'never', signal: abort.signal }));
    abort.abort();
    expect(await given).toBe('ERR_MSS_PSC_ABORTED');
    for (let count = 0; count < 16; count++) expect(await ask(url('kept'))).toBe(200);
    expect(await ask(url('kept'))).toBe(400);
  });

  it('can be given up, and its port is free again', async () => {
    const redirect = await openLoopbackRedirect();
    const port = Number(new URL(redirect.redirectUri).port);
    expect(await codeOf(openLoopbackRedirect({ port }))).toBe('ERR_MSS_PSC_LISTEN');
    expect(await codeOf(redirect.callback({ signal: AbortSignal.abort() }))).toBe('ERR_MSS_PSC_ABORTED');
    await redirect.close();
    await (await openLoopbackRedirect({ port })).close();
    await expect(openLoopbackRedirect({ path: 'retour' })).rejects.toThrow(TypeError);
  });
});
