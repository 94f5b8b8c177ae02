import { createPrivateKey } from 'node:crypto';
import { createTrustStore } from '@mss/pki';
import {
  buildCertificate,
  der,
  extension,
  testRsaKey,
  type IssuedCertificate,
  type IssueServerOptions,
  type TestAuthority,
} from '@mss/testkit';
import { hostName, type Arrangement, type World } from './world.js';

const dayMs = 86_400_000;
export const fromNow = (days: number): Date => new Date(Date.now() + days * dayMs);

/** OpenSSL lets a server show such certificates only when asked to. */
const anything = { ciphers: 'DEFAULT:@SECLEVEL=0' };

type Builder = (world: World) => Promise<Arrangement>;

const issue = (world: World, options: Partial<IssueServerOptions> = {}): Promise<IssuedCertificate> =>
  world.igc.issueServer({ hostnames: [hostName], ...options });

const leaf =
  (options: Partial<IssueServerOptions>, tls?: Arrangement['tls']): Builder =>
  async (world) => ({ server: await issue(world, options), ...(tls === undefined ? {} : { tls }) });

type AuthorityOptions = Omit<Parameters<World['igc']['issueIntermediate']>[0], 'commonName' | 'existing'>;

/** The intermediate certified once more, with another certificate: same name, same key. */
const again = (world: World, options: AuthorityOptions): Promise<TestAuthority> =>
  world.igc.issueIntermediate({ commonName: 'unused', existing: world.igc.intermediate, ...options });

const below =
  (options: AuthorityOptions): Builder =>
  async (world) => ({ server: await issue(world, { issuer: await again(world, options) }) });

const dnsConstraints = (kind: 'permitted' | 'excluded', name: string): Uint8Array =>
  extension(
    '2.5.29.30',
    der.sequence(der.context(kind === 'permitted' ? 0 : 1, der.sequence(der.contextPrimitive(2, der.ia5Bytes(name))))),
    true,
  );

async function revoked(world: World, reason: 'keyCompromise' | 'certificateHold'): Promise<Arrangement> {
  const server = await issue(world);
  world.igc.revoke(server, { reason });
  return { server };
}

async function caFalse(world: World): Promise<Arrangement> {
  const notAnAuthority = await issue(world);
  const key = await testRsaKey();
  const certificate = buildCertificate({
    subject: { commonName: hostName },
    issuer: { country: 'FR', organization: 'STRUCTURE DE TEST', commonName: hostName },
    subjectKey: key,
    issuerKey: createPrivateKey(notAnAuthority.keyPem),
    notBefore: fromNow(-1),
    notAfter: fromNow(30),
    purposes: ['serverAuth'],
    hostnames: [hostName],
    crlUrls: [world.igc.intermediate.crlUrl],
  });
  const keyPem = String(key.export({ type: 'pkcs8', format: 'pem' }));
  return { server: { chainPem: der.pem('CERTIFICATE', certificate) + notAnAuthority.chainPem, keyPem } };
}

async function forged(world: World): Promise<Arrangement> {
  const { der: real, keyPem } = await issue(world);
  const altered = new Uint8Array(real);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  return { server: { chainPem: der.pem('CERTIFICATE', altered) + world.igc.intermediate.certPem, keyPem } };
}

async function ofOtherIgc(world: World, more: Partial<Arrangement> = {}): Promise<Arrangement> {
  return { server: await world.other.issueServer({ hostnames: [hostName] }), ...more };
}

/** The other IGC is trusted, too, but nobody has said that it is IGC Santé. */
const both = (world: World): Arrangement['trust'] => [world.trust, createTrustStore({ name: 'commerciale', anchors: [world.other.caPem] })];

const mailizDomain = 'medecin.mssante.fr';

