import { createPrivateKey } from 'node:crypto';
import {
  answerOcsp,
  buildCertificate,
  der,
  extension,
  testRsaKey,
  type CertificateFields,
  type OcspBehaviour,
  type OcspConduct,
} from '@mss/testkit';
import { fromNow } from './arrange-certificates.js';
import { hostName, type Arrangement, type World } from './world.js';

type Signer = NonNullable<OcspBehaviour['signer']>;

const nocheck = '1.3.6.1.5.5.7.48.1.5';
const hour = 1 / 24;

/** A certificate for a delegated responder. */
async function delegate({ igc }: World, fields: Partial<CertificateFields> = {}): Promise<Signer> {
  const key = await testRsaKey();
  const { intermediate } = igc;
  const certificate = buildCertificate({
    subject: { commonName: 'REPONDEUR' },
    issuer: intermediate.name,
    subjectKey: key,
    issuerKey: intermediate.key,
    notBefore: fromNow(-2),
    notAfter: fromNow(30),
    purposes: ['OCSPSigning'],
    crlUrls: [intermediate.crlUrl],
    ...fields,
  });
  return { certificate, key };
}

/** The extension that spares a responder the question about itself: its content is NULL. */
const vouched: Pick<CertificateFields, 'extraExtensions'> = { extraExtensions: [extension(nocheck, der.nothing)] };

/** What the responder does; the certificate of the server is only known when it is asked for. */
type Conduct = (world: World) => Promise<Partial<OcspBehaviour> | Extract<OcspConduct, string>>;

const says =
  (behaviour: Partial<OcspBehaviour>): Conduct =>
  async () =>
    behaviour;

const does =
  (fault: Extract<OcspConduct, string>): Conduct =>
  async () =>
    fault;

const conducts: Readonly<Record<string, Conduct>> = {
  good: says({}),
  revoked: says({ status: 'revoked' }),
  unknown: says({ status: 'unknown' }),
  'good-by-name': says({ by: 'name' }),
  'no-next-update': says({ nextUpdate: null }),
  'no-nonce-young': says({ nonce: 'none' }),
  delegated: async (world) => ({ signer: await delegate(world, vouched) }),
  'delegated-crl': async (world) => ({ signer: await delegate(world) }),
  'delegated-no-eku': async (world) => ({ signer: await delegate(world, { purposes: ['serverAuth'], ...vouched }) }),
  'delegated-revoked': async (world) => {
    const serial = Buffer.from('4a'.repeat(16), 'hex');
    const { igc } = world;
    const signer = await delegate(world, { serial });
    igc.revoke({ ...igc.intermediate, issuer: igc.intermediate, serial: serial.toString('hex') });
    return { signer };
  },
  'delegated-unknown': async (world) => ({ signer: await delegate(world, { crlUrls: [] }) }),
  'delegated-expired': async (world) => ({ signer: await delegate(world, { notAfter: fromNow(-1), ...vouched }) }),
  'delegated-foreign': async (world) => {
    const { intermediate } = world.other;
    return { signer: await delegate(world, { issuer: intermediate.name, issuerKey: intermediate.key, ...vouched }) };
  },
  'wrong-signer': async ({ igc }) => {
    const other = await igc.issueServer({ hostnames: ['autre.mssante.exemple'] });
    return { signer: { certificate: other.der, key: createPrivateKey(other.keyPem) } };
  },
  'signed-by-root': async ({ igc }) => ({ signer: { certificate: igc.root.der, key: igc.root.key } }),
  unsigned: says({ unsigned: true }),
  'badly-signed': says({ brokenSignature: true }),
  stale: says({ thisUpdate: fromNow(-2), nextUpdate: fromNow(-hour) }),
  old: says({ thisUpdate: fromNow(-2), nextUpdate: null }),
  future: says({ thisUpdate: fromNow(hour) }),
  'no-nonce-old': says({ nonce: 'none', thisUpdate: fromNow(-2), nextUpdate: fromNow(1) }),
  'old-nonce': says({ nonce: 'other' }),
  'other-certificate': async ({ igc }) => ({ about: await igc.issueServer({ hostnames: [hostName] }) }),
  'unknown-critical': says({ critical: true }),
  down: does('down'),
  error: does('error'),
  silent: does('silent'),
  garbage: does('garbage'),
  html: does('html'),
  truncated: does('truncated'),
  huge: does('huge'),
  'try-later': does('try-later'),
};

