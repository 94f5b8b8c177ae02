/** ECO.1.2.1 (v1.0.1): first TLS, then SASL XOAUTH2 with the access token of Pro Santé Connect. */
import { openMailbox, openSmtpSession } from '@mss/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPscWorld, type PscWorld } from '../../../packages/sandbox/test/psc-world.js';

let world: PscWorld;
beforeAll(async () => {
  world = await startPscWorld();
});
beforeEach(() => void world.fresh());
afterAll(async () => world[Symbol.asyncDispose]());

const opened = { imap: openMailbox, smtp: openSmtpSession };

describe('ECO.1.2.1', () => {
  it.each(['imap', 'smtp'] as const)('%s: the channel is secured, then XOAUTH2 opens the mailbox', async (service) => {
    await using session = await world.signIn();
    const { host, servername, ports, events } = world.sandbox;
    const auth = session.mailboxAuthentication({ user: world.mailbox, hosts: [host] });
    const port = service === 'imap' ? ports.imap : ports.submission;
    await (await opened[service]({ policy: world.policy, host, servername, port, security: 'starttls', auth })).close();
    const [authenticated] = events.ofType('authenticated');
    expect(authenticated).toMatchObject({ server: service, mechanism: 'XOAUTH2' });
    const dialogue = events.of(authenticated?.connection ?? 0).map(({ type }) => type);
    expect(dialogue.indexOf('secured')).toBeGreaterThan(-1);
    expect(dialogue.indexOf('secured')).toBeLessThan(dialogue.indexOf('authenticated'));
  });

  it.each(['imap', 'smtp'] as const)('%s: no token leaves for a server that is refused', async (service) => {
    await using session = await world.signIn();
    await using variant = await world.sandbox.startVariant('wrong-host');
    const { servername } = world.sandbox;
    const auth = session.mailboxAuthentication({ user: world.mailbox, hosts: [variant.host] });
    const port = service === 'imap' ? variant.ports.imap : variant.ports.submission;
    const target = { policy: world.policy, host: variant.host, servername, port, security: 'starttls', auth } as const;
    await expect(opened[service](target)).rejects.toMatchObject({ code: 'ERR_MSS_TLS_HOST' });
    expect(variant.wire().reduce((sum, { applicationBytes }) => sum + applicationBytes, 0)).toBe(0);
  });
});
