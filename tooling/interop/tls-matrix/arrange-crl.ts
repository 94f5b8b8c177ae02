import { createCrlStore } from '@mss/pki';
import type { CrlOptions, CrlServer, TestAuthority } from '@mss/testkit';
import { fromNow } from './arrange-certificates.js';
import { hostName, type Arrangement, type World } from './world.js';

type Fault = Parameters<CrlServer['setFault']>[0];

/** What stands at the address that the certificate names. */
interface Publication {
  readonly options?: CrlOptions;
  readonly fault?: Fault;
  readonly location?: string;
  /** Instead of the authority's own list. */
  readonly body?: (world: World, authority: TestAuthority) => Uint8Array;
}

const delayed: Publication = { fault: 'slow' };

const publications: Readonly<Record<string, Publication>> = {
  good: {},
  listed: {},
  pem: { fault: 'pem' },
  redirected: { fault: 'redirect' },
  'same-point': {},
  'removed-reason': {},
  'second-address': {},
  'ldap-first': {},
  missing: { fault: 'not-found' },
  'server-error': { fault: 'error' },
  down: { fault: 'down' },
  cut: { fault: 'cut' },
  slow: delayed,
  stalled: { fault: 'stall' },
  enormous: { fault: 'huge' },
  'redirect-loop': { fault: 'redirect-loop' },
  'redirect-file': { fault: 'redirect', location: 'file:///etc/passwd' },
  html: { fault: 'html' },
  garbage: { fault: 'garbage' },
  empty: { body: () => new Uint8Array() },
  truncated: { fault: 'truncated' },
  trailing: { body: ({ igc }, authority) => Buffer.concat([igc.crl(authority), Buffer.from([0])]) },
  expired: { options: { thisUpdate: fromNow(-9), nextUpdate: fromNow(-1) } },
  'no-next-update': { options: { nextUpdate: null } },
  'not-yet-valid': { options: { thisUpdate: fromNow(1) } },
  'badly-signed': { options: { brokenSignature: true } },
  // The authority's name, and another key that its root has certified under that name.
  'other-key': { body: ({ igc, oldRoot }, authority) => igc.crl(authority, { signWith: oldRoot }) },
  'other-issuer': { body: ({ igc, oldRoot }) => igc.crl(oldRoot) },
  delta: { options: { deltaOf: 1 } },
  indirect: { options: { scope: { indirect: true } } },
  'some-reasons': { options: { scope: { reasons: true } } },
  'unknown-critical': { options: { unknownCriticalExtension: true } },
  'attributes-only': { options: { scope: { only: 'attribute' } } },
  'other-point': { options: { scope: { url: 'http://autre.exemple/x.crl' } } },
  'users-only': { options: { scope: { only: 'user' } } },
  'authorities-only': { options: { scope: { only: 'authority' } } },
  long: { options: { extraSerials: 200_000 } },
  'long-listed': { options: { extraSerials: 200_000 } },
  'no-address': {},
  'ldap-only': {},
};

const ldap = 'ldap://annuaire.exemple/cn=crl';
const nobody = 'http://127.0.0.1:1/x.crl';

/** Addresses that the certificate names, from the one where the list stands. */
function addresses(state: string, url: string): string[] {
  if (state === 'no-address') return [];
  if (state === 'ldap-only') return [ldap];
  if (state === 'ldap-first') return [ldap, url];
  return state === 'second-address' ? [nobody, url] : [url];
}

/**
 * A CRL state: about the server's certificate (`leaf`, by the intermediate) or about the intermediate (`authority`, by the root).
 * Everything else is good and at hand.
 */
export async function arrangeCrl(world: World, subject: 'leaf' | 'authority', state: string): Promise<Arrangement> {
  const { igc } = world;
  if (subject === 'leaf' && state === 'overlapping') return overlapping(world);
  if (subject === 'leaf' && state.startsWith('kept')) return kept(world, state);
  const publication = publications[state];
  if (publication === undefined) throw new Error(`no CRL state ${state}`);
  const { path, url } = world.place();
  const crlUrls = addresses(state, url);
  const issuer =
    subject === 'leaf' ? igc.intermediate : await igc.issueIntermediate({ commonName: 'unused', existing: igc.intermediate, crlUrls });
  const server = await igc.issueServer({ hostnames: [hostName], issuer, ...(subject === 'leaf' ? { crlUrls } : {}) });
  const authority = subject === 'leaf' ? igc.intermediate : igc.root;
  if (state.endsWith('listed')) igc.revoke(subject === 'leaf' ? server : issuer);
  if (state === 'removed-reason') igc.revoke(await igc.issueServer({ hostnames: [hostName] }), { reason: 'certificateHold' });
  const scope = state === 'same-point' ? { scope: { url } } : {};
  const body = publication.body?.(world, authority) ?? igc.crl(authority, { ...publication.options, ...scope });
  igc.crlServer.setBody(path, body);
  const target = world.place();
  igc.crlServer.setBody(target.path, body);
  if (publication.fault !== undefined) {
    igc.crlServer.setFault(publication.fault, { path, delayMs: 60_000, location: publication.location ?? target.url });
  }
  // What never comes is waited for only so long.
  const hurried = ['slow', 'stalled'].includes(state) ? { revocation: { timeoutMs: 150 } } : {};
  return { server, policy: hurried };
}

/** One address serves the list from before the revocation, the other the one after it; both are in memory. */
async function overlapping(world: World): Promise<Arrangement> {
  const { igc } = world;
  const [old, fresh] = [world.place(), world.place()];
  const server = await igc.issueServer({ hostnames: [hostName], crlUrls: [old.url, fresh.url] });
  const neighbour = await igc.issueServer({ hostnames: [hostName], crlUrls: [fresh.url] });
  igc.crlServer.setBody(old.path, igc.crl(igc.intermediate));
  igc.revoke(server);
  igc.crlServer.setBody(fresh.path, igc.crl(igc.intermediate));
  return {
    server,
    before: async (meet) => {
      await meet(server);
      await meet(neighbour);
    },
  };
}

/** Another process has kept the list on disk; now its server is down. */
async function kept(world: World, state: string): Promise<Arrangement> {
  const { igc } = world;
  const { path, url } = world.place();
  const server = await igc.issueServer({ hostnames: [hostName], crlUrls: [url] });
  const neighbour = await igc.issueServer({ hostnames: [hostName], crlUrls: [url] });
  const store = createCrlStore({ directory: await world.folder() });
  const expired = state === 'kept-expired';
  if (state === 'kept-listed') igc.revoke(server);
  igc.crlServer.setBody(path, igc.crl(igc.intermediate, expired ? { thisUpdate: fromNow(-3), nextUpdate: fromNow(-1) } : {}));
  return {
    server,
    policy: { revocation: { store } },
    before: async (meet) => {
      const rootPath = new URL(igc.root.crlUrl).pathname;
      if (expired) igc.crlServer.setBody(rootPath, igc.crl(igc.root, { thisUpdate: fromNow(-4), nextUpdate: fromNow(1) }));
      // Its clock stands where the list was still valid.
      const clock = { now: (): Date => fromNow(expired ? -2 : 0) };
      await meet(neighbour, { revocation: { store }, clock });
      igc.crlServer.setBody(rootPath, null);
      igc.crlServer.setFault('down', { path });
    },
  };
}
