import { isMssError } from '@mss/core';
import type { ConnectionDecision, SecureChannelPolicy } from '@mss/pki';
import { expect } from 'vitest';
import type { Cell } from './cell.js';
import { matrixPolicy, meet, type Target } from './client.js';
import { leaks, shortcomings, type Peer, type Sighting } from './sighting.js';
import { hostName, secret, type Arrangement, type World } from './world.js';

/** What came out, in the shape of an expectation. */
interface Outcome {
  readonly verdict: 'accepted' | 'refused';
  readonly code?: string;
  readonly requirement?: string | null;
  readonly reasons?: readonly string[];
}

/** How a cell is met. */
export interface Encounter {
  readonly world: World;
  readonly cell: Cell;
  readonly peer: Peer;
  readonly arrangement?: Pick<Arrangement, 'trust' | 'policy' | 'target'>;
  /** The cell's policy, when something was done with it before. */
  readonly policy?: SecureChannelPolicy;
  /** Default {@link hostName}. */
  readonly host?: string;
  /** Sightings that count; default all. */
  readonly judged?: () => readonly Sighting[];
}

const defaultTimeoutMs = 20_000;

export function policyOf(world: World, cell: Cell, { trust, policy }: Pick<Arrangement, 'trust' | 'policy'> = {}): SecureChannelPolicy {
  return matrixPolicy(world, cell.profile, { ...(trust === undefined ? {} : { trust }), ...policy });
}

export function targetOf(cell: Cell, at: { readonly port: number; readonly host?: string }, more: Partial<Target> = {}): Target {
  return { host: at.host ?? hostName, port: at.port, timeoutMs: cell.key === 'silent' ? 300 : defaultTimeoutMs, ...more };
}

/** Waits until the server's side has the credential: decrypted where it tells, as an encrypted record where it does not. */
export async function arrival(sightings: () => readonly Sighting[]): Promise<void> {
  const here = ({ received, wire }: Sighting): boolean => (received === null ? wire.applicationRecords > 0 : received.includes(secret));
  await expect.poll(() => sightings().some(here), { timeout: defaultTimeoutMs, interval: 5 }).toBe(true);
}

/** What a refusal was, as data. Anything that is not a coded error is a failure of the test. */
export function outcomeOf(error: unknown): Outcome {
  if (!isMssError(error)) throw error;
  const { reasons } = error.details as { readonly reasons?: readonly { readonly code: string }[] };
  const refused: Outcome = { verdict: 'refused', code: error.code, requirement: error.requirement ?? null };
  return reasons === undefined ? refused : { ...refused, reasons: reasons.map(({ code }) => code) };
}

/** Meets a cell: verdict, code, requirement and reasons as expected, and the proof on the server's side. */
export async function runCell({ world, cell, peer, arrangement = {}, policy: given, host, judged }: Encounter): Promise<void> {
  const policy = given ?? policyOf(world, cell, arrangement);
  const sightings = judged ?? ((): readonly Sighting[] => peer.sightings());
  const servername = host ?? hostName;
  const target = targetOf(cell, { port: peer.port, host: servername }, arrangement.target);
  let decision: ConnectionDecision | null = null;
  let outcome: Outcome = { verdict: 'accepted' };
  try {
    decision = await meet(policy, { way: cell.way, target }, () => arrival(sightings));
  } catch (error) {
    outcome = outcomeOf(error);
  } finally {
    if (given === undefined) await policy.close();
  }
  const { expected } = cell;
  if (expected.verdict === 'refused') {
    expect(outcome).toEqual(expected);
    expect(leaks(sightings(), servername)).toEqual([]);
    return;
  }
  expect(outcome).toEqual({ verdict: 'accepted' });
  const protocol = expected.protocol ?? decision?.protocol ?? '';
  expect(decision).toMatchObject({
    protocol: expected.protocol ?? (cell.profile === 'ref2-0.1' ? 'TLSv1.2' : expect.stringMatching(/^TLSv1\.[23]$/)),
    ...(expected.cipher === undefined ? {} : { cipher: expected.cipher }),
  });
  expect(decision?.revocation?.status).toBe('good');
  if (expected.method !== undefined) expect(decision?.revocation?.certificates[0]?.method).toBe(expected.method);
  const fingerprint = (world.identity.certificate.sha256.match(/../g) ?? []).join(':').toUpperCase();
  expect(shortcomings(sightings(), { servername, fingerprint, protocol })).toEqual([]);
}
