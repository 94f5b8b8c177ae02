import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { isMssError } from '@mss/core';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity } from '@mss/pki';
import { discoverMailbox, openMailbox, openSmtpSession, submitMessage, type MailDns } from '@mss/transport';
import { openLoopbackRedirect, type PscSession } from '@mss/transport/pro-sante-connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claire, hugo } from './clients.js';
import { redirectUri, startPscWorld, type PscWorld } from './psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

/** Asks again at once: nothing here takes long. */
const poll = <Value>(ask: () => Value) => expect.poll(ask, { interval: 2, timeout: 5_000 });

/** Where the mailbox is, with the token of a session as its credential. */
function mailboxOf(session: PscSession, { sandbox, policy, mailbox } = world) {
  const { host, servername } = sandbox;
  const auth = session.mailboxAuthentication({ user: mailbox, hosts: [host] });
  return { policy, host, servername, security: 'starttls', auth } as const;
}

async function read(session: PscSession, from = world): Promise<readonly string[]> {
  const mailbox = await openMailbox({ ...mailboxOf(session, from), port: from.sandbox.ports.imap });
  const folders = await mailbox.list();
  await mailbox.close();
  return folders.map(({ path }) => path);
}

async function send(session: PscSession, from = world): Promise<string> {
  const message = new TextEncoder().encode('Subject: Essai\r\n\r\nBonjour\r\n');
  const mail = { from: from.mailbox, recipients: [{ address: hugo }], message };
  return (await submitMessage({ ...mailboxOf(session, from), port: from.sandbox.ports.submission }, mail)).outcome;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isMssError(error) ? error.code : `not an MssError: ${String(error)}`;
  }
}

