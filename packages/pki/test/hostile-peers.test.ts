import { sign } from 'node:crypto';
import { createServer } from 'node:net';
import { buildCertificate, der, testRsaKey, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecureChannelPolicy, type ClientIdentity, type ConnectOptions, type TrustStore } from '../src/index.js';
import { buildPaths } from '../src/path/build.js';
import { failClosed } from '../src/tls/fail-closed.js';
import { readCertificate, type Certificate } from '../src/x509/certificate.js';
import { listen } from './support/port.js';
import { reasonsOf, refusalOf } from './support/refusal.js';
import { evidence, nothingSeen, startTlsRig, type TlsRig } from './support/tls-rig.js';
import { startServers } from './support/world.js';

let igc: TestIgc;
let trust: TrustStore;
let server: IssuedCertificate;
let clientIdentity: ClientIdentity;

beforeAll(async () => {
  ({ igc, trust, server, clientIdentity } = await startServers());
});
afterAll(() => igc.close());

const at = (rig: TlsRig, options: Partial<ConnectOptions> = {}): ConnectOptions => ({
  host: '127.0.0.1',
  port: rig.port,
  servername: 'mail.example',
  ...options,
});

describe('certificates that a man in the middle adds to the chain of a server', () => {
  /** The same chain as Node shows it, with further certificates that nobody asked for. */
  const additions: readonly [string, string, () => Promise<string>][] = [
    [
      'too many',
      'ERR_MSS_TLS_CHAIN',
      async () =>
        (
          await Promise.all(
            Array.from({ length: 21 }, (_, index) => igc.issueIntermediate({ commonName: `MORE ${index}`, existing: igc.intermediate })),
          )
        )
          .map(({ certPem }) => certPem)
          .join(''),
    ],
    [
      'a revoked way',
      'ERR_MSS_TLS_REVOKED',
      async () => {
        const cross = await igc.issueIntermediate({ commonName: 'REVOKED CROSS', existing: igc.intermediate });
        igc.revoke(cross);
        return cross.certPem;
      },
    ],
    [
      'a way about which nobody can tell',
      'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      async () => (await igc.issueIntermediate({ commonName: 'UNKNOWN CROSS', existing: igc.intermediate, crlUrls: [] })).certPem,
    ],
  ];

  it.each(additions)('(%s) refuse that connection with %s, and no later one', async (_, code, make) => {
    const rig = await startTlsRig({ certificate: server, ca: [igc.caPem, igc.intermediate.certPem] });
    const policy = createSecureChannelPolicy({ trust, clientIdentity });
    rig.use([{ chainPem: server.chainPem + (await make()), keyPem: server.keyPem }]);
    expect(await refusalOf(policy.connect(at(rig)))).toMatchObject({ code });
    expect(evidence(rig)).toEqual(nothingSeen);
    rig.use([server]);
    for (const without of [{}, { clientIdentity: null }]) (await policy.connect(at(rig, without))).destroy();
    expect(() => policy.tlsOptions(at(rig))).not.toThrow();
    await policy.close();
    await rig.close();
  });

  it('cost a bounded search, though all of them name each other', async () => {
    const name = { commonName: 'X' };
    const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2126-01-01') };
    const key = await testRsaKey();
    const made = Array.from({ length: 10 }, (_, index): Certificate => {
      const one = readCertificate(
        buildCertificate({ subject: name, issuer: name, subjectKey: key, issuerKey: key, hash: 'sha1', authority: {}, ...validity }),
      );
      // Ten keys, as far as the search can tell, and no identifiers that would tell the ways apart.
      return { ...one, keyId: `${index}`, sha256: `${index}`, extensions: { ...one.extensions, authorityKeyId: null, subjectKeyId: null } };
    });
    const [leaf] = made;
    const keyOf = { keyId: 'leaf', sha256: 'leaf', subject: { ...leaf!.subject, key: 'leaf' } };
    expect(() => buildPaths({ ...leaf!, ...keyOf }, made, [trust])).toThrow(expect.objectContaining({ code: 'ERR_MSS_TLS_CHAIN' }));
    // The control: a few of them are searched to the end.
    expect(buildPaths({ ...leaf!, ...keyOf }, made.slice(0, 3), [trust])).toEqual([]);
  });

  it('cannot be read, or are the server’s own that cannot: a refusal with its requirement [ECO.1.1.4]', async () => {
    const notDer = der.sequence(der.oid('1.2.3.4'), der.octetString(Uint8Array.of(1, 2, 3)));
    const rig = await startTlsRig({ certificate: await igc.issueServer({ hostnames: ['mail.example'], extraExtensions: [notDer] }) });
    const policy = createSecureChannelPolicy({ trust });
    expect(await refusalOf(policy.connect(at(rig)))).toEqual({ code: 'ERR_MSS_TLS_CHAIN', requirement: 'ECO.1.1.4', permanent: true });
    const unreadable = await igc.issueIntermediate({ commonName: 'UNREADABLE', extraExtensions: [notDer] });
    rig.use([{ chainPem: server.chainPem + unreadable.certPem, keyPem: server.keyPem }]);
    (await policy.connect(at(rig))).destroy();
    await policy.close();
    await rig.close();
  });
});