/** How each certificate state comes about. */
export const certificateBuilders: Readonly<Record<string, Builder>> = {
  valid: leaf({}),
  'no-eku': leaf({ eku: [] }),
  wildcard: leaf({ hostnames: ['*.mssante.exemple'] }),
  'root-sent': async (world) => {
    const { chainPem, keyPem } = await issue(world);
    return { server: { chainPem: chainPem + world.igc.caPem, keyPem } };
  },
  'intermediate-in-store': async (world) => {
    const { certPem, keyPem } = await issue(world);
    const { caPem, intermediate } = world.igc;
    const trust = createTrustStore({ name: 'complété', anchors: [caPem], intermediates: [intermediate.certPem], igcSante: true });
    return { server: { chainPem: certPem, keyPem }, trust };
  },
  'constraints-kept': below({ extraExtensions: [dnsConstraints('permitted', 'mssante.exemple')] }),
  'intermediate-missing': async (world) => {
    const { certPem, keyPem } = await issue(world);
    return { server: { chainPem: certPem, keyPem } };
  },
  expired: leaf({ notAfter: fromNow(-1) }),
  'not-yet-valid': leaf({ notBefore: fromNow(1) }),
  'expired-intermediate': below({ notAfter: fromNow(-1) }),
  'early-intermediate': below({ notBefore: fromNow(1) }),
  'wrong-host': leaf({ hostnames: ['autre.mssante.exemple'] }),
  'common-name-only-matches': leaf({ hostnames: ['autre.mssante.exemple'], commonName: hostName }),
  'wildcard-too-deep': leaf({ hostnames: ['*.operateur.mssante.exemple', '*.exemple'] }),
  'self-signed': leaf({ selfSigned: true }),
  'unknown-ca': ofOtherIgc,
  'look-alike': async (world) => ({ server: await world.lookAlike.issueServer({ hostnames: [hostName] }) }),
  forged,
  revoked: (world) => revoked(world, 'keyCompromise'),
  'on-hold': (world) => revoked(world, 'certificateHold'),
  'revoked-intermediate': async (world) => {
    const issuer = await again(world, {});
    world.igc.revoke(issuer);
    return { server: await issue(world, { issuer }) };
  },
  'client-eku': leaf({ eku: ['clientAuth'] }),
  'email-eku': leaf({ eku: ['emailProtection'] }),
  'no-digital-signature': leaf({ keyUsage: ['keyEncipherment'] }),
  'client-eku-authority': below({ eku: ['clientAuth'] }),
  'ca-false': caFalse,
  'no-cert-sign': below({ keyUsage: ['cRLSign'] }),
  'rsa-1024': leaf({ keyBits: 1024 }, anything),
  'rsa-1024-authority': async (world) => {
    const issuer = await world.igc.issueIntermediate({ commonName: 'AC FAIBLE', keyBits: 1024 });
    return { server: await issue(world, { issuer }), tls: anything };
  },
  sha1: leaf({ hash: 'sha1' }, anything),
  'sha1-intermediate': async (world) => ({ server: await issue(world, { issuer: await again(world, { hash: 'sha1' }) }), tls: anything }),
  'path-length': async (world) => {
    const narrow = await again(world, { pathLength: 0 });
    return { server: await issue(world, { issuer: await world.igc.issueIntermediate({ commonName: 'AC DE TROP', issuer: narrow }) }) };
  },
  'constraints-violated': below({ extraExtensions: [dnsConstraints('permitted', 'ailleurs.exemple')] }),
  'constraints-excluded': below({ extraExtensions: [dnsConstraints('excluded', 'mssante.exemple')] }),
  'unknown-critical': leaf({ unknownCriticalExtension: true }),
  'unknown-critical-intermediate': below({ unknownCriticalExtension: true }),
  'too-many': async (world) => {
    const { chainPem, keyPem } = await issue(world);
    const others = await Promise.all(Array.from({ length: 20 }, () => issue(world)));
    return { server: { chainPem: chainPem + others.map(({ certPem }) => certPem).join(''), keyPem } };
  },
  ecdsa: leaf({ keyType: 'ec' }),
  commercial: (world) => ofOtherIgc(world, { trust: both(world) ?? [] }),
  'commercial-mailiz': (world) => ofOtherIgc(world, { trust: both(world) ?? [], target: { mailboxDomain: mailizDomain } }),
  'igc-sante-mailiz': async (world) => ({ server: await issue(world), target: { mailboxDomain: mailizDomain } }),
};