describe('signing in', () => {
  it('by the browser opens the mailbox by IMAP and by SMTP [ECO.1.2.1]', async () => {
    await using session = await world.signIn();
    expect(session.identity).toMatchObject({
      nationalId: world.user.nationalId,
      familyName: 'MOREAU',
      givenName: 'Claire',
      professionCodes: ['10'],
    });
    expect(session.identity.rpps).toBe(world.user.nationalId.slice(1));
    expect(await read(session)).toContain('INBOX');
    expect(await send(session)).toBe('accepted');
    const ways = world.sandbox.events.ofType('authenticated').map(({ server, mechanism }) => `${server} ${mechanism}`);
    expect(ways).toEqual(['imap XOAUTH2', 'smtp XOAUTH2']);
    const oauthBearer = session.mailboxAuthentication({
      user: claire,
      hosts: [world.sandbox.host],
      mechanism: 'OAUTHBEARER',
      initialResponse: false,
    });
    const mailbox = await openMailbox({ ...mailboxOf(session), auth: oauthBearer, port: world.sandbox.ports.imap });
    await mailbox.close();
  });

  it('by the browser goes over PKCE, state, nonce and the level of assurance', async () => {
    const { url, state } = await world.psc().authorize({ redirectUri });
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      code_challenge_method: 'S256',
      state,
    });
    expect(asked.get('nonce')).toMatch(/^[\w-]{40,}$/);
    expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    await expect(world.psc().authorize({ redirectUri: 'http://lps.example/retour' })).rejects.toThrow(TypeError);
  });

  it('by the browser, with a listener on the loopback', async () => {
    await using redirect = await openLoopbackRedirect();
    const request = await world.psc().authorize({ redirectUri: redirect.redirectUri });
    world.sandbox.proSanteConnect.signInAs(world.user.nationalId);
    const [callback, page] = await Promise.all([redirect.callback(), world.browse(request.url).then(async (location) => fetch(location))]);
    expect(await page.text()).toContain('Vous pouvez fermer cette page');
    await using session = await request.complete(callback);
    expect(session.state).toBe('open');
  });

  it('by a page on which a person is chosen, or refuses', async () => {
    world.sandbox.proSanteConnect.signInAs(null);
    const { url, ...request } = await world.psc().authorize({ redirectUri });
    const page = await (await world.policy.fetch(url)).text();
    expect(page).toContain(world.user.nationalId);
    const form = new URLSearchParams(new URL(url).search);
    form.set('personne', '');
    const refused = await world.policy.fetch(new URL('/auth', url), { method: 'POST', body: form, redirect: 'manual' });
    expect(await codeOf(request.complete(refused.headers.get('location') ?? ''))).toBe('ERR_MSS_PSC_DENIED');
  });

  it.each(['RS256', 'ES256'] as const)('by the telephone (CIBA), ID tokens signed by %s', async (signingAlgorithm) => {
    await using other = await startPscWorld({ proSanteConnect: { signingAlgorithm } });
    const shown: string[] = [];
    other.sandbox.proSanteConnect.telephone('wait');
    const waiting = other
      .psc()
      .signIn({ nationalId: other.user.nationalId, onStarted: ({ bindingMessage }) => void shown.push(bindingMessage) });
    await poll(() => other.time.planned).toBe(1);
    expect(other.sandbox.proSanteConnect.pendingSignIns).toEqual([{ nationalId: other.user.nationalId, bindingMessage: shown[0] }]);
    expect(shown[0]).toMatch(/^\d{2}$/);
    expect(other.time.next()).toBe(1_000);
    await poll(() => other.time.planned).toBe(1);
    expect(other.sandbox.proSanteConnect.answerSignIn(other.user.nationalId, 'approve')).toBe(true);
    expect(other.time.next()).toBe(1_000);
    await using session = await waiting;
    expect(await read(session, other)).toContain('INBOX');
  });

  it.each([
    ['a secret in the body', 'post'],
    ['a client certificate', 'certificate'],
    ['a signed assertion, RSA', 'RS256'],
    ['a signed assertion, RSA-PSS', 'PS256'],
    ['a signed assertion, elliptic curve', 'ES256'],
  ] as const)('of a client with %s', async (_name, kind) => {
    const { sandbox } = world;
    const { certPem, keyPem, fingerprint256 } = sandbox.accounts.find((one) => one.clientCertificate !== null)?.clientCertificate ?? {
      certPem: '',
      keyPem: '',
      fingerprint256: '',
    };
    if (kind === 'post') {
      const session = await world.signIn({
        clientAuthentication: { type: 'secret', secret: async () => sandbox.proSanteConnect.clientSecret, method: 'post' },
      });
      return session.close();
    }
    const clientId = `lps-${kind}`;
    if (kind === 'certificate') {
      sandbox.proSanteConnect.registerClient({ clientId, certificateFingerprint: fingerprint256 });
      const identity = loadClientIdentity({ cert: certPem, key: keyPem });
      const session = await world.signIn({ clientId, clientAuthentication: { type: 'certificate', identity } });
      return session.close();
    }
    const pair =
      kind === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
    sandbox.proSanteConnect.registerClient({ clientId, publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() });
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const session = await world.signIn({ clientId, clientAuthentication: { type: 'private-key', key, algorithm: kind, keyId: 'a' } });
    return session.close();
  });

  it('of an unknown client, or with a wrong secret, is refused', async () => {
    const wrong = { type: 'secret', secret: 'faux' } as const;
    expect(await codeOf(world.signIn({ clientAuthentication: wrong }))).toBe('ERR_MSS_PSC_CLIENT');
    expect(await codeOf(world.psc({ clientAuthentication: wrong }).signIn({ nationalId: '8' }))).toBe('ERR_MSS_PSC_CLIENT');
  });
});

