/** ECO.1.1.6: the certificate that the operator presents is not revoked, by CRL or OCSP, whatever the authority. */
import { createTestIgc, startOcspResponder } from '@mss/testkit';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf } from '../../../packages/pki/test/support/refusal.js';
import { nothingSeen, startTlsRig } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('ECO.1.1.6', () => {
  it('connects when every authority of the path says that nothing is revoked', async () => {
    const { code, decision } = await world.meet(await world.igc.issueServer({ hostnames: [operatorName] }));
    expect(code).toBe('none');
    expect(decision?.revocation?.certificates.map(({ method, status }) => [method, status])).toEqual([
      ['crl', 'good'],
      ['crl', 'good'],
    ]);
  });

  it('makes no connection when the certificate is revoked', async () => {
    const revoked = await world.igc.issueServer({ hostnames: [operatorName] });
    world.igc.revoke(revoked);
    expect(await world.meet(revoked)).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6', evidence: nothingSeen });
  });

  it('makes no connection when the authority that issued it is revoked', async () => {
    const issuer = await world.igc.issueIntermediate({ commonName: 'REVOQUEE' });
    world.igc.revoke(issuer);
    const server = await world.igc.issueServer({ hostnames: [operatorName], issuer });
    expect(await world.meet(server)).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6', evidence: nothingSeen });
  });

  it.each(['down', 'html', 'truncated', 'not-found'] as const)('makes no connection when nobody can tell: the CRL is %s', async (fault) => {
    const issuer = await world.igc.issueIntermediate({ commonName: `MUETTE ${fault}` });
    world.igc.crlServer.setFault(fault, { path: new URL(issuer.crlUrl).pathname });
    const server = await world.igc.issueServer({ hostnames: [operatorName], issuer });
    expect(await world.meet(server)).toMatchObject({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
  });

  it.each([
    ['badly signed', { brokenSignature: true }],
    ['expired', { thisUpdate: new Date(Date.now() - 9 * 86_400_000), nextUpdate: new Date(Date.now() - 86_400_000) }],
  ])('believes no CRL that is %s', async (name, options) => {
    const issuer = await world.igc.issueIntermediate({ commonName: `CRL ${name}` });
    world.igc.publish(issuer, options);
    const server = await world.igc.issueServer({ hostnames: [operatorName], issuer });
    expect(await world.meet(server)).toMatchObject({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
  });

  it('goes by an OCSP responder where the certificate names one', async () => {
    const responder = await startOcspResponder({ issuer: world.igc.intermediate });
    const server = await world.igc.issueServer({ hostnames: [operatorName], crlUrls: [], ocspUrls: [responder.url] });
    const { code, decision } = await world.meet(server);
    expect([code, decision?.revocation?.certificates[0]?.method]).toEqual(['none', 'ocsp']);
    responder.behave({ issuer: world.igc.intermediate, status: 'revoked' });
    expect(await world.meet(server)).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6', evidence: nothingSeen });
    responder.behave({ issuer: world.igc.intermediate, status: 'unknown' });
    expect(await world.meet(server)).toMatchObject({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
    await responder.close();
  });

  it('goes by the CRL that says revoked when two that hold speak about the certificate', async () => {
    const [older, newer] = ['/eco-older.crl', '/eco-newer.crl'];
    const { crlServer, intermediate } = world.igc;
    const urls = [older, newer].map((path) => crlServer.url + path);
    const server = await world.igc.issueServer({ hostnames: [operatorName], crlUrls: urls });
    crlServer.setBody(older, world.igc.crl(intermediate));
    world.igc.revoke(server);
    crlServer.setBody(newer, world.igc.crl(intermediate));
    // The first address alone would let it pass: the policy has learnt the newer list from another server.
    const neighbour = await world.igc.issueServer({ hostnames: [operatorName], crlUrls: urls.slice(1) });
    const policy = createSecureChannelPolicy({ trust: world.trust });
    const connect = async (certificate: typeof server): Promise<string> => {
      const rig = await startTlsRig({ certificate });
      const { code } = await refusalOf(
        policy.connect({ host: '127.0.0.1', port: rig.port, servername: operatorName }).then((socket) => socket.destroy()),
      );
      await rig.close();
      return code;
    };
    expect([await connect(server), await connect(neighbour), await connect(server)]).toEqual(['none', 'none', 'ERR_MSS_TLS_REVOKED']);
    await policy.close();
  });

  it('asks whatever the authority is', async () => {
    const commercial = await createTestIgc({ label: 'COMMERCIALE' });
    await commercial.startCrlServer();
    const trust = createTrustStore({ name: 'commerciale', anchors: [commercial.caPem] });
    const revoked = await commercial.issueServer({ hostnames: [operatorName] });
    commercial.revoke(revoked);
    expect(await world.meet(revoked, { policy: { trust } })).toMatchObject({
      code: 'ERR_MSS_TLS_REVOKED',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
    await commercial.close();
  });
});
