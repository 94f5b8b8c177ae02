import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { IssuedCertificate, TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecureChannelPolicy, type ClientIdentity, type TlsClientOptions, type TrustStore } from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { startTlsRig } from './support/tls-rig.js';
import { startServers } from './support/world.js';

let igc: TestIgc;
let trust: TrustStore;
let server: IssuedCertificate;
let revoked: IssuedCertificate;
let clientIdentity: ClientIdentity;

beforeAll(async () => {
  ({ igc, trust, server, revoked, clientIdentity } = await startServers());
});
afterAll(() => igc.close());

/** What imapflow does with its `tls` option. */
async function libraryConnect(port: number, options: TlsClientOptions): Promise<TLSSocket> {
  const socket = connect(Object.assign({ host: '127.0.0.1', port }, options));
  await once(socket, 'secureConnect');
  return socket;
}

describe('a library that opens its own socket', () => {
  it('connects with the options after warm, with the client certificate', async () => {
    const rig = await startTlsRig({ certificate: server, ca: [igc.caPem, igc.intermediate.certPem] });
    const policy = createSecureChannelPolicy({ trust, clientIdentity });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    expect(() => policy.tlsOptions(target)).toThrow(expect.objectContaining({ code: 'ERR_MSS_TLS_VERDICT_PENDING' }));
    await policy.warm(target);
    const options = policy.tlsOptions(target);
    expect(options).toMatchObject({ rejectUnauthorized: true, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', servername: 'mail.example' });
    (await libraryConnect(rig.port, options)).destroy();
    await expect.poll(() => rig.clients).toEqual([null, 'LPS']);
    await policy.close();
    await rig.close();
  });

  it('is refused by the gate without a verdict, and sends no byte', async () => {
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({ trust });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    expect((await refusalOf(libraryConnect(rig.port, policy.tlsOptions(target)))).code).toBe('ERR_MSS_TLS_VERDICT_PENDING');
    expect(rig.decryptedBytes).toBe(0);
    await policy.close();
    await rig.close();
  });

  it('is refused when the server shows a revoked certificate after warm', async () => {
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({ trust });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    await policy.warm(target);
    rig.use([revoked]);
    expect((await refusalOf(policy.warm(target))).code).toBe('ERR_MSS_TLS_REVOKED');
    expect((await refusalOf(libraryConnect(rig.port, policy.tlsOptions(target)))).code).toBe('ERR_MSS_TLS_REVOKED');
    expect(rig.decryptedBytes).toBe(0);
    await policy.close();
    await rig.close();
  });

  it('is refused when the verdict has run out meanwhile', async () => {
    let offset = 0;
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({ trust, clock: { now: () => new Date(Date.now() + offset) } });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    await policy.warm(target);
    const options = policy.tlsOptions(target);
    (await libraryConnect(rig.port, options)).destroy();
    offset = 8 * 86_400_000;
    expect((await refusalOf(libraryConnect(rig.port, options))).code).toBe('ERR_MSS_TLS_VERDICT_PENDING');
    await policy.close();
    await rig.close();
  });
});