describe('the callback', () => {
  it('of another request, or a second one, is refused; the right one may still come', async () => {
    world.sandbox.proSanteConnect.signInAs(world.user.nationalId);
    const [mine, other] = [await world.psc().authorize({ redirectUri }), await world.psc().authorize({ redirectUri })];
    const [callback, theirs] = [await world.browse(mine.url), await world.browse(other.url)];
    const moved = callback.replace('127.0.0.1:9', '127.0.0.1:10');
    for (const wrong of [theirs, moved, `${redirectUri}?code=x`, 'nonsense', callback.replace(/state=[\w-]+/, 'state=x')])
      expect(await codeOf(mine.complete(wrong))).toBe('ERR_MSS_PSC_CALLBACK');
    await (await mine.complete(callback)).close();
    expect(await codeOf(mine.complete(callback))).toBe('ERR_MSS_PSC_CALLBACK');
  });

  it('with a stolen or spent code is refused', async () => {
    world.sandbox.proSanteConnect.signInAs(world.user.nationalId);
    const [mine, other] = [await world.psc().authorize({ redirectUri }), await world.psc().authorize({ redirectUri })];
    const code = new URL(await world.browse(other.url)).searchParams.get('code') ?? '';
    // The code of another request: its PKCE verifier is not ours.
    expect(await codeOf(mine.complete(`${redirectUri}?code=${code}&state=${mine.state}`))).toBe('ERR_MSS_PSC_CODE');
  });

  it('that comes too late is refused', async () => {
    const other = world.fresh();
    other.sandbox.proSanteConnect.signInAs(other.user.nationalId);
    const request = await other.psc().authorize({ redirectUri });
    const callback = await other.browse(request.url);
    other.time.pass(11 * 60_000);
    expect(await codeOf(request.complete(callback))).toBe('ERR_MSS_PSC_EXPIRED');
  });
});

describe('the telephone', () => {
  it.each([
    ['refuses', 'deny', 'ERR_MSS_PSC_DENIED'],
    ['is not answered', 'wait', 'ERR_MSS_PSC_EXPIRED'],
    ['is asked too often', 'slow-down', 'ERR_MSS_PSC_EXPIRED'],
  ] as const)('that %s', async (_name, answer, code) => {
    const other = world.fresh();
    other.sandbox.proSanteConnect.telephone(answer);
    const waiting = codeOf(other.psc().signIn({ nationalId: other.user.nationalId, timeoutMs: 30_000 }));
    const pauses: number[] = [];
    const state = { done: false };
    const finished = waiting.finally(() => {
      state.done = true;
    });
    while (!state.done) {
      await poll(() => state.done || other.time.planned > 0).toBe(true);
      const paused = other.time.next();
      if (paused !== null) pauses.push(paused);
    }
    expect(await finished).toBe(code);
    if (answer === 'slow-down') expect(pauses).toEqual([1_000, 6_000, 11_000, 12_000]);
    else expect(new Set(pauses)).toEqual(new Set([1_000]));
    expect(other.time.planned).toBe(0);
  });

  it('of nobody, and a wait that is given up', async () => {
    expect(await codeOf(world.psc().signIn({ nationalId: '899999999999' }))).toBe('ERR_MSS_PSC_UNKNOWN_PERSON');
    world.sandbox.proSanteConnect.telephone('wait');
    const abort = new AbortController();
    const waiting = codeOf(world.psc().signIn({ nationalId: world.user.nationalId, signal: abort.signal }));
    await poll(() => world.time.planned).toBe(1);
    abort.abort();
    expect(await waiting).toBe('ERR_MSS_PSC_ABORTED');
    expect(world.time.planned).toBe(0);
    world.sandbox.proSanteConnect.telephone('approve');
  });
});

