/** ECO.1.2.5 (v1.0.1): the access token of Pro Santé Connect is not stored permanently. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPscWorld, type PscWorld } from '../../../packages/sandbox/test/psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

describe('ECO.1.2.5', () => {
  it('the session shows its tokens to nothing that writes values down', async () => {
    const logged: unknown[] = [];
    const log = (...given: unknown[]): void => void logged.push(given);
    await using session = await world.signIn({ logger: { debug: log, info: log, warn: log, error: log } });
    const token = await session.accessToken();
    expect(token.split('.')).toHaveLength(3);
    world.time.pass(110_000);
    const next = await session.accessToken();
    const auth = session.mailboxAuthentication({ user: world.mailbox, hosts: [world.sandbox.host] });
    const written = [
      JSON.stringify([session, auth, logged, world.events]),
      inspect([session, auth, logged, world.events], { depth: 20, showHidden: true }),
    ];
    for (const secret of [token, next].flatMap((one) => [one, ...one.split('.').slice(1)])) expect(written.join()).not.toContain(secret);
    expect(() => structuredClone(session)).toThrow();
  });

  it('forgets them when it is closed', async () => {
    const session = await world.signIn();
    await session.close();
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'ERR_MSS_PSC_SESSION_CLOSED' });
  });
});
