import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { systemClock, type Clock } from '@mss/core';
import { looksLikePem } from './der/pem.js';
import { pkiError } from './errors.js';
import { errnoOf } from './net/errno.js';
import type { CertificateSummary } from './types.js';
import { readCertificates } from './x509/bundle.js';
import { readCertificate, type Certificate } from './x509/certificate.js';

/** Where a software certificate comes from: one PKCS#12 file, or a certificate (with its intermediates) and its key. */
export type ClientIdentitySource =
  | { readonly pfx: Uint8Array; readonly passphrase?: string }
  | { readonly cert: string | Uint8Array; readonly key: string | Uint8Array; readonly passphrase?: string };

/** @internal What the TLS stack is given of a software certificate. */
interface IdentityMaterial {
  readonly pfx?: Uint8Array;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** A key that can sign now. A source that has to be opened anew (a card that was away) gives a new one. */
export interface ClientKey {
  /**
   * Makes a TLS context that holds the certificate and its key: the given options, and `cert` with `key`, or with `privateKeyEngine` and
   * `privateKeyIdentifier`. Called once for each policy.
   */
  createContext(options: SecureContextOptions): SecureContext;
  /**
   * Called before a handshake with the identity, and again when the server's flight is judged, right before the signature. Throws when the
   * key cannot sign: then nothing leaves. Must be quick, and must not sign.
   */
  assertUsable(): void;
}

/** Where a key comes from that is no file: a card, a key store of the system, an engine of the host's. */
export interface ClientKeySource {
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  /** What the key cannot do narrows the connection: for example no RSA-PSS, hence no TLS 1.3. Never widens the profile. */
  readonly narrows?: { readonly maxVersion?: 'TLSv1.2'; readonly sigalgs?: string };
  /**
   * Opens the key, asking a person if need be. Called only once the server's verdict is good, before each connection with the identity:
   * answers at once when the key is open.
   */
  ready(signal: AbortSignal): Promise<ClientKey>;
  /** The key that is open; throws when none is. */
  current(): ClientKey;
}

/** @internal */
type KeyOfIdentity = Omit<ClientKeySource, 'certificate'>;

/** @internal */
export const identityKey: unique symbol = Symbol.for('mss.pki.clientIdentity');

/**
 * A certificate that this machine or person shows to servers, with its key. The key leaves this object only for the TLS stack, that of
 * a card never leaves the card; it is not enumerable, and no function prints it.
 */
export interface ClientIdentity {
  readonly kind: 'software' | 'card' | 'other';
  readonly certificate: CertificateSummary;
  /** @internal */
  readonly [identityKey]: KeyOfIdentity;
}

/** What Node does not document of its native contexts: the certificate that a PKCS#12 file brought. */
interface NativeContext {
  getCertificate(): Uint8Array | null;
}

const text = (source: string | Uint8Array): string => (typeof source === 'string' ? source : Buffer.from(source).toString('latin1'));

const wrongPassphrase = /mac verify|bad decrypt|bad password|wrong password|passphrase|password|interrupted or cancelled/i;

function readKey(source: { readonly key: string | Uint8Array; readonly passphrase?: string }): KeyObject {
  const secret = source.passphrase === undefined ? {} : { passphrase: source.passphrase };
  try {
    if (typeof source.key === 'string' || looksLikePem(source.key)) return createPrivateKey({ key: text(source.key), ...secret });
    const der = Buffer.from(source.key);
    return plainKey(der) ?? createPrivateKey({ key: der, format: 'der', type: 'pkcs8', ...secret });
  } catch (cause) {
    throw unreadable(cause, 'private key');
  }
}

/** The DER that older tools write for RSA (PKCS #1) and elliptic curves (SEC 1), which is never encrypted; `null` when it is neither. */
function plainKey(der: Buffer): KeyObject | null {
  for (const type of ['pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      continue;
    }
  }
  return null;
}

/** What OpenSSL and Node say, and what it means to whoever chose the file. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/unable to load private key/i, 'holds no private key'],
  [/unable to load certificate/i, 'holds no certificate'],
  [/decoder routines/i, 'is none: PEM, or DER of PKCS #8, PKCS #1 or SEC 1'],
  [/unsupported/i, 'is encrypted with an algorithm that OpenSSL 3 no longer reads; export it again with AES'],
];

/** The cause is not attached: it may quote what it could not read. */
function unreadable(cause: unknown, what: string): Error {
  const message = cause instanceof Error ? cause.message : '';
  if (wrongPassphrase.test(message) || errnoOf(cause) === 'ERR_MISSING_PASSPHRASE') {
    return pkiError('ERR_MSS_PKI_IDENTITY_PASSPHRASE', `the passphrase of the ${what} is wrong or missing`);
  }
  const why = explanations.find(([pattern]) => pattern.test(message))?.[1] ?? 'cannot be read';
  return pkiError('ERR_MSS_PKI_IDENTITY', `the ${what} ${why}`);
}

function ofPfx(source: { readonly pfx: Uint8Array; readonly passphrase?: string }): { leaf: Certificate; material: IdentityMaterial } {
  let der: Uint8Array | undefined;
  const material: IdentityMaterial = {
    pfx: new Uint8Array(source.pfx),
    ...(source.passphrase === undefined ? {} : { passphrase: source.passphrase }),
  };
  try {
    const { context }: { context: NativeContext } = createSecureContext({ pfx: Buffer.from(source.pfx), passphrase: source.passphrase });
    der = context.getCertificate() ?? undefined;
  } catch (cause) {
    throw unreadable(cause, 'PKCS#12 file');
  }
  if (der === undefined) throw pkiError('ERR_MSS_PKI_IDENTITY', 'the PKCS#12 file holds no certificate with a key');
  return { leaf: readCertificate(der), material };
}

const armour = ({ der }: Certificate): string => new X509Certificate(der).toString();

function ofPair(source: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array; readonly passphrase?: string }): {
  leaf: Certificate;
  material: IdentityMaterial;
} {
  const key = readKey(source);
  const chain = readCertificates(source.cert);
  const leaf = chain.find((one) => new X509Certificate(one.der).checkPrivateKey(key));
  if (leaf === undefined) throw pkiError('ERR_MSS_PKI_IDENTITY_KEY', "the private key is not the certificate's");
  const cert = [leaf, ...chain.filter((one) => one !== leaf)].map(armour).join('');
  return { leaf, material: { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() } };
}