describe('the access token', () => {
  it('is refreshed ahead of its expiry, once for all who wait', async () => {
    const other = world.fresh();
    await using session = await other.signIn({ keepAlive: false });
    const first = await session.accessToken();
    other.time.pass(60_000);
    expect(await session.accessToken()).toBe(first);
    expect(other.count('refresh_token')).toBe(0);
    other.time.pass(35_000);
    const tokens = await Promise.all(Array.from({ length: 20 }, async () => session.accessToken()));
    expect([new Set(tokens).size, tokens[0] === first, other.count('refresh_token')]).toEqual([1, false, 1]);
    expect(await read(session, other)).toContain('INBOX');
  });

  it('expires in the middle: the next connection has a fresh one', async () => {
    const other = world.fresh();
    await using session = await other.signIn({ keepAlive: false });
    const mailbox = await openMailbox({ ...mailboxOf(session, other), port: other.sandbox.ports.imap });
    other.time.pass(300_000);
    // One IMAP session outlives its token.
    expect((await mailbox.list()).length).toBeGreaterThan(0);
    await mailbox.close();
    expect(await send(session, other)).toBe('accepted');
    expect(other.count('refresh_token')).toBe(1);
  });

  it.each(['imap', 'submission'] as const)('that the server refuses (%s) is replaced once, and only once', async (protocol) => {
    const other = world.fresh();
    await using session = await other.signIn();
    const open = async (): Promise<void> => {
      const target = { ...mailboxOf(session, other), port: other.sandbox.ports[protocol] };
      await (protocol === 'imap' ? openMailbox(target) : openSmtpSession(target)).then(async (one) => one.close());
    };
    other.sandbox.proSanteConnect.revokeAccessTokens();
    await open();
    expect(other.count('refresh_token')).toBe(1);
    expect(other.sandbox.events.ofType('authentication-failed')).toHaveLength(1);
    // A mailbox that is not this person's: the fresh token is refused as well.
    const auth = session.mailboxAuthentication({ user: hugo, hosts: [other.sandbox.host] });
    const target = { ...mailboxOf(session, other), auth, port: other.sandbox.ports[protocol] };
    other.time.pass(10_000);
    expect(await codeOf(protocol === 'imap' ? openMailbox(target) : openSmtpSession(target))).toMatch(/_AUTH_TOKEN_REFUSED$/);
    expect(other.count('refresh_token')).toBe(2);
  });

  it('that several connections are refused at once is replaced once', async () => {
    const other = world.fresh();
    await using session = await other.signIn();
    other.sandbox.proSanteConnect.revokeAccessTokens();
    await Promise.all(Array.from({ length: 5 }, async () => read(session, other)));
    expect(other.count('refresh_token')).toBe(1);
  });

  it('is given to the hosts of the mailbox and to no other', async () => {
    await using session = await world.signIn();
    const before = world.count('refresh_token');
    const auth = session.mailboxAuthentication({ user: claire, hosts: ['imap.cabinet.test'] });
    const { host, servername, ports } = world.sandbox;
    const target = { policy: world.policy, host, servername, security: 'implicit', auth } as const;
    expect(await codeOf(openMailbox({ ...target, port: ports.imaps }))).toBe('ERR_MSS_PSC_HOST');
    expect(await codeOf(openSmtpSession({ ...target, port: ports.smtps }))).toBe('ERR_MSS_PSC_HOST');
    await expect(auth.token({ renew: true, host: 'imap.cabinet.test.evil.test', port: 993, signal: undefined })).rejects.toThrow(
      /not given/,
    );
    await expect((auth.token as (request: object) => Promise<string>)({ renew: false })).rejects.toThrow(/not given/);
    expect(await auth.token({ renew: false, host: 'IMAP.cabinet.test.', port: 993, signal: undefined })).toMatch(/^ey/);
    expect(world.count('refresh_token')).toBe(before);
    expect(() => session.mailboxAuthentication({ user: claire, hosts: [] })).toThrow(TypeError);
  });

  it('is in memory only: nothing shows it [ECO.1.2.5]', async () => {
    await using session = await world.signIn();
    const token = await session.accessToken();
    const auth = session.mailboxAuthentication({ user: claire, hosts: ['a.test'] });
    const shown = [
      JSON.stringify({ session, auth }),
      inspect({ session, auth }, { depth: 20, showHidden: true }),
      JSON.stringify(Object.entries(session)),
    ];
    for (const text of [token, ...token.split('.')]) expect(shown.join()).not.toContain(text);
    expect(JSON.stringify(session)).toContain('in memory only');
    expect(() => structuredClone(session)).toThrow();
  });
});

