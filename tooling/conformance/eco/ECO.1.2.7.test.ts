/** ECO.1.2.7 (v1.0.1): the session is opened again by itself while Pro Santé Connect is still valid. */
import { openMailbox } from '@mss/transport';
import type { PscSession } from '@mss/transport/pro-sante-connect';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redirectUri, startPscWorld, type PscWorld } from '../../../packages/sandbox/test/psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
beforeEach(() => void world.fresh());
afterAll(async () => world[Symbol.asyncDispose]());

async function open(session: PscSession): Promise<void> {
  const { host, servername, ports } = world.sandbox;
  const auth = session.mailboxAuthentication({ user: world.mailbox, hosts: [host] });
  await (await openMailbox({ policy: world.policy, host, servername, port: ports.imap, security: 'starttls', auth })).close();
}

describe('ECO.1.2.7', () => {
  it('a mailbox whose token has expired or was refused opens with another, without a person', async () => {
    await using session = await world.signIn({ keepAlive: false });
    world.time.pass(300_000);
    await open(session);
    world.sandbox.proSanteConnect.revokeAccessTokens();
    world.time.pass(10_000);
    await open(session);
    expect(world.count('refresh_token')).toBe(2);
    expect(world.count('authorization')).toBe(1);
  });

  it('a session whose refresh token has expired opens while the browser is still signed in', async () => {
    await using session = await world.signIn({ keepAlive: false, reopen: { redirectUri, open: async (url) => world.browse(url) } });
    world.time.pass(400_000);
    await open(session);
    expect(world.events.map(({ type }) => type)).toEqual(['reopened', 'refreshed']);
  });

  it('no session opens by itself once Pro Santé Connect has ended it', async () => {
    const session = await world.signIn({ keepAlive: false, reopen: { redirectUri, open: async (url) => world.browse(url) } });
    world.sandbox.proSanteConnect.endSessions();
    world.time.pass(110_000);
    await expect(open(session)).rejects.toMatchObject({ code: 'ERR_MSS_PSC_SESSION_ENDED' });
  });
});
