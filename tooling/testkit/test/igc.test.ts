import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestIgc, der, type IssuedCertificate, type TestIgc } from '../src/index.js';
import { listen } from '../src/listen.js';

let igc: TestIgc;
beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
});
afterAll(async () => igc.close());

const toPem = (crl: Uint8Array): string => der.pem('X509 CRL', crl);

/** A TLS 1.2 handshake that has OpenSSL check chain, host and the CRLs given; the error's code, or `null`. */
async function handshake(
  certificate: IssuedCertificate,
  options: { ca?: string; servername?: string; crl?: string[]; ciphers?: string } = {},
): Promise<string | null> {
  const server = createServer({ key: certificate.keyPem, cert: certificate.chainPem, maxVersion: 'TLSv1.2' });
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end());
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  try {
    return await new Promise<string | null>((resolve) => {
      const socket: TLSSocket = connect(
        {
          host: '127.0.0.1',
          port,
          ca: options.ca ?? igc.caPem,
          servername: options.servername ?? 'mail.operateur.mssante.test',
          ciphers: options.ciphers ?? 'ECDHE-RSA-AES256-GCM-SHA384',
          maxVersion: 'TLSv1.2',
          ...(options.crl === undefined ? {} : { crl: options.crl }),
        },
        () => {
          resolve(null);
          socket.destroy();
        },
      );
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    server.close();
  }
}

const hostnames = ['mail.operateur.mssante.test', '127.0.0.1', '::1'];

describe('the test IGC', () => {
  it('issues a chain that OpenSSL and Node accept [RFC 5280 §6.1]', async () => {
    const server = await igc.issueServer({ hostnames });
    const read = new X509Certificate(server.der);
    expect(read.checkIssued(new X509Certificate(igc.intermediate.der))).toBe(true);
    expect(read.verify(new X509Certificate(igc.root.der).publicKey)).toBe(false);
    expect(read.verify(new X509Certificate(igc.intermediate.der).publicKey)).toBe(true);
    expect(read.subjectAltName).toBe('DNS:mail.operateur.mssante.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(read.infoAccess).toContain(igc.intermediate.certificateUrl);
    expect(await handshake(server)).toBeNull();
  });

  it('issues certificates that are refused for exactly the fault asked for', async () => {
    const day = 86_400_000;
    const expired = await igc.issueServer({ hostnames, notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) });
    const other = await createTestIgc();
    const stranger = await other.issueServer({ hostnames });
    await other.close();
    expect(await handshake(expired)).toBe('CERT_HAS_EXPIRED');
    expect(await handshake(await igc.issueServer({ hostnames: ['autre.mssante.test'] }))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(stranger)).not.toBeNull();
    expect(await handshake(await igc.issueServer({ hostnames, eku: ['clientAuth'] }))).toBe('INVALID_PURPOSE');
    // Node knows no name for OpenSSL's X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION.
    expect(await handshake(await igc.issueServer({ hostnames, unknownCriticalExtension: true }))).toBe('UNSPECIFIED');
    expect(await handshake(await igc.issueServer({ hostnames, keyType: 'ec' }))).toMatch(/HANDSHAKE_FAILURE/);
  });

  it('publishes CRLs that OpenSSL reads, revoked serials included [RFC 5280 §5]', async () => {
    const good = await igc.issueServer({ hostnames });
    const revoked = await igc.issueServer({ hostnames });
    igc.revoke(revoked, { reason: 'keyCompromise' });
    const crl = [toPem(igc.crl(igc.root)), toPem(igc.crl(igc.intermediate, { extraSerials: 3 }))];
    expect(await handshake(good, { crl })).toBeNull();
    expect(await handshake(revoked, { crl })).toBe('CERT_REVOKED');
    const stale = toPem(igc.crl(igc.intermediate, { thisUpdate: new Date(Date.now() - 9e8), nextUpdate: new Date(Date.now() - 8e8) }));
    expect(await handshake(good, { crl: [crl[0]!, stale] })).toBe('CRL_HAS_EXPIRED');
    const broken = toPem(igc.crl(igc.intermediate, { brokenSignature: true }));
    expect(await handshake(good, { crl: [crl[0]!, broken] })).toBe('CRL_SIGNATURE_FAILURE');
  });

  it('revokes intermediates and certifies them twice', async () => {
    const second = await igc.issueIntermediate({ commonName: 'AC TEST DEUX' });
    const server = await igc.issueServer({ hostnames, issuer: second });
    const otherRoot = await igc.issueRoot({ commonName: 'AC RACINE DEUX' });
    const cross = await igc.issueIntermediate({ commonName: 'croisé', existing: second, issuer: otherRoot });
    expect(await handshake({ ...server, chainPem: server.certPem + cross.certPem }, { ca: otherRoot.certPem })).toBeNull();
    igc.revoke(second);
    const crl = [toPem(igc.crl(igc.root)), toPem(igc.crl(second))];
    expect(await handshake(server, { crl })).toBe('CERT_REVOKED');
  });

  it('makes a CRL of 200,000 entries in moments', async () => {
    const crl = igc.crl(igc.intermediate, { extraSerials: 200_000 });
    expect(crl.length).toBeGreaterThan(9_000_000);
    const good = await igc.issueServer({ hostnames });
    expect(await handshake(good, { crl: [toPem(igc.crl(igc.root)), toPem(crl)] })).toBeNull();
  });
});

const get = async (url: string): Promise<Response> => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) });

describe('the CRL server', () => {
  it('serves the present CRL and the authority certificate', async () => {
    const before = igc.crlServer.requests;
    const answer = await get(igc.intermediate.crlUrl);
    expect(answer.headers.get('content-type')).toBe('application/pkix-crl');
    expect((await answer.arrayBuffer()).byteLength).toBe(igc.crl(igc.intermediate).length);
    const certificate = Buffer.from(await (await get(igc.intermediate.certificateUrl)).arrayBuffer());
    expect(new X509Certificate(certificate).fingerprint256).toBe(igc.intermediate.fingerprint256);
    expect(igc.crlServer.requests).toBe(before + 2);
    expect((await get(`${igc.crlServer.url}/none`)).status).toBe(404);
  });

  it('misbehaves as asked, for one path or for all', async () => {
    const { crlServer } = igc;
    const path = new URL(igc.intermediate.crlUrl).pathname;
    crlServer.setFault('html', { path });
    expect((await get(igc.intermediate.crlUrl)).headers.get('content-type')).toBe('text/html');
    expect((await get(igc.root.crlUrl)).headers.get('content-type')).toBe('application/pkix-crl');
    crlServer.setFault('redirect');
    expect((await get(igc.root.crlUrl)).headers.get('location')).toContain('//localhost:');
    crlServer.setFault('down');
    await expect(get(igc.root.crlUrl)).rejects.toThrow();
    crlServer.setFault('cut');
    await expect(get(igc.root.crlUrl).then(async (answer) => answer.arrayBuffer())).rejects.toThrow();
    crlServer.setFault('huge');
    const reader = (await get(igc.root.crlUrl)).body!.getReader();
    let read = 0;
    while (read < 2_000_000) read += (await reader.read()).value!.length;
    await reader.cancel();
    crlServer.setFault('none');
    crlServer.setBody(path, Uint8Array.of(1, 2, 3));
    expect((await (await get(igc.intermediate.crlUrl)).arrayBuffer()).byteLength).toBe(3);
    crlServer.setBody(path, null);
  });
});