describe('a session', () => {
  it('lives on by itself while nobody asks, until it is closed', async () => {
    const other = world.fresh();
    const session = await other.signIn();
    for (let round = 1; round <= 5; round++) {
      expect(other.time.next()).toBe(90_000);
      await poll(() => other.time.planned).toBe(1);
      expect(other.count('refresh_token')).toBe(round);
    }
    expect(await read(session, other)).toContain('INBOX');
    await session.close();
    expect([other.time.planned, session.state, session.expiresAt, await session.ended]).toEqual([0, 'closed', null, null]);
    expect(await codeOf(session.accessToken())).toBe('ERR_MSS_PSC_SESSION_CLOSED');
  });

  it('ends when the refresh token is refused, and the mailbox says so [ECO.1.2.6]', async () => {
    const other = world.fresh();
    const session = await other.signIn({ keepAlive: false });
    other.sandbox.proSanteConnect.endSessions();
    other.time.pass(110_000);
    const failed = await session.accessToken().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED', requirement: 'ECO.1.2.6', permanent: true });
    expect([session.state, await session.ended]).toEqual(['ended', failed]);
    expect(other.events.map(({ type }) => type)).toEqual(['ended']);
    const asked = other.count('token');
    expect(await codeOf(read(session, other))).toBe('ERR_MSS_PSC_SESSION_ENDED');
    expect(await codeOf(send(session, other))).toBe('ERR_MSS_PSC_SESSION_ENDED');
    expect(other.count('token')).toBe(asked);
  });

  it('ends in the background as well', async () => {
    const other = world.fresh();
    const session = await other.signIn();
    other.sandbox.proSanteConnect.setFault('refresh-refused');
    other.time.next();
    expect(await session.ended).toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED' });
    expect(other.time.planned).toBe(0);
  });

  it('opens again by itself while the browser is still signed in [ECO.1.2.7]', async () => {
    const other = world.fresh();
    const asked: string[] = [];
    const open = async (url: string): Promise<string> => (asked.push(new URL(url).searchParams.get('prompt') ?? ''), other.browse(url));
    await using session = await other.signIn({ reopen: { redirectUri, open } });
    other.time.pass(400_000);
    expect(await read(session, other)).toContain('INBOX');
    expect([asked, session.state]).toEqual([['none'], 'open']);
    expect(other.events.map(({ type }) => type)).toEqual(['reopened', 'refreshed']);
    // Pro Santé Connect has forgotten the person: a person must sign in.
    other.sandbox.proSanteConnect.endSessions();
    other.time.pass(400_000);
    const failed = await read(session, other).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED', cause: { code: 'ERR_MSS_PSC_SIGN_IN_NEEDED' } });
  });

  it('is not opened again for another person', async () => {
    const other = world.fresh();
    const { proSanteConnect: psc } = other.sandbox;
    await using session = await other.signIn({ reopen: { redirectUri, open: async (url) => other.browse(url) } });
    // Somebody else has signed in on the same browser since.
    psc.signInAs(psc.users[1]?.nationalId ?? '');
    const theirs = await other.psc().authorize({ redirectUri });
    await other.browse(theirs.url);
    other.time.pass(400_000);
    expect(await codeOf(session.accessToken())).toBe('ERR_MSS_PSC_IDENTITY');
    expect(session.state).toBe('ended');
  });

  it('can be signed out: Pro Santé Connect forgets it', async () => {
    const other = world.fresh();
    const session = await other.signIn();
    expect(new URL((await session.signOutUrl({ redirectUri: 'https://lps.example/' })) ?? '').searchParams.get('id_token_hint')).toMatch(
      /^ey/,
    );
    const token = await session.accessToken();
    expect(await session.signOut()).toEqual({ revoked: true });
    expect(other.sandbox.proSanteConnect.requests.at(-1)).toMatchObject({ endpoint: 'logout', status: 204 });
    const auth = { type: 'token', user: other.mailbox, token: () => token } as const;
    expect(await codeOf(openMailbox({ ...mailboxOf(await other.signIn(), other), auth, port: other.sandbox.ports.imap }))).toBe(
      'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED',
    );
    expect(await session.signOut()).toEqual({ revoked: false });
  });

  it('is forgotten even when Pro Santé Connect cannot be told', async () => {
    const other = world.fresh();
    const session = await other.signIn();
    other.sandbox.proSanteConnect.setFault('down');
    expect([await session.signOut(), session.state]).toEqual([{ revoked: false }, 'closed']);
  });

  it('survives a host application that fails on its events', async () => {
    const other = world.fresh();
    await using session = await other.signIn({
      onEvent: () => {
        throw new Error('the host failed');
      },
    });
    other.time.pass(110_000);
    expect(await session.accessToken()).toMatch(/^ey/);
  });
});

