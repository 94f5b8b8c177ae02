/** ECO.1.2.6 (v1.0.1): the session ends when the refresh token of Pro Santé Connect is no longer valid. */
import { openMailbox } from '@mss/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPscWorld, type PscWorld } from '../../../packages/sandbox/test/psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
beforeEach(() => void world.fresh());
afterAll(async () => world[Symbol.asyncDispose]());

describe('ECO.1.2.6', () => {
  it.each([
    ['is refused', () => world.sandbox.proSanteConnect.setFault('refresh-refused')],
    ['has expired', () => world.time.pass(400_000)],
    ['is of a session that was ended elsewhere', () => world.sandbox.proSanteConnect.endSessions()],
  ])('a refresh token that %s ends the session: the mailbox is not opened any more', async (_name, happen) => {
    const session = await world.signIn({ keepAlive: false });
    happen();
    world.time.pass(110_000);
    const { host, servername, ports } = world.sandbox;
    const auth = session.mailboxAuthentication({ user: world.mailbox, hosts: [host] });
    const opening = openMailbox({ policy: world.policy, host, servername, port: ports.imap, security: 'starttls', auth });
    await expect(opening).rejects.toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED', requirement: 'ECO.1.2.6' });
    expect([session.state, (await session.ended)?.code, world.events.at(-1)?.type]).toEqual([
      'ended',
      'ERR_MSS_PSC_SESSION_ENDED',
      'ended',
    ]);
  });

  it('one that cannot be judged now does not end it', async () => {
    await using session = await world.signIn({ keepAlive: false });
    world.sandbox.proSanteConnect.setFault('overloaded');
    world.time.pass(130_000);
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'ERR_MSS_PSC_UNAVAILABLE' });
    expect(session.state).toBe('open');
  });
});
