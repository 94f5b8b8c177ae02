/** ECO.1.2.3 (v1.0.1): failures of the connection do not disturb the other functions of the software. */
import { openMailbox } from '@mss/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redirectUri, startPscWorld, type PscWorld } from '../../../packages/sandbox/test/psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
beforeEach(() => void world.fresh());
afterAll(async () => world[Symbol.asyncDispose]());

describe('ECO.1.2.3', () => {
  it('while Pro Santé Connect is down, calls end with a code and mailboxes that do not need it open', async () => {
    await using session = await world.signIn();
    world.sandbox.proSanteConnect.setFault('down');
    world.time.pass(130_000);
    await expect(session.accessToken()).rejects.toMatchObject({
      code: 'ERR_MSS_PSC_UNAVAILABLE',
      requirement: 'ECO.1.2.3',
      permanent: false,
    });
    await expect(world.psc().authorize({ redirectUri })).rejects.toMatchObject({ code: 'ERR_MSS_PSC_UNAVAILABLE' });
    const { host, servername, ports } = world.sandbox;
    const auth = { type: 'password', user: 'hugo.bernard@cabinet-de-la-halle.mssante.test', password: 'halle-2026' } as const;
    await (await openMailbox({ policy: world.policy, host, servername, port: ports.imap, security: 'starttls', auth })).close();
  });

  it('fails in the background without ending the process, and recovers', async () => {
    await using session = await world.signIn();
    world.sandbox.proSanteConnect.setFault('down');
    world.time.next();
    await expect.poll(() => world.events.map(({ type }) => type), { interval: 2 }).toEqual(['refresh-failed']);
    world.sandbox.proSanteConnect.setFault('none');
    world.time.next();
    await expect.poll(() => world.events.map(({ type }) => type), { interval: 2 }).toEqual(['refresh-failed', 'refreshed']);
    expect(session.state).toBe('open');
  });
});