describe('Pro Santé Connect that is down [ECO.1.2.3]', () => {
  it.each(['down', 'overloaded', 'silent', 'html'] as const)(
    '%s: tokens at hand go on, later calls fail with a code, and it comes back',
    async (fault) => {
      const other = world.fresh();
      const { proSanteConnect: psc } = other.sandbox;
      await using session = await other.signIn({ requestTimeoutMs: fault === 'silent' ? 2_000 : 5_000 });
      psc.setFault(fault);
      other.time.pass(100_000);
      // Twenty seconds are left.
      expect(await read(session, other)).toContain('INBOX');
      other.time.pass(21_000);
      const failed = await read(session, other).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: fault === 'html' ? 'ERR_MSS_PSC_PROTOCOL' : 'ERR_MSS_PSC_UNAVAILABLE', permanent: false });
      // Who does not need it is not disturbed.
      const { host, servername, ports } = other.sandbox;
      const auth = { type: 'password', user: hugo, password: 'halle-2026' } as const;
      const mailbox = await openMailbox({ policy: other.policy, host, servername, port: ports.imap, security: 'starttls', auth });
      await mailbox.close();
      psc.setFault('none');
      // Within the pause nobody is asked.
      const asked = psc.requests.length;
      expect(await codeOf(session.accessToken())).not.toBe('none');
      expect(psc.requests.length).toBe(asked);
      other.time.pass(60_000);
      expect(await read(session, other)).toContain('INBOX');
      expect(session.state).toBe('open');
    },
  );

  it('is asked ever more rarely, and not for ever', async () => {
    await using other = await startPscWorld({ proSanteConnect: { refreshTokenMs: 300_000 } });
    const session = await other.signIn();
    other.sandbox.proSanteConnect.setFault('down');
    const pauses: number[] = [];
    for (let count = 0; session.state === 'open' && count < 50; count++) {
      pauses.push(other.time.next() ?? Number.NaN);
      await poll(() => session.state !== 'open' || other.time.planned > 0).toBe(true);
    }
    expect(pauses.slice(0, 8)).toEqual([90_000, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(other.time.planned).toBe(0);
    expect(await session.ended).toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED', cause: { code: 'ERR_MSS_PSC_UNAVAILABLE' } });
  });

  it('at sign-in says so, and leaves nothing running', async () => {
    const other = world.fresh();
    other.sandbox.proSanteConnect.setFault('down');
    expect(await codeOf(other.psc().authorize({ redirectUri }))).toBe('ERR_MSS_PSC_UNAVAILABLE');
    expect(await codeOf(other.psc().signIn({ nationalId: other.user.nationalId }))).toBe('ERR_MSS_PSC_UNAVAILABLE');
    expect(other.time.planned).toBe(0);
  });

  it('for a moment does not lose a sign-in by telephone', async () => {
    const other = world.fresh();
    const psc = other.sandbox.proSanteConnect;
    const waiting = other.psc().signIn({ nationalId: other.user.nationalId });
    await poll(() => other.time.planned).toBe(1);
    psc.setFault('overloaded');
    other.time.next();
    await poll(() => other.time.planned).toBe(1);
    psc.setFault('none');
    expect(other.time.next()).toBe(6_000);
    await (await waiting).close();
  });

  it('behind a channel that is refused tells why', async () => {
    const other = world.fresh();
    const stranger = await startPscWorld();
    const policy = createSecureChannelPolicy({
      kind: 'public-web',
      trust: createTrustStore({ name: 'autre', anchors: [stranger.sandbox.caPem] }),
    });
    expect(await codeOf(other.psc({ policy }).authorize({ redirectUri }))).toBe('ERR_MSS_TLS_UNTRUSTED');
    await policy.close();
    await stranger[Symbol.asyncDispose]();
  });
});

