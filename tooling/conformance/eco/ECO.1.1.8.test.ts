/** ECO.1.1.8: with the Mailiz operator only the entry points of IGC Santé are used. */
import { createTestIgc } from '@mss/testkit';
import { createTrustStore, mailizPreset } from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('ECO.1.1.8', () => {
  it.each(mailizPreset.domains)('connects for a mailbox of %s to an entry point of IGC Santé, and to no other', async (mailboxDomain) => {
    const commercial = createTrustStore({ name: 'commerciale', anchors: [world.igc.caPem] });
    const server = await world.igc.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(server, { target: { mailboxDomain } })).toMatchObject({ code: 'none' });
    expect(await world.meet(server, { target: { mailboxDomain }, policy: { trust: commercial } })).toMatchObject({
      code: 'ERR_MSS_TLS_NOT_IGC_SANTE',
      requirement: 'ECO.1.1.8',
      evidence: nothingSeen,
    });
  });

  it('refuses the retired chains though the configuration still trusts them', async () => {
    const retired = await createTestIgc({ label: 'IGC-CPS' });
    await retired.startCrlServer();
    const trust = [world.trust, createTrustStore({ name: 'IGC-CPS', anchors: [retired.caPem] })];
    const server = await retired.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(server, { policy: { trust }, target: { mailboxDomain: 'medecin.mssante.fr' } })).toMatchObject({
      code: 'ERR_MSS_TLS_NOT_IGC_SANTE',
      requirement: 'ECO.1.1.8',
      evidence: nothingSeen,
    });
    // Another operator may still present it.
    expect(await world.meet(server, { policy: { trust }, target: { mailboxDomain: 'chu-fictif.mssante.fr' } })).toMatchObject({
      code: 'none',
    });
    await retired.close();
  });
});
