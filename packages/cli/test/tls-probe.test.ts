/** `mss tls probe` against servers of this process: chapter 2.1, ECO.1.1.1 to 1.1.6. */
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';

import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { mss, temporaryFolder, type Outcome } from './support.js';

const file = temporaryFolder();
const hostnames = ['localhost', '127.0.0.1'];
const closers: (() => Promise<void>)[] = [];
let igc: TestIgc;
let good: IssuedCertificate;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  good = await igc.issueServer({ hostnames });
  writeFileSync(file('ca.pem'), igc.caPem);
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});
afterAll(() => igc.close());

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function tlsServer(certificate: IssuedCertificate, options: TlsOptions = {}): Promise<number> {
  const server = createTlsServer({
    cert: certificate.chainPem,
    key: certificate.keyPem,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ...options,
  });
  server.on('tlsClientError', () => {});
  return listen(server);
}

/** Speaks lines in clear, then TLS: the answers to greeting and each command, by turns. */
async function startTlsServer(lines: readonly string[], certificate: IssuedCertificate = good): Promise<number> {
  return listen(
    createServer((socket) => {
      const left = [...lines];
      socket.on('error', () => {});
      socket.write(left.shift() ?? '');
      const onData = (chunk: Buffer): void => {
        // IMAP answers repeat the tag of the command.
        const tag = /^\S+/.exec(chunk.toString('latin1'))?.[0] ?? '';
        const line = left.shift();
        if (line === undefined) return;
        if (left.length === 0) {
          socket.off('data', onData);
          const secured = new TLSSocket(socket, {
            isServer: true,
            cert: certificate.chainPem,
            key: certificate.keyPem,
            minVersion: 'TLSv1.2',
            maxVersion: 'TLSv1.2',
          });
          secured.on('error', () => {});
        }
        socket.write(line.replaceAll('TAG', tag));
      };
      socket.on('data', onData);
    }),
  );
}

const probe = async (port: number, ...options: string[]): Promise<Outcome> =>
  mss(['tls', 'probe', `127.0.0.1:${port}`, '--ca', file('ca.pem'), '--timeout-ms', '4000', ...options, '--json']);
const refusal = { requirement: expect.stringMatching(/^ECO\.1\.1\.\d+$/), reason: expect.stringMatching(/.{8}/) };

const keys = ['ok', 'protocol', 'cipher', 'chain', 'revocation', 'refusal'];

