import { createTrustStore, type TrustStore } from '@mss/pki';
import type { IssuedCertificate, TestAuthority } from '@mss/testkit';
import { fromNow } from './arrange-certificates.js';
import { hostName, type Arrangement, type World } from './world.js';

const issue = ({ igc }: World): Promise<IssuedCertificate> => igc.issueServer({ hostnames: [hostName] });

/** The present intermediate, certified by the old root: the bridge of a migration. */
const crossOf = (
  { igc, oldRoot }: World,
  more: { readonly notAfter?: Date; readonly crlUrls?: readonly string[] } = {},
): Promise<TestAuthority> => igc.issueIntermediate({ commonName: 'unused', issuer: oldRoot, existing: igc.intermediate, ...more });

const oldAndNew = ({ igc, oldRoot }: World): TrustStore =>
  createTrustStore({ name: 'ancienne et nouvelle', anchors: [igc.caPem, oldRoot.der] });

async function sentWithCross(world: World, cross: TestAuthority, trust: TrustStore): Promise<Arrangement> {
  const { chainPem, keyPem } = await issue(world);
  return { server: { chainPem: chainPem + cross.certPem, keyPem }, trust };
}

async function revokedCross(world: World): Promise<TestAuthority> {
  const cross = await crossOf(world);
  world.igc.revoke(cross);
  return cross;
}

const oldStore = ({ oldRoot }: World, intermediates: readonly string[] = []): TrustStore =>
  createTrustStore({ name: 'ancienne', anchors: [oldRoot.der], intermediates });

const sideBySide = (world: World): TrustStore[] => [world.trust, createTrustStore({ name: 'nouvelle', anchors: [world.other.caPem] })];

/** Cross-signed chains and trust stores side by side. */
export const pathBuilders: Readonly<Record<string, (world: World) => Promise<Arrangement>>> = {
  'both-paths-good': async (world) => sentWithCross(world, await crossOf(world), oldAndNew(world)),
  'old-path-revoked': async (world) => sentWithCross(world, await revokedCross(world), oldAndNew(world)),
  'old-path-unknown': async (world) => {
    const { path, url } = world.place();
    world.igc.crlServer.setFault('down', { path });
    return sentWithCross(world, await crossOf(world, { crlUrls: [url] }), oldAndNew(world));
  },
  'old-path-expired': async (world) => sentWithCross(world, await crossOf(world, { notAfter: fromNow(-1) }), oldAndNew(world)),
  'new-only': async (world) => sentWithCross(world, await crossOf(world), world.trust),
  'new-only-old-revoked': async (world) => sentWithCross(world, await revokedCross(world), world.trust),
  'old-only-cross-first': async (world) => {
    const { certPem, keyPem } = await issue(world);
    const cross = await crossOf(world);
    return { server: { chainPem: certPem + cross.certPem + world.igc.intermediate.certPem, keyPem }, trust: oldStore(world) };
  },
  'old-only-cross-in-store': async (world) => ({ server: await issue(world), trust: oldStore(world, [(await crossOf(world)).certPem]) }),
  'old-only-no-cross': async (world) => ({ server: await issue(world), trust: oldStore(world) }),
  'store-cross-revoked': async (world) => {
    const cross = await revokedCross(world);
    const { igc, oldRoot } = world;
    const trust = createTrustStore({ name: 'les deux', anchors: [igc.caPem, oldRoot.der], intermediates: [cross.certPem] });
    return { server: await issue(world), trust };
  },
  'two-stores-old': async (world) => ({ server: await issue(world), trust: sideBySide(world) }),
  'two-stores-new': async (world) => ({ server: await world.other.issueServer({ hostnames: [hostName] }), trust: sideBySide(world) }),
  'two-stores-revoked': async (world) => {
    const server = await world.other.issueServer({ hostnames: [hostName] });
    world.other.revoke(server);
    return { server, trust: sideBySide(world) };
  },
  'pinned-out': async (world) => {
    const { igc, oldRoot } = world;
    const trust = createTrustStore({ name: 'épinglée', anchors: [igc.caPem, oldRoot.der], pins: [oldRoot.fingerprint256] });
    return { server: await issue(world), trust };
  },
};

/** Several certificates on one address: which ones, and which of them may see something. */
export interface Fleet {
  readonly servers: readonly IssuedCertificate[];
  /** The first is met once before, and accepted; the second is what the cell is about. */
  readonly renewal: boolean;
}

export async function arrangeFleet(world: World, state: string): Promise<Fleet> {
  const { igc, other } = world;
  const revoked = async (): Promise<IssuedCertificate> => {
    const server = await issue(world);
    igc.revoke(server);
    return server;
  };
  const kinds: Readonly<Record<string, () => Promise<IssuedCertificate>>> = {
    good: () => issue(world),
    revoked,
    expired: () => igc.issueServer({ hostnames: [hostName], notAfter: fromNow(-1) }),
    foreign: () => other.issueServer({ hostnames: [hostName] }),
    'other-host': () => igc.issueServer({ hostnames: ['autre.mssante.exemple'] }),
  };
  const [kind = '', what = ''] = state.split(':');
  const make = (name: string): Promise<IssuedCertificate> => (kinds[name] ?? kinds['good'] ?? revoked)();
  if (kind === 'renewal') return { servers: [await make('good'), await make(what)], renewal: true };
  const names = { 'three-good': ['good', 'good', 'good'], 'too-many': Array.from({ length: 8 }, () => 'good') }[what] ?? what.split('-');
  return { servers: await Promise.all(names.map(make)), renewal: false };
}
