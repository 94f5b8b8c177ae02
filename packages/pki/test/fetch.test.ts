import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createSecureChannelPolicy,
  createTrustStore,
  loadClientIdentity,
  type SecureChannelPolicy,
  type TrustStore,
} from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { listen } from './support/port.js';
import { startTlsRig } from './support/tls-rig.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let igc: TestIgc;
let trust: TrustStore;
let certificate: IssuedCertificate;
const open: (() => unknown)[] = [];

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
  certificate = await igc.issueServer({ hostnames: ['localhost', '127.0.0.1', 'api.example', 'other.example'] });
});
afterAll(() => igc.close());
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(handler: Handler, options: object = {}): Promise<{ origin: string; port: number }> {
  const server: Server = createServer({ key: certificate.keyPem, cert: certificate.chainPem, maxVersion: 'TLSv1.2', ...options }, handler);
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `https://localhost:${port}`, port };
}

function policyOf(options: Partial<Parameters<typeof createSecureChannelPolicy>[0]> = {}): SecureChannelPolicy {
  const policy = createSecureChannelPolicy({ trust, resolver: async () => ['127.0.0.1'], ...options });
  open.push(() => policy.close());
  return policy;
}

async function* parts(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array([67]);
  yield new Uint8Array([68]);
}

/** Common name of the client certificate of a request. */
function nameOf({ socket }: IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const shown: Partial<ReturnType<typeof socket.getPeerCertificate>> = socket.getPeerCertificate();
  return shown.subject === undefined ? undefined : String(shown.subject.CN);
}

const resolver = async (host: string): Promise<string[]> => [host === 'api.example' ? '203.0.113.7' : '10.0.0.1'];

const dial = ({ port: wanted }: { port: number }): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(wanted, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {});
  });

