/** ECO.1.1.10 (v1.0.1): IGC Santé is the only authority that is accepted. */
import { createTestIgc } from '@mss/testkit';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('ECO.1.1.10', () => {
  it('connects to an operator with a certificate of IGC Santé', async () => {
    const server = await world.igc.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(server, { policy: { profile: 'ref2-1.0.1' } })).toMatchObject({ code: 'none' });
  });

  it('makes no connection with an operator of another authority, though the configuration trusts it', async () => {
    const other = await createTestIgc({ label: 'AUTRE' });
    await other.startCrlServer();
    const trust = [world.trust, createTrustStore({ name: 'autre', anchors: [other.caPem] })];
    const server = await other.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(server, { policy: { trust } })).toMatchObject({ code: 'none' });
    expect(await world.meet(server, { policy: { trust, profile: 'ref2-1.0.1' } })).toMatchObject({
      code: 'ERR_MSS_TLS_UNTRUSTED',
      requirement: 'ECO.1.1.10',
      evidence: nothingSeen,
    });
    await other.close();
  });

  it('makes no policy without a trust store of IGC Santé', () => {
    const trust = createTrustStore({ name: 'autre', anchors: [world.igc.caPem] });
    expect(() => createSecureChannelPolicy({ trust, profile: 'ref2-1.0.1' })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_TLS_NOT_IGC_SANTE', requirement: 'ECO.1.1.10' }),
    );
  });
});