describe('tokens that must not be believed', () => {
  it.each([
    ['wrong-signature', 'ERR_MSS_PSC_ID_TOKEN'],
    ['wrong-nonce', 'ERR_MSS_PSC_ID_TOKEN'],
    ['wrong-audience', 'ERR_MSS_PSC_ID_TOKEN'],
    ['wrong-issuer', 'ERR_MSS_PSC_ID_TOKEN'],
    ['expired-id-token', 'ERR_MSS_PSC_CLOCK'],
    ['other-person', 'ERR_MSS_PSC_IDENTITY'],
  ] as const)('%s', async (fault, code) => {
    const other = world.fresh();
    other.sandbox.proSanteConnect.setFault(fault);
    const failed = await other.signIn().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code });
    // Not in the error either, however deep one looks.
    expect(inspect(failed, { depth: 20, showHidden: true })).not.toMatch(/ey[\w-]{20,}\./);
  });

  it('on refresh: the session keeps what it has', async () => {
    const other = world.fresh();
    await using session = await other.signIn();
    const before = await session.accessToken();
    other.sandbox.proSanteConnect.setFault('wrong-signature');
    other.time.pass(100_000);
    expect(await codeOf(session.accessToken({ renew: true }))).toBe('ERR_MSS_PSC_ID_TOKEN');
    expect(session.expiresAt?.getTime()).toBeGreaterThan(other.time.clock.now().getTime());
    expect(before).toMatch(/^ey/);
  });

  it.each([
    [20_000, 'none'],
    [-20_000, 'none'],
    [3_600_000, 'ERR_MSS_PSC_CLOCK'],
  ])('from a clock that is %i ms apart: %s', async (skew, code) => {
    const other = world.fresh();
    const clock = { now: () => new Date(other.time.clock.now().getTime() + skew) };
    expect(await codeOf(other.signIn({ clock, keepAlive: false }))).toBe(code);
  });
});

describe('a mailbox that nobody has configured', () => {
  it('is found by DNS, and opened by Pro Santé Connect on the servers that were found [ECO.1.1.9, ECO.1.2.1]', async () => {
    const { sandbox, mailbox, policy, ...other } = world.fresh();
    const { ports, servername: target } = sandbox;
    const port = (name: string): number =>
      name.startsWith('_imap.') ? ports.imap : name.startsWith('_submission.') ? ports.submission : 0;
    const resolver: MailDns = {
      srv: async (name) => (port(name) === 0 ? [] : [{ priority: 0, weight: 0, port: port(name), target }]),
      addresses: async () => [sandbox.host],
    };
    const options = { policy, resolver, allowPrivateAddresses: [target], pinAddresses: true } as const;
    // The certificate of the sandbox is the operator's own: the mailbox's domain does not stand in it.
    expect(await codeOf(discoverMailbox(mailbox, options))).toBe('ERR_MSS_AUTOCONFIG_REFUSED');
    const { imap, smtp, userName } = await discoverMailbox(mailbox, { ...options, confirmedTargets: [target] });
    await using session = await other.signIn();
    const auth = session.mailboxAuthentication({ user: userName, hosts: [imap.host, smtp.host] });
    const opened = await openMailbox({ policy, ...imap, auth });
    await opened.close();
    const submission = await openSmtpSession({ policy, ...smtp, auth });
    await submission.close();
    expect(sandbox.events.ofType('authenticated').map(({ server }) => server)).toEqual(['imap', 'smtp']);
  });
});

describe('the description of the sandbox', () => {
  it('has what a client of Pro Santé Connect needs', () => {
    const { proSanteConnect: psc } = world.sandbox.describe();
    expect(psc).toMatchObject({ clientId: 'mss-bac-a-sable', port: world.sandbox.proSanteConnect.port });
    expect(psc.discoveryUrl.startsWith(psc.issuer)).toBe(true);
    expect(psc.users.map(({ mailboxes }) => mailboxes[0])).toContain(claire);
  });
});
