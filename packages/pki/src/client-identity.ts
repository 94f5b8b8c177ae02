import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
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

/** @internal What the TLS stack is given. A card answers with an engine and a key identifier instead of a key. */
interface IdentityMaterial {
  readonly pfx?: Uint8Array;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** @internal */
export const identityMaterial: unique symbol = Symbol.for('mss.pki.clientIdentity');

/**
 * A certificate that this machine or person shows to servers, with its key. The key leaves this object only for the TLS stack;
 * it is not enumerable, and no function prints it.
 */
export interface ClientIdentity {
  readonly kind: 'software';
  readonly certificate: CertificateSummary;
  /** @internal */
  readonly [identityMaterial]: IdentityMaterial;
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
    return createPrivateKey({ key: Buffer.from(source.key), format: 'der', type: 'pkcs8', ...secret });
  } catch (cause) {
    throw unreadable(cause, 'private key');
  }
}

/** The cause is not attached: it may quote what it could not read. */
function unreadable(cause: unknown, what: string): Error {
  const message = cause instanceof Error ? cause.message : '';
  if (wrongPassphrase.test(message) || errnoOf(cause) === 'ERR_MISSING_PASSPHRASE') {
    return pkiError('ERR_MSS_PKI_IDENTITY_PASSPHRASE', `the passphrase of the ${what} is wrong or missing`);
  }
  if (/unsupported/i.test(message)) {
    return pkiError(
      'ERR_MSS_PKI_IDENTITY',
      `the ${what} is encrypted with an algorithm that OpenSSL 3 no longer reads; export it again with AES`,
    );
  }
  return pkiError('ERR_MSS_PKI_IDENTITY', `the ${what} cannot be read`);
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
  const identity: ClientIdentity = { kind: 'software', certificate: leaf.summary, [identityMaterial]: material };
  // Not enumerable: no log and no JSON shows the key.
  return Object.freeze(Object.defineProperty(identity, identityMaterial, { enumerable: false }));
}
