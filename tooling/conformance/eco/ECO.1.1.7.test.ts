/** ECO.1.1.7: the last unexpired CRL is kept, so that an error in fetching it does not stop the connection. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrlStore } from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('ECO.1.1.7', () => {
  it('connects with the CRL kept on disk while its server is down, in a new process, until it expires', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mss-eco-'));
    const revocation = { store: createCrlStore({ directory }) };
    const later = (days: number) => ({ revocation, clock: { now: () => new Date(Date.now() + days * 86_400_000) } });
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(good, { policy: { revocation } })).toMatchObject({ code: 'none' });
    world.igc.crlServer.setFault('down');
    // Each meeting has a policy of its own: nothing but the directory is shared.
    expect(await world.meet(good, { policy: { revocation } })).toMatchObject({ code: 'none' });
    expect(await world.meet(good, { policy: later(6) })).toMatchObject({ code: 'none' });
    expect(await world.meet(good, { policy: later(8) })).toMatchObject({ code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN', evidence: nothingSeen });
    world.igc.crlServer.setFault('none');
    await rm(directory, { recursive: true });
  });

  it('does not connect from the kept CRL to a server that it lists', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mss-eco-'));
    const revocation = { store: createCrlStore({ directory }) };
    const issuer = await world.igc.issueIntermediate({ commonName: 'GARDEE' });
    const [good, revoked] = [
      await world.igc.issueServer({ hostnames: [operatorName], issuer }),
      await world.igc.issueServer({ hostnames: [operatorName], issuer }),
    ];
    world.igc.revoke(revoked);
    expect(await world.meet(good, { policy: { revocation } })).toMatchObject({ code: 'none' });
    world.igc.crlServer.setFault('html');
    expect(await world.meet(revoked, { policy: { revocation } })).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', evidence: nothingSeen });
    expect(await world.meet(good, { policy: { revocation } })).toMatchObject({ code: 'none' });
    world.igc.crlServer.setFault('none');
    await rm(directory, { recursive: true });
  });

  it('does not connect without any CRL', async () => {
    const issuer = await world.igc.issueIntermediate({ commonName: 'JAMAIS' });
    const server = await world.igc.issueServer({ hostnames: [operatorName], issuer });
    world.igc.crlServer.setFault('down', { path: new URL(issuer.crlUrl).pathname });
    expect(await world.meet(server)).toMatchObject({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
  });
});
