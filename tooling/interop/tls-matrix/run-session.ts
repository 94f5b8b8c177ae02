import { openMailbox, openSmtpSession, type TokenAuthentication } from '@mss/transport';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import type { OpensslServer } from '../../servers/openssl-server.js';
import type { Cell } from './cell.js';
import { meet } from './client.js';
import { capturePeer } from './peers.js';
import { arrival, outcomeOf, policyOf, runCell, targetOf, type Encounter } from './run-cell.js';
import { leaks, shortcomings, type Peer } from './sighting.js';
import { hostName, secret, type World } from './world.js';

/** Whether a client that wants to can resume a session there: without it, that ours does not would prove nothing. */
async function wouldResume(world: World, port: number): Promise<boolean> {
  const options: ConnectionOptions = { host: '127.0.0.1', port, servername: hostName, ca: [world.igc.caPem], maxVersion: 'TLSv1.2' };
  const open = (session?: Buffer): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ ...options, ...(session === undefined ? {} : { session }) }, () => resolve(socket));
      socket.once('error', reject);
    });
  const first = await open();
  const session = first.getSession();
  // With a proper farewell: OpenSSL forgets the session of a connection that is cut.
  await new Promise((resolve) => first.once('close', resolve).resume().end());
  const second = await open(session);
  const resumed = second.isSessionReused();
  second.destroy();
  return resumed;
}

/** Two connections to a server that offers to resume, or that asks for a renegotiation in between. */
export async function meetSession({ world, cell, peer, server }: Encounter & { readonly server: OpensslServer }): Promise<void> {
  const policy = policyOf(world, cell);
  const renegotiates = cell.key === 'renegotiation';
  try {
    if (renegotiates) {
      const socket = await policy.connect(targetOf(cell, peer));
      socket.on('error', () => {}).resume();
      socket.write('before\n');
      await expect.poll(() => server.output(), { interval: 5 }).toContain('before');
      server.input.write('R\n');
      // OpenSSL takes the client's warning (no_renegotiation) for the end.
      await expect.poll(() => server.output(), { interval: 5 }).toMatch(/no renegotiation/);
      // The Finished message of the first handshake, and nothing since.
      expect(peer.sightings().at(-1)?.wire.encryptedHandshakes).toBe(1);
      socket.destroy();
      return;
    }
    await meet(policy, { way: cell.way, target: targetOf(cell, peer) }, () => arrival(() => peer.sightings()));
    const before = peer.sightings().length;
    await runCell({ world, cell, peer, policy, judged: () => peer.sightings().slice(before) });
    expect(await wouldResume(world, server.port)).toBe(true);
  } finally {
    await policy.close();
  }
}

/** The state of certificates.ts that the server of a token is in. */
export const tokenCertificates: Readonly<Record<string, string>> = {
  'token:other-host': 'wrong-host',
  'token:revoked': 'revoked',
  'token:unknown-ca': 'unknown-ca',
};

/** A mailbox opened with a token: a refused server does not get it, and the provider is not even asked. */
export async function meetWithToken({ world, cell, peer }: Encounter): Promise<void> {
  let asked = 0;
  const token = (): string => {
    asked += 1;
    return secret;
  };
  const auth: TokenAuthentication = { type: 'token', user: 'cabinet@mssante.exemple', token };
  const policy = policyOf(world, cell);
  const security = cell.way.endsWith('starttls') ? 'starttls' : 'implicit';
  const options = { policy, host: hostName, port: peer.port, security, auth } as const;
  try {
    const work = cell.way.startsWith('imap') ? openMailbox(options) : openSmtpSession(options);
    const outcome = await work.then(
      () => ({ verdict: 'accepted' }),
      (error: unknown) => outcomeOf(error),
    );
    expect(outcome).toEqual(cell.expected);
    expect(asked).toBe(0);
    expect(leaks(peer.sightings(), hostName)).toEqual([]);
  } finally {
    await policy.close();
  }
}

const elsewhere = 'ailleurs.mssante.exemple';

/** An HTTPS server that sends its client elsewhere. */
export async function meetRedirect(world: World, cell: Cell): Promise<void> {
  const { igc } = world;
  const [from, to] = [await igc.issueServer({ hostnames: [hostName] }), await igc.issueServer({ hostnames: [elsewhere] })];
  if (cell.key === 'redirect:revoked') igc.revoke(to);
  const second = await capturePeer(to, { way: 'https' });
  const scheme = cell.key === 'redirect:clear' ? 'http' : 'https';
  const moved = `HTTP/1.1 307 Moved\r\nLocation: ${scheme}://${elsewhere}:${second.port}/\r\nContent-Length: 0\r\n\r\n`;
  const first: Peer = await capturePeer(from, { way: 'https', respond: (line) => (line === '' ? moved : null) });
  const policy = policyOf(world, cell);
  const headers = { authorization: `Bearer ${secret}`, cookie: secret };
  try {
    const outcome = await policy.fetch(`https://${hostName}:${first.port}/`, { headers }).then(
      () => ({ verdict: 'accepted' }),
      (error: unknown) => outcomeOf(error),
    );
    expect(outcome).toEqual(cell.expected);
    const fingerprint = (world.identity.certificate.sha256.match(/../g) ?? []).join(':').toUpperCase();
    expect(shortcomings(first.sightings(), { servername: hostName, fingerprint, protocol: 'TLSv1.2' })).toEqual([]);
    if (cell.expected.verdict === 'refused') {
      expect(leaks(second.sightings(), elsewhere)).toEqual([]);
      return;
    }
    const received = second.sightings().map((one) => one.received ?? '');
    expect(received.some((text) => text.startsWith('GET / '))).toBe(true);
    expect(received.join('')).not.toMatch(/confidentiel|authorization|cookie/i);
    expect(second.sightings().filter(({ fingerprint: shown, wire }) => shown !== null || wire.certificates > 0)).toEqual([]);
  } finally {
    await policy.close();
    await Promise.all([first.close(), second.close()]);
  }
}