/** The CRL of an authority with the date of one entry replaced, signed anew. */
function withDate(
  crl: Uint8Array,
  issuer: { readonly key: Parameters<typeof sign>[2] },
  entry: { serial: string; date: string },
): Uint8Array {
  const bytes = Buffer.from(crl);
  const content = 4;
  const digits = (bytes[content + 1] ?? 0) & 0x7f;
  const toBeSigned = bytes.subarray(content, content + 2 + digits + bytes.readUIntBE(content + 2, digits));
  const date = toBeSigned.indexOf(Buffer.from(entry.serial, 'hex')) + entry.serial.length / 2 + 2;
  toBeSigned.write(entry.date, date, 'latin1');
  const algorithm = der.sequence(der.oid('1.2.840.113549.1.1.11'), der.nothing);
  return der.sequence(toBeSigned, algorithm, der.bitString(sign('sha256', toBeSigned, issuer.key)));
}

describe('an authority that writes nonsense into its CRL', () => {
  it('has revoked whatever stands there: an entry with an impossible date is one, at each connection', async () => {
    const issuer = await igc.issueIntermediate({ commonName: 'BAD DATE' });
    const listed = await igc.issueServer({ hostnames: ['mail.example'], issuer });
    igc.revoke(listed);
    igc.crlServer.setBody(
      new URL(issuer.crlUrl).pathname,
      withDate(igc.crl(issuer), issuer, { serial: listed.serial, date: '261301000000Z' }),
    );
    const rig = await startTlsRig({ certificate: listed });
    const policy = createSecureChannelPolicy({ trust });
    // The second one is judged inside the handshake, from memory.
    for (let count = 0; count < 2; count++) {
      expect(await refusalOf(policy.connect(at(rig)))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    }
    expect(evidence(rig)).toEqual(nothingSeen);
    await policy.close();
    await rig.close();
  });

  it('cannot make an exception of the gate pass for consent', () => {
    expect(failClosed(() => undefined)).toBeUndefined();
    const boom = new Error('boom');
    const fail = (thrown: unknown) => (): undefined => {
      throw thrown;
    };
    expect(failClosed(fail(boom))).toBe(boom);
    expect(failClosed(fail('text'))).toBeInstanceOf(Error);
  });
});

describe('a CRL server or responder', () => {
  it('that switches protocols is one that does not answer, now and later, and well before the deadline', async () => {
    let switching = true;
    const issuer = await igc.issueIntermediate({ commonName: 'SWITCHING' });
    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        if (switching) return socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n');
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        return socket.end(igc.crl(issuer));
      });
    });
    const url = `http://127.0.0.1:${await listen(web)}/x`;
    const both = { crlUrls: [url], ocspUrls: [url] };
    const rig = await startTlsRig({ certificate: await igc.issueServer({ hostnames: ['mail.example'], issuer, ...both }) });
    const policy = createSecureChannelPolicy({ trust, revocation: { timeoutMs: 60_000 } });
    expect(await reasonsOf(policy.connect(at(rig)))).toEqual(['ERR_MSS_PKI_CRL_FETCH', 'ERR_MSS_PKI_OCSP_FETCH']);
    switching = false;
    (await policy.connect(at(rig))).destroy();
    await policy.close();
    await rig.close();
    web.close();
  });
});