describe('fetch', () => {
  it('gets and posts over a verified socket', async () => {
    const seen: string[] = [];
    const { origin } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`);
        response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }).end('bonjour');
      });
    });
    const policy = policyOf();
    const got = await policy.fetch(`${origin}/x?y=1`);
    expect([got.status, got.ok, got.url, await got.text()]).toEqual([200, true, `${origin}/x?y=1`, 'bonjour']);
    expect(got.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await (await policy.fetch(origin, { method: 'POST', body: new URLSearchParams({ grant: 'x' }) })).text();
    await (await policy.fetch(origin, { method: 'PUT', headers: [['content-type', 'a/b']], body: new Uint8Array([65, 66]) })).text();
    await (await policy.fetch(origin, { method: 'POST', body: parts() })).text();
    expect(seen).toEqual(['GET /x?y=1  ', 'POST / application/x-www-form-urlencoded;charset=UTF-8 grant=x', 'PUT / a/b AB', 'POST /  CD']);
  });

  it('refuses clear text, and credentials in the address', async () => {
    expect(await refusalOf(policyOf().fetch('http://localhost/'))).toMatchObject({
      code: 'ERR_MSS_TLS_CLEAR_TEXT',
      requirement: 'ECO.1.1.1',
    });
    await expect(policyOf().fetch('https://user:secret@localhost/')).rejects.toThrow(TypeError);
  });

  it('refuses a revoked server before the request has left', async () => {
    const revoked = await igc.issueServer({ hostnames: ['localhost'] });
    igc.revoke(revoked);
    let requests = 0;
    const { origin } = await serve(() => requests++, { key: revoked.keyPem, cert: revoked.chainPem });
    const secret = { headers: { authorization: 'Bearer secret' } };
    expect(await refusalOf(policyOf().fetch(origin, secret))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(requests).toBe(0);
  });

  it('offers the client certificate to the origin it asks, not to one it is redirected to', async () => {
    const client = await igc.issueClient({ commonName: 'LPS' });
    const seen: (string | undefined)[] = [];
    const mutual = { requestCert: true, rejectUnauthorized: false, ca: [igc.caPem, igc.intermediate.certPem] };
    const second = await serve((request, response) => {
      seen.push(nameOf(request), request.headers.authorization, request.headers.cookie);
      response.end('there');
    }, mutual);
    const first = await serve((request, response) => {
      seen.push(nameOf(request), request.headers.authorization);
      response.writeHead(302, { location: `https://other.example:${second.port}/` }).end();
    }, mutual);
    const policy = policyOf({ clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }) });
    const response = await policy.fetch(first.origin, { headers: { authorization: 'Bearer secret', cookie: 'a=1' } });
    expect(await response.text()).toBe('there');
    expect(seen).toEqual(['LPS', 'Bearer secret', undefined, undefined, undefined]);
  });

  it('takes no key and no body to another origin, whatever the header is called', async () => {
    const seen: object[] = [];
    const second = await serve(({ method, headers: { ...headers } }, response) => {
      delete headers.host;
      seen.push({ method, ...headers });
      response.end('there');
    });
    const first = await serve(({ url }, response) => {
      response.writeHead(Number(url?.slice(1)), { location: `https://other.example:${second.port}/` }).end();
    });
    const policy = policyOf();
    const headers = { 'esante-api-key': 'secret', accept: 'application/xml', range: 'bytes=5-' };
    await (await policy.fetch(`${first.origin}/302`, { headers })).text();
    expect(seen).toEqual([
      { method: 'GET', accept: 'application/xml', range: 'bytes=5-', 'accept-encoding': 'identity', connection: 'close' },
    ]);
    for (const status of [307, 308]) {
      const posting = policy.fetch(`${first.origin}/${status}`, { method: 'POST', body: 'client_secret=x' });
      expect(await refusalOf(posting)).toMatchObject({ code: 'ERR_MSS_TLS_REDIRECT' });
    }
    expect(seen).toHaveLength(1);
    // What is asked for by 302 or 303 is asked for without the body.
    await (await policy.fetch(`${first.origin}/303`, { method: 'POST', body: 'client_secret=x' })).text();
    expect(seen.slice(1)).toEqual([{ method: 'GET', accept: '*/*', 'accept-encoding': 'identity', connection: 'close' }]);
  });

  it.each([
    ['a status beyond those of HTTP', 'HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n'],
    ['control characters in its status line', 'HTTP/1.1 200 \u0001\r\nContent-Length: 0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'],
    ['what is not HTTP', '* OK IMAP4rev1\r\n'],
  ])('refuses an answer with %s, and closes', async (_, answer) => {
    let closed = false;
    const rig = await startTlsRig({
      certificate,
      onSecure: (socket) => {
        socket.on('close', () => (closed = true));
        socket.once('data', () => socket.write(answer));
      },
    });
    expect(await refusalOf(policyOf().fetch(`https://localhost:${rig.port}/`))).toMatchObject({
      code: 'ERR_MSS_TLS_HTTP',
      permanent: false,
    });
    await expect.poll(() => closed).toBe(true);
    await rig.close();
  });

  it('ends a body that it was given as a stream when the server breaks off', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(65_536);
      } finally {
        ended = true;
      }
    }
    const { origin } = await serve((request) => request.socket.destroy());
    expect((await refusalOf(policyOf().fetch(origin, { method: 'POST', body: endless() }))).code).toBe('ERR_MSS_TLS_HTTP');
    await expect.poll(() => ended).toBe(true);
  });

  it('follows redirects as the method asks, five at most, or not at all', async () => {
    const methods: string[] = [];
    const { origin } = await serve((request, response) => {
      methods.push(`${request.method} ${request.url}`);
      if (request.url === '/end') response.end('end');
      else if (request.url === '/307') response.writeHead(307, { location: '/end' }).end();
      else if (request.url === '/303') response.writeHead(303, { location: '/end' }).end();
      else response.writeHead(302, { location: '/loop' }).end();
    });
    const policy = policyOf();
    const post = { method: 'POST', body: 'x' };
    await (await policy.fetch(`${origin}/307`, post)).text();
    await (await policy.fetch(`${origin}/303`, post)).text();
    expect(methods).toEqual(['POST /307', 'POST /end', 'POST /303', 'GET /end']);
    expect((await refusalOf(policy.fetch(`${origin}/loop`))).code).toBe('ERR_MSS_TLS_REDIRECT');
    expect((await refusalOf(policy.fetch(`${origin}/307`, { redirect: 'error' }))).code).toBe('ERR_MSS_TLS_REDIRECT');
    expect((await policy.fetch(`${origin}/307`, { redirect: 'manual' })).status).toBe(307);
  });

  it('follows no redirect to clear text or to a private address', async () => {
    let location = 'http://localhost/';
    const { port } = await serve((_, response) => response.writeHead(302, { location }).end());
    // The name stands for a public address; the socket goes to the test server all the same.
    const policy = policyOf({ resolver, dial });
    expect((await refusalOf(policy.fetch(`https://api.example:${port}/`))).code).toBe('ERR_MSS_TLS_REDIRECT');
    location = `https://other.example:${port}/`;
    expect((await refusalOf(policy.fetch(`https://api.example:${port}/`))).code).toBe('ERR_MSS_TLS_REDIRECT');
    location = `https://127.0.0.1:${port}/`;
    expect((await refusalOf(policy.fetch(`https://api.example:${port}/`))).code).toBe('ERR_MSS_TLS_REDIRECT');
  });

  it('ends a body that is too large, that stops coming, or that breaks off', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/large') response.end(Buffer.alloc(5000));
      else {
        response.writeHead(200, { 'content-length': 100 }).write('half');
        if (request.url === '/cut') setImmediate(() => response.destroy());
      }
    });
    const policy = policyOf();
    const read = async (path: string, init: object): Promise<string> => (await policy.fetch(origin + path, init)).text();
    expect((await refusalOf(read('/large', { maxResponseBytes: 4999 }))).code).toBe('ERR_MSS_TLS_HTTP_TOO_LARGE');
    expect(await read('/large', { maxResponseBytes: 5000 })).toHaveLength(5000);
    expect((await refusalOf(read('/silent', { idleTimeoutMs: 40 }))).code).toBe('ERR_MSS_TLS_TIMEOUT');
    expect((await refusalOf(read('/cut', {}))).code).toBe('ERR_MSS_TLS_HTTP');
  });

  it('ends when the server does not answer, or the caller aborts', async () => {
    const { origin } = await serve(() => {});
    const policy = policyOf();
    (await policy.connect({ host: 'localhost', port: Number(new URL(origin).port) })).destroy();
    expect((await refusalOf(policy.fetch(origin, { timeoutMs: 60 }))).code).toBe('ERR_MSS_TLS_TIMEOUT');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    expect((await refusalOf(policy.fetch(origin, { signal: controller.signal }))).code).toBe('ERR_MSS_TLS_ABORTED');
  });

  it('has no body where HTTP has none', async () => {
    const { origin } = await serve((_, response) => response.writeHead(204).end());
    const response = await policyOf().fetch(origin, { method: 'DELETE' });
    expect([response.status, response.body]).toEqual([204, null]);
  });
});

