import { pkiError } from './errors.js';
import type { CertificateSummary } from './types.js';
import { readCertificates } from './x509/bundle.js';
import { isSignedBy, sha256Hex, type Certificate } from './x509/certificate.js';

/** What a trust store is made of. Files are given as bytes or text: PEM, DER or `.p7b`, each may hold several certificates. */
export interface TrustStoreSource {
  /** For people: it stands in decisions and refusals. */
  readonly name: string;
  /** Self-signed certificates become anchors; the others in these files complete chains, and are not trusted by themselves. */
  readonly anchors: readonly (string | Uint8Array)[];
  /** Certificates that complete a chain when a server omits its intermediate. */
  readonly intermediates?: readonly (string | Uint8Array)[];
  /** SHA-256 fingerprints (hexadecimal, colons allowed). When given, only anchors with one of them are trusted. */
  readonly pins?: readonly string[];
  /**
   * States that the anchors are IGC Santé's, which ECO.1.1.8 and ECO.1.1.10 ask for. Names prove nothing: give `pins` from a source
   * that you have checked, for example {@link igcSanteRoots}.
   */
  readonly igcSante?: boolean;
}

/** @internal */
export const storeContents: unique symbol = Symbol.for('mss.pki.trustStore');

/** Anchors and what completes chains to them. Made by {@link createTrustStore}. */
export interface TrustStore {
  readonly name: string;
  readonly igcSante: boolean;
  /** The trusted roots. */
  readonly anchors: readonly CertificateSummary[];
  /** @internal */
  readonly [storeContents]: {
    readonly id: string;
    readonly anchors: readonly Certificate[];
    readonly intermediates: readonly Certificate[];
  };
}

function normalizePin(pin: string): string {
  const hex = pin.replaceAll(/[:\s]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError('a pin is the SHA-256 fingerprint of a certificate, 64 hexadecimal digits');
  return hex;
}

function unique(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((one) => [one.sha256, one])).values()];
}

/**
 * Makes a trust store from files. Several stores may stand side by side in one policy, for example while operators move
 * from an old authority to a new one.
 *
 * Anchors are self-signed certificates whose signature by themselves holds; validity is checked at each connection, not here.
 *
 * @throws ERR_MSS_PKI_NO_CERTIFICATE | ERR_MSS_PKI_CERTIFICATE for a file that cannot be read.
 * @throws ERR_MSS_PKI_NO_ANCHOR when no file of `anchors` holds a self-signed certificate.
 * @throws ERR_MSS_PKI_PIN when pins are given and no anchor has one of them.
 */
export function createTrustStore(source: TrustStoreSource): TrustStore {
  const given = source.anchors.flatMap((file) => readCertificates(file));
  const roots = given.filter(isSelfSigned);
  if (roots.length === 0) {
    throw pkiError('ERR_MSS_PKI_NO_ANCHOR', `trust store "${source.name}" holds no self-signed certificate`, {
      details: { store: source.name },
    });
  }
  const pins = source.pins?.map(normalizePin);
  const anchors = unique(pins === undefined ? roots : roots.filter((one) => pins.includes(one.sha256)));
  if (anchors.length === 0) {
    const found = roots.map((one) => one.sha256);
    throw pkiError('ERR_MSS_PKI_PIN', `no root of trust store "${source.name}" has a pinned fingerprint`, {
      details: { store: source.name, found },
    });
  }
  const others = source.intermediates?.flatMap((file) => readCertificates(file)) ?? [];
  const intermediates = unique([...given.filter((one) => !roots.includes(one)), ...others.filter((one) => !isSelfSigned(one))]);
  const igcSante = source.igcSante ?? false;
  const id = sha256Hex(Buffer.from(JSON.stringify([source.name, igcSante, anchors.map((one) => one.sha256).sort()])));
  return Object.freeze({
    name: source.name,
    igcSante,
    anchors: Object.freeze(anchors.map(({ summary }) => summary)),
    [storeContents]: Object.freeze({ id, anchors, intermediates }),
  });
}

/** A root's signature by itself proves nothing, so an old algorithm (SHA-1) does no harm there; the key identifiers then tell it from a cross certificate. */
function isSelfSigned(certificate: Certificate): boolean {
  if (!certificate.selfIssued) return false;
  if (certificate.signed.algorithm.scheme !== null) return isSignedBy(certificate, certificate);
  const { authorityKeyId, subjectKeyId } = certificate.extensions;
  return authorityKeyId === null || authorityKeyId === subjectKeyId;
}
