/** ECO.1.1.8: with the Mailiz operator only the entry points of IGC Santé are used. */
import { createTestIgc } from '@mss/testkit';
import { createSecureChannelPolicy, createTrustStore, mailizPreset } from '@mss/pki';
import { discoverMailbox, mailizMailboxPreset } from '@mss/transport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';
import { a, srv, startInternet } from '../../../packages/transport/test/autoconfig/world.js';

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

  it('takes, when the mailbox configures itself, only an entry point of IGC Santé, and knows no host of its own', async () => {
    expect([mailizMailboxPreset.imap, mailizMailboxPreset.smtp]).toEqual([null, null]);
    const net = await startInternet();
    const retired = await createTestIgc({ label: 'IGC-CPS' });
    await retired.startCrlServer();
    const anchors = [
      { name: 'IGC de test', anchors: [net.igc.caPem], igcSante: true },
      { name: 'IGC-CPS', anchors: [retired.caPem] },
    ];
    const policy = createSecureChannelPolicy({ trust: anchors.map(createTrustStore), dial: net.dial });
    const domain = 'medecin.mssante.fr';
    const names = { old: `ancien.${domain}`, current: `actuel.${domain}` };
    await net.tls('203.0.113.1:993', [], await retired.issueServer({ hostnames: [names.old] }));
    await net.tls('203.0.113.2:993', [names.current]);
    net.dns.zone({
      [`_imaps._tcp.${domain}`]: [srv(names.old, 993, 0), srv(names.current, 993, 1)],
      [`_submissions._tcp.${domain}`]: [srv(names.current, 993)],
      [names.old]: [a('203.0.113.1')],
      [names.current]: [a('203.0.113.2')],
    });
    const found = await discoverMailbox(`claire@${domain}`, { ...net.options, policy });
    expect(found.imap.host).toBe(names.current);
    expect(found.refusals).toMatchObject([{ host: names.old, code: 'ERR_MSS_TLS_NOT_IGC_SANTE', requirement: 'ECO.1.1.8' }]);
    await policy.close();
    await retired.close();
    await net.close();
  });
});