describe('mss tls probe', () => {
  it('a good server: status 0 and every key', async () => {
    const { status, json } = await probe(await tlsServer(good), '--crl-cache', file('crl'));
    expect(status).toBe(0);
    expect(Object.keys(json)).toEqual(expect.arrayContaining(keys));
    expect(json).toMatchObject({ ok: true, protocol: 'TLSv1.2', refusal: null, clientCertificateRequired: false });
    expect(json.cipher).toMatch(/^TLS_ECDHE_RSA_WITH_/);
    expect(json.chain).toHaveLength(3);
    for (const one of json.chain) {
      expect(Object.keys(one)).toEqual(['subject', 'issuer', 'notAfter', 'sha256']);
      expect(one).toMatchObject({
        subject: expect.stringContaining('CN='),
        notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
    expect(Object.keys(json.revocation)).toEqual(['method', 'status', 'checkedAt', 'nextUpdate']);
    expect(json.revocation).toMatchObject({
      method: 'crl',
      status: 'good',
      checkedAt: expect.stringMatching(/T/),
      nextUpdate: expect.stringMatching(/T/),
    });
  });
  it('the CRL cache outlives the command [ECO.1.1.7]', async () => {
    const port = await tlsServer(good);
    expect(await probe(port, '--crl-cache', file('kept'))).toMatchObject({ status: 0 });
    igc.crlServer.setFault('down');
    try {
      expect(await probe(port, '--crl-cache', file('kept'))).toMatchObject({ status: 0, json: { revocation: { status: 'good' } } });
      expect(await probe(port)).toMatchObject({
        status: 1,
        json: { ok: false, revocation: { status: 'unknown' }, error: { code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN', requirement: 'ECO.1.1.6' } },
      });
    } finally {
      igc.crlServer.setFault('none');
    }
  });
  it.each([
    ['TLS 1.3 only', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }, 'ECO.1.1.2', 'ERR_MSS_TLS_VERSION'],
    ['another suite', { ciphers: 'AES256-GCM-SHA384' }, 'ECO.1.1.3', 'ERR_MSS_TLS_SUITE'],
  ] as const)('%s is refused [%#]', async (_what, options, requirement, code) => {
    const { status, json } = await probe(await tlsServer(good, options));
    expect({ status, json }).toMatchObject({
      status: 1,
      json: { ok: false, refusal: { ...refusal, requirement }, error: { code, requirement } },
    });
  });
  it.each([
    ['expired', 'ECO.1.1.5', 'ERR_MSS_TLS_EXPIRED'],
    ['revoked', 'ECO.1.1.6', 'ERR_MSS_TLS_REVOKED'],
    ['of another host', 'ECO.1.1.1', 'ERR_MSS_TLS_HOST'],
    ['of an unknown authority', 'ECO.1.1.4', 'ERR_MSS_TLS_UNTRUSTED'],
  ] as const)('a certificate %s is refused', async (what, requirement, code) => {
    const day = 86_400_000;
    const certificate = await igc.issueServer({
      hostnames: what === 'of another host' ? ['elsewhere.test'] : hostnames,
      ...(what === 'expired' ? { notBefore: new Date(Date.now() - 30 * day), notAfter: new Date(Date.now() - day) } : {}),
      ...(what === 'of an unknown authority' ? { selfSigned: true } : {}),
    });
    if (what === 'revoked') igc.revoke(certificate);
    const { status, json } = await probe(await tlsServer(certificate));
    expect({ status, json }).toMatchObject({
      status: 1,
      json: { ok: false, refusal: { ...refusal, requirement }, error: { code, requirement } },
    });
    expect(Object.keys(json)).toEqual(expect.arrayContaining([...keys, 'error']));
  });
  it('a refusal has its reason in the language of the reader', async () => {
    const revoked = await igc.issueServer({ hostnames });
    igc.revoke(revoked);
    const port = await tlsServer(revoked);
    const line = ['tls', 'probe', `127.0.0.1:${port}`, '--ca', file('ca.pem')];
    const french = await mss(line);
    expect(french.status).toBe(1);
    expect(french.stdout).toMatch(/Refus :\n {2}Exigence : ECO\.1\.1\.6\n {2}Motif : (?!the )\p{L}.*révoqué/u);
    expect((await mss([...line, '--lang', 'en'])).stdout).toMatch(/Reason: .*revoked/);
    igc.crlServer.setFault('down');
    try {
      // What stands behind an unknown revocation is told, too.
      expect((await mss(['tls', 'probe', `127.0.0.1:${await tlsServer(good)}`, '--ca', file('ca.pem')])).stdout).toMatch(
        /Motif : [^\n]+ ; [^\n]+/,
      );
    } finally {
      igc.crlServer.setFault('none');
    }
  });
  it('--servername says the name that counts', async () => {
    const port = await tlsServer(await igc.issueServer({ hostnames: ['mail.operateur.test'] }));
    expect(await probe(port, '--servername', 'mail.operateur.test')).toMatchObject({ status: 0 });
  });
  it('without --ca only public authorities are known', async () => {
    const port = await tlsServer(good);
    const outcome = await mss(['tls', 'probe', `127.0.0.1:${port}`, '--json']);
    expect(outcome).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_TLS_UNTRUSTED' } } });
    expect(outcome.stderr).toContain('IGC Santé');
  });
  it('the anchors may come from standard input', async () => {
    const port = await tlsServer(good);
    expect(await mss(['tls', 'probe', `127.0.0.1:${port}`, '--ca', '-', '--json'], igc.caPem)).toMatchObject({ status: 0 });
  });
  it.each(['ref2-0.1', 'ref2-1.0.1'])('the profile %s decides on TLS 1.3', async (profile) => {
    const port = await tlsServer(good, { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' });
    expect(await probe(port, '--profile', profile)).toMatchObject({ status: profile === 'ref2-0.1' ? 1 : 0 });
  });
  it('a closed port is no answer: status 3', async () => {
    const port = await tlsServer(good);
    await Promise.all(closers.splice(0).map(async (close) => close()));
    expect(await probe(port)).toMatchObject({ status: 3, json: { error: { code: 'ERR_MSS_TLS_UNREACHABLE', requirement: null } } });
    expect(await mss(['tls', 'probe', `127.0.0.1:${port}`, '--json'])).toMatchObject({ status: 3 });
  });
  it.each([
    ['clear text', 'HTTP/1.1 400 Bad Request\r\n\r\nBad', 'none', 'ERR_MSS_TLS_NOT_TLS'],
    ['clear text where IMAP is expected', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'imap', 'ERR_MSS_TLS_STARTTLS_PROTOCOL'],
    ['clear text where SMTP is expected', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'smtp', 'ERR_MSS_TLS_STARTTLS_PROTOCOL'],
  ])('a server that talks nonsense (%s): status 3', async (_what, text, starttls, code) => {
    const port = await listen(createServer((socket) => socket.on('error', () => {}).end(text)));
    expect(await probe(port, '--starttls', starttls)).toMatchObject({ status: 3, json: { error: { code } } });
  });
  it('a server that says nothing: status 3 at the deadline', async () => {
    const port = await listen(createServer(() => {}));
    expect(await probe(port, '--timeout-ms', '200')).toMatchObject({ status: 3, json: { error: { code: 'ERR_MSS_TLS_TIMEOUT' } } });
  });
});

const imap = ['* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n', '* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n', 'TAG OK begin\r\n'];
/** ExtendedResponse, success, to message 1 (RFC 4511 §4.14). */
const ldap = ['', '\u0030\u000c\u0002\u0001\u0001\u0078\u0007\u000a\u0001\u0000\u0004\u0000\u0004\u0000'];
const smtp = ['220 mail.test ESMTP\r\n', '250-mail.test\r\n250 STARTTLS\r\n', '220 go\r\n'];

describe('mss tls probe --starttls', () => {
  it('imap', async () => {
    expect(await probe(await startTlsServer(imap), '--starttls', 'imap')).toMatchObject({
      status: 0,
      json: { ok: true, protocol: 'TLSv1.2' },
    });
  });
  it('smtp', async () => {
    expect(await probe(await startTlsServer(smtp), '--starttls', 'smtp')).toMatchObject({
      status: 0,
      json: { ok: true, protocol: 'TLSv1.2' },
    });
  });
  it('ldap', async () => {
    expect(await probe(await startTlsServer(ldap), '--starttls', 'ldap')).toMatchObject({
      status: 0,
      json: { ok: true, protocol: 'TLSv1.2' },
    });
  });
  it('smtp, revoked', async () => {
    const revoked = await igc.issueServer({ hostnames });
    igc.revoke(revoked);
    expect(await probe(await startTlsServer(smtp, revoked), '--starttls', 'smtp')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_TLS_REVOKED' } },
    });
  });
  it('a server without STARTTLS is refused: nothing goes in clear [ECO.1.1.1]', async () => {
    const port = await startTlsServer(['220 mail.test ESMTP\r\n', '250 mail.test\r\n', '500 no\r\n']);
    expect(await probe(port, '--starttls', 'smtp')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' } },
    });
  });
});