/** States about a CRL as well: what the responder does, and what stands at the CRL's address. */
const together: Readonly<Record<string, { readonly ocsp: string; readonly crl: 'good' | 'listed' | 'down' }>> = {
  'down-crl-good': { ocsp: 'down', crl: 'good' },
  'down-crl-listed': { ocsp: 'down', crl: 'listed' },
  'good-crl-down': { ocsp: 'good', crl: 'down' },
  'revoked-crl-down': { ocsp: 'revoked', crl: 'down' },
  'down-crl-down': { ocsp: 'down', crl: 'down' },
};

async function behave(world: World, state: string, issuer = world.igc.intermediate): Promise<void> {
  const conduct = await conducts[state]?.(world);
  if (conduct === undefined) throw new Error(`no OCSP state ${state}`);
  world.responder.behave(typeof conduct === 'string' ? conduct : { issuer, ...conduct });
}

/** An OCSP state. The responder behaves so from now on: cells are met one after the other. */
export async function arrangeOcsp(world: World, state: string): Promise<Arrangement> {
  const { igc, responder } = world;
  const ocspUrls = [responder.url];
  if (state.startsWith('authority-')) {
    await behave(world, state.slice('authority-'.length), igc.root);
    const issuer = await igc.issueIntermediate({ commonName: 'unused', existing: igc.intermediate, crlUrls: [], ocspUrls });
    return { server: await igc.issueServer({ hostnames: [hostName], issuer }) };
  }
  const both = together[state];
  await behave(world, both?.ocsp ?? state);
  if (both === undefined) {
    const hurried = state === 'silent' ? { policy: { revocation: { timeoutMs: 150 } } } : {};
    return { server: await igc.issueServer({ hostnames: [hostName], crlUrls: [], ocspUrls }), ...hurried };
  }
  const { path, url } = world.place();
  const server = await igc.issueServer({ hostnames: [hostName], crlUrls: [url], ocspUrls });
  if (both.crl === 'listed') igc.revoke(server);
  igc.crlServer.setBody(path, igc.crl(igc.intermediate));
  if (both.crl === 'down') igc.crlServer.setFault('down', { path });
  return { server };
}

/** What is stapled, and what the responder and the CRL would say. */
const staples: Readonly<Record<string, { readonly stapled: string; readonly responder?: string; readonly crl?: boolean }>> = {
  good: { stapled: 'good' },
  'good-responder-down': { stapled: 'good', responder: 'down' },
  delegated: { stapled: 'delegated' },
  revoked: { stapled: 'revoked' },
  'revoked-crl-good': { stapled: 'revoked', crl: true },
  stale: { stapled: 'stale' },
  'stale-responder-revoked': { stapled: 'stale', responder: 'revoked' },
  'stale-responder-good': { stapled: 'stale', responder: 'good' },
  'badly-signed': { stapled: 'badly-signed' },
  'wrong-signer': { stapled: 'wrong-signer' },
  'other-certificate': { stapled: 'other-certificate' },
  'try-later': { stapled: 'try-later' },
};

/** A server that staples an OCSP response to its handshake. */
export async function arrangeStaple(world: World, state: string): Promise<Arrangement> {
  const { igc, responder } = world;
  const how = staples[state];
  if (how === undefined) throw new Error(`no stapled state ${state}`);
  const server = await igc.issueServer({
    hostnames: [hostName],
    crlUrls: how.crl === true ? [igc.intermediate.crlUrl] : [],
    ocspUrls: how.responder === undefined ? [] : [responder.url],
  });
  if (how.responder !== undefined) await behave(world, how.responder);
  if (how.stapled === 'try-later') return { server, staple: der.sequence(der.enumerated(3)) };
  const conduct = await conducts[how.stapled]?.(world);
  if (typeof conduct !== 'object') throw new Error(`${how.stapled} cannot be stapled`);
  return { server, staple: answerOcsp(null, { issuer: igc.intermediate, about: server, nonce: 'none', ...conduct }) };
}
