import { isMssError, type Clock } from '@mss/core';
import type { CrlSource, LoadedCrl } from '../crl/source.js';
import { checkScope } from '../crl/verify.js';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { plainUrl } from '../net/http-get.js';
import type { CertificateRevocation } from '../types.js';
import type { Certificate } from '../x509/certificate.js';
import type { DistributionPoint } from '../x509/extensions.js';

/** Why a status could not be established: one reason for each address that was tried. */
export interface UnknownReason {
  readonly sha256: string;
  readonly source: string | null;
  readonly code: PkiErrorCode | 'unknown';
  readonly message: string;
}

/** Outcome of settling one certificate. */
export interface SettledStatus {
  readonly status: CertificateRevocation;
  readonly reasons: readonly UnknownReason[];
}

interface Place {
  readonly url: string;
  readonly point: DistributionPoint;
}

/** Addresses tried for one certificate. */
const maxAddresses = 5;

/** The HTTP addresses of the certificate's CRL, in its order. LDAP addresses and partial points are passed over. */
function placesOf({ extensions }: Certificate): Place[] {
  return extensions.distributionPoints
    .filter(({ partial }) => !partial)
    .flatMap((point) =>
      point.names.flatMap((name) => (name.kind === 'uri' && plainUrl(name.value) !== null ? [{ url: name.value, point }] : [])),
    )
    .slice(0, maxAddresses);
}

function statusFrom({ crl, entries, url }: LoadedCrl, certificate: Certificate, checkedAt: Date): CertificateRevocation {
  const entry = entries.find(certificate.serial);
  return {
    sha256: certificate.sha256,
    subject: certificate.subject.text,
    method: 'crl',
    status: entry === null ? 'good' : 'revoked',
    checkedAt,
    thisUpdate: crl.thisUpdate,
    nextUpdate: crl.nextUpdate,
    source: url,
  };
}

function reasonOf(error: unknown, certificate: Certificate, source: string | null): UnknownReason {
  const { sha256 } = certificate;
  if (!isMssError<PkiErrorCode>(error)) return { sha256, source, code: 'unknown', message: 'unexpected failure' };
  return { sha256, source, code: error.code, message: error.message };
}

/** Establishes the revocation status of single certificates from CRLs. */
export class RevocationChecker {
  readonly #crls: CrlSource;
  readonly #clock: Clock;
  readonly #places = new WeakMap<Certificate, readonly Place[]>();

  constructor(options: { readonly crls: CrlSource; readonly clock: Clock }) {
    this.#crls = options.crls;
    this.#clock = options.clock;
  }

  #placesOf(certificate: Certificate): readonly Place[] {
    let places = this.#places.get(certificate);
    if (places === undefined) this.#places.set(certificate, (places = placesOf(certificate)));
    return places;
  }

  /** The status from what is in memory and fresh; `null` when that is not enough. */
  peek(certificate: Certificate, issuer: Certificate): CertificateRevocation | null {
    for (const { url, point } of this.#placesOf(certificate)) {
      const loaded = this.#crls.peek(url, issuer);
      if (loaded === null) continue;
      try {
        checkScope(loaded.crl, certificate, point);
      } catch {
        continue;
      }
      return statusFrom(loaded, certificate, this.#clock.now());
    }
    return null;
  }

  /** The status, fetching what is needed. Never throws: what cannot be known is `unknown`, with its reasons. */
  async settle(certificate: Certificate, issuer: Certificate): Promise<SettledStatus> {
    const known = this.peek(certificate, issuer);
    if (known !== null) return { status: known, reasons: [] };
    const reasons: UnknownReason[] = [];
    const places = this.#placesOf(certificate);
    if (places.length === 0) {
      const missing = pkiError('ERR_MSS_PKI_CRL_NO_ADDRESS', 'the certificate names no CRL that can be fetched over HTTP');
      reasons.push(reasonOf(missing, certificate, null));
    }
    for (const { url, point } of places) {
      try {
        const loaded = await this.#crls.obtain(url, issuer);
        checkScope(loaded.crl, certificate, point);
        return { status: statusFrom(loaded, certificate, this.#clock.now()), reasons: [] };
      } catch (error) {
        reasons.push(reasonOf(error, certificate, url));
      }
    }
    return { status: unknownStatus(certificate, this.#clock.now()), reasons };
  }
}

/** What is said of a certificate about which nothing could be established. */
export function unknownStatus({ sha256, subject }: Certificate, checkedAt: Date): CertificateRevocation {
  return { sha256, subject: subject.text, method: null, status: 'unknown', checkedAt, thisUpdate: null, nextUpdate: null, source: null };
}