/**
 * Loads a software certificate: of a person, or of an organisation (ORG AUTH_CLI, ORG SSL_SERV).
 *
 * Its own revocation is not checked: the server does that.
 *
 * @throws ERR_MSS_PKI_IDENTITY the file cannot be read
 * @throws ERR_MSS_PKI_IDENTITY_PASSPHRASE the passphrase is wrong or missing
 * @throws ERR_MSS_PKI_IDENTITY_KEY the private key is not the certificate's
 * @throws ERR_MSS_PKI_IDENTITY_EXPIRED the certificate has expired, or is not valid yet
 */
export function loadClientIdentity(source: ClientIdentitySource, options: { readonly clock?: Clock } = {}): ClientIdentity {
  const { leaf, material } = 'pfx' in source ? ofPfx(source) : ofPair(source);
  const now = (options.clock ?? systemClock).now();
  if (now > leaf.notAfter || now < leaf.notBefore) {
    const { notBefore, notAfter } = leaf;
    throw pkiError('ERR_MSS_PKI_IDENTITY_EXPIRED', 'the client certificate has expired or is not valid yet', {
      details: { notBefore, notAfter },
    });
  }
  return identityOf('software', { certificate: leaf, source: softwareSource(material) });
}

function softwareSource({ pfx, ...material }: IdentityMaterial): KeyOfIdentity {
  const key: ClientKey = {
    createContext: (options) => createSecureContext({ ...options, ...material, ...(pfx === undefined ? {} : { pfx: Buffer.from(pfx) }) }),
    assertUsable: () => {},
  };
  return { ready: async () => key, current: () => key };
}

function identityOf(
  kind: ClientIdentity['kind'],
  { certificate, source }: { readonly certificate: Certificate; readonly source: KeyOfIdentity },
): ClientIdentity {
  const identity: ClientIdentity = { kind, certificate: certificate.summary, [identityKey]: source };
  // Not enumerable: no log and no JSON shows the key.
  return Object.freeze(Object.defineProperty(identity, identityKey, { enumerable: false }));
}

/**
 * Makes an identity of a key source that this package does not know. The gate stays the same: the source is asked only once the server's
 * verdict is good.
 *
 * @throws ERR_MSS_PKI_CERTIFICATE the certificate cannot be read
 */
export function createClientIdentity(source: ClientKeySource): ClientIdentity {
  return identityOf('other', { certificate: readCertificate(source.certificate), source });
}
