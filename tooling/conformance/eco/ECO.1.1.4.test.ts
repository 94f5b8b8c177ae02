/** ECO.1.1.4: an operator that presents a server certificate of IGC Santé can be connected to. */
import { createTestIgc } from '@mss/testkit';
import { createTrustStore } from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('ECO.1.1.4', () => {
  it('connects to an operator whose certificate leads to the IGC that the configuration trusts', async () => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    const { code, decision } = await world.meet(good);
    expect(code).toBe('none');
    expect(decision).toMatchObject({ trustStore: 'IGC de test' });
    expect(decision?.chain.at(-1)?.sha256).toBe(world.igc.root.fingerprint256.replaceAll(':', '').toLowerCase());
  });

  it('completes the chain when the operator omits its intermediate authority', async () => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    const trust = createTrustStore({ name: 'bundle', anchors: [world.igc.caPem, world.igc.intermediate.certPem] });
    expect(await world.meet({ chainPem: good.certPem, keyPem: good.keyPem }, { policy: { trust } })).toMatchObject({ code: 'none' });
  });

  it('knows the IGC by its key, not by its name: a look-alike is refused', async () => {
    const lookAlike = await createTestIgc();
    const server = await lookAlike.issueServer({ hostnames: [operatorName] });
    expect(lookAlike.root.name).toEqual(world.igc.root.name);
    expect(await world.meet(server)).toMatchObject({ code: 'ERR_MSS_TLS_UNTRUSTED', requirement: 'ECO.1.1.4', evidence: nothingSeen });
    await lookAlike.close();
  });

  it('trusts the old and the new IGC while one replaces the other', async () => {
    const next = await createTestIgc({ label: 'NOUVELLE' });
    await next.startCrlServer();
    const trust = [world.trust, createTrustStore({ name: 'nouvelle', anchors: [next.caPem] })];
    for (const igc of [world.igc, next]) {
      expect(await world.meet(await igc.issueServer({ hostnames: [operatorName] }), { policy: { trust } })).toMatchObject({ code: 'none' });
    }
    await next.close();
  });
});