async function proxy(
  options: { readonly authorization?: string; readonly status?: number } = {},
): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const target = new URL(request.url ?? '');
    const upstream = connect(Number(target.port), '127.0.0.1', () => {
      upstream.write(`GET ${target.pathname} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
      if (response.socket !== null) upstream.pipe(response.socket);
    });
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {});
    asked.push(`CONNECT ${request.url?.replace(/\d+$/, 'PORT')}`);
    if (options.status !== undefined || request.headers['proxy-authorization'] !== options.authorization) {
      socket.end(`HTTP/1.1 ${options.status ?? 407} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
  });
  const port = await listen(server);
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, asked };
}

const unresolvable = async (): Promise<string[]> => Promise.reject(new Error('names are the proxy’s business'));

describe('an HTTP proxy', () => {
  it('is told the name, and carries sockets, fetch and CRLs', async () => {
    const { origin, port } = await serve((_, response) => response.end('through'));
    const { port: proxyPort, asked } = await proxy({ authorization: `Basic ${Buffer.from('user:secret').toString('base64')}` });
    const policy = policyOf({
      resolver: unresolvable,
      proxy: { host: '127.0.0.1', port: proxyPort, username: 'user', password: 'secret' },
    });
    expect(await (await policy.fetch(origin)).text()).toBe('through');
    (await policy.connect({ host: 'api.example', port })).destroy();
    expect(new Set(asked)).toEqual(
      new Set(['CONNECT localhost:PORT', `GET ${igc.intermediate.crlUrl}`, `GET ${igc.root.crlUrl}`, 'CONNECT api.example:PORT']),
    );
  });

  it('is told an internationalised name as A-labels, and an address as it is', async () => {
    const { port } = await serve((_, response) => response.end());
    const { port: proxyPort, asked } = await proxy();
    const policy = policyOf({ proxy: { host: '127.0.0.1', port: proxyPort } });
    for (const host of ['santé.example', '127.0.0.1', '::1']) {
      expect((await refusalOf(policy.connect({ host, port }).then((socket) => socket.destroy()))).code).toMatch(/^(none|ERR_MSS_TLS_\w+)$/);
    }
    expect(asked.filter((line) => line.startsWith('CONNECT'))).toEqual(
      expect.arrayContaining(['CONNECT xn--sant-epa.example:PORT', 'CONNECT 127.0.0.1:PORT', 'CONNECT [::1]:PORT']),
    );
  });

  it.each([
    [{ status: 403 }, true],
    [{ status: 502 }, false],
    [{ authorization: 'Basic other' }, true],
  ])('that does not open a tunnel (%j) is a refusal of its own', async (options, permanent) => {
    const { port } = await proxy(options);
    const policy = policyOf({ proxy: { host: '127.0.0.1', port } });
    expect(await refusalOf(policy.connect({ host: 'api.example', port: 443 }))).toMatchObject({ code: 'ERR_MSS_TLS_PROXY', permanent });
  });
});

describe('clear text', () => {
  it('is reached only where the configuration lists host and port [ECO.1.1.1]', async () => {
    const { port } = await serve(() => {});
    const target = { host: '127.0.0.1', port };
    expect(await refusalOf(policyOf().dangerouslyConnectInClear(target))).toMatchObject({
      code: 'ERR_MSS_TLS_CLEAR_TEXT',
      requirement: 'ECO.1.1.1',
    });
    const policy = policyOf({ dangerouslyAllowClearText: [`127.0.0.1:${port}`] });
    const socket = await policy.dangerouslyConnectInClear(target);
    expect(socket.decision.protocol).toBeNull();
    socket.destroy();
    expect((await refusalOf(policy.dangerouslyConnectInClear({ host: 'localhost', port }))).code).toBe('ERR_MSS_TLS_CLEAR_TEXT');
  });
});
