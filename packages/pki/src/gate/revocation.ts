import { isMssError, type Clock } from '@mss/core';
import type { CrlSource, LoadedCrl } from '../crl/source.js';
import { checkScope } from '../crl/verify.js';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { plainUrl } from '../net/http-get.js';
import type { OcspAnswer, OcspSource } from '../ocsp/source.js';
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

/** Where a certificate says that its status can be had. */
interface Places {
  readonly crls: readonly { readonly url: string; readonly point: DistributionPoint }[];
  readonly responders: readonly string[];
}

/** Addresses of each kind that are tried for one certificate. */
const maxAddresses = 5;

/** HTTP addresses in the certificate's order. LDAP addresses and partial distribution points are passed over. */
function placesOf({ extensions }: Certificate): Places {
  const crls = extensions.distributionPoints
    .filter(({ partial }) => !partial)
    .flatMap((point) =>
      point.names.flatMap((name) => (name.kind === 'uri' && plainUrl(name.value) !== null ? [{ url: name.value, point }] : [])),
    );
  const responders = extensions.ocspUrls.filter((url) => plainUrl(url) !== null);
  return { crls: crls.slice(0, maxAddresses), responders: responders.slice(0, maxAddresses) };
}

type Established = Pick<CertificateRevocation, 'method' | 'status' | 'thisUpdate' | 'nextUpdate' | 'source'>;

function fromCrl({ crl, entries, url }: LoadedCrl, certificate: Certificate): Established {
  const { thisUpdate, nextUpdate } = crl;
  // Listed is revoked, even where the entry's date or reason makes no sense.
  return { method: 'crl', status: entries.has(certificate.serial) ? 'revoked' : 'good', thisUpdate, nextUpdate, source: url };
}

function fromOcsp({ method, status, thisUpdate, freshUntil, source }: OcspAnswer): Established {
  return { method, status, thisUpdate, nextUpdate: freshUntil, source };
}

function reasonOf(error: unknown, certificate: Certificate, source: string | null): UnknownReason {
  const { sha256 } = certificate;
  if (!isMssError<PkiErrorCode>(error)) return { sha256, source, code: 'unknown', message: 'unexpected failure' };
  return { sha256, source, code: error.code, message: error.message };
}

/** Establishes the revocation status of single certificates, from CRLs and OCSP responders. */
export class RevocationChecker {
  readonly #crls: CrlSource;
  readonly #ocsp: OcspSource;
  readonly #clock: Clock;
  readonly #ocspFirst: boolean;
  readonly #places = new WeakMap<Certificate, Places>();

  constructor(options: { readonly crls: CrlSource; readonly ocsp: OcspSource; readonly clock: Clock; readonly prefer: 'crl' | 'ocsp' }) {
    this.#crls = options.crls;
    this.#ocsp = options.ocsp;
    this.#clock = options.clock;
    this.#ocspFirst = options.prefer === 'ocsp';
  }

  #placesOf(certificate: Certificate): Places {
    let places = this.#places.get(certificate);
    if (places === undefined) this.#places.set(certificate, (places = placesOf(certificate)));
    return places;
  }

  #status({ sha256, subject }: Certificate, established: Established): CertificateRevocation {
    return { sha256, subject: subject.text, checkedAt: this.#clock.now(), ...established };
  }

  /** The status from what is in memory and fresh; `null` when that is not enough. Where both kinds are, *revoked* wins. */
  peek(certificate: Certificate, issuer: Certificate): CertificateRevocation | null {
    const { crls, responders } = this.#placesOf(certificate);
    const crl = this.#peekCrl(certificate, issuer, crls);
    const answer = this.#ocsp.peek({ certificate, issuer }, responders[0]);
    const ocsp = answer === null ? null : fromOcsp(answer);
    const found = ocsp?.status === 'revoked' ? ocsp : crl?.status === 'revoked' ? crl : this.#ocspFirst ? (ocsp ?? crl) : (crl ?? ocsp);
    return found === null ? null : this.#status(certificate, found);
  }

  /** Of several CRLs in memory the first in the certificate's order, unless another says *revoked*. */
  #peekCrl(certificate: Certificate, issuer: Certificate, places: Places['crls']): Established | null {
    let first: Established | null = null;
    for (const { url, point } of places) {
      const loaded = this.#crls.peek(url, issuer);
      if (loaded === null) continue;
      try {
        checkScope(loaded.crl, certificate, point);
      } catch {
        continue;
      }
      const found = fromCrl(loaded, certificate);
      if (found.status === 'revoked') return found;
      first ??= found;
    }
    return first;
  }

  /** Hands over what a server stapled about its own certificate. */
  staple(certificate: Certificate, issuer: Certificate, bytes: Uint8Array): void {
    this.#ocsp.staple({ certificate, issuer }, bytes);
  }

  /** The status, fetching what is needed. Never throws: what cannot be known is `unknown`, with its reasons. */
  async settle(certificate: Certificate, issuer: Certificate): Promise<SettledStatus> {
    const known = this.peek(certificate, issuer);
    if (known !== null) return { status: known, reasons: [] };
    const { crls, responders } = this.#placesOf(certificate);
    const byCrl = crls.map(({ url, point }) => ({
      url,
      establish: async (): Promise<Established> => {
        const loaded = await this.#crls.obtain(url, issuer);
        checkScope(loaded.crl, certificate, point);
        return fromCrl(loaded, certificate);
      },
    }));
    const byOcsp = responders.map((url) => ({
      url,
      establish: async (): Promise<Established> => fromOcsp(await this.#ocsp.ask({ certificate, issuer }, url)),
    }));
    const reasons: UnknownReason[] = [];
    for (const { url, establish } of this.#ocspFirst ? [...byOcsp, ...byCrl] : [...byCrl, ...byOcsp]) {
      try {
        return { status: this.#status(certificate, await establish()), reasons: [] };
      } catch (error) {
        reasons.push(reasonOf(error, certificate, url));
      }
    }
    if (reasons.length === 0) {
      const missing = pkiError(
        'ERR_MSS_PKI_CRL_NO_ADDRESS',
        'the certificate names neither a CRL nor a responder that can be asked over HTTP',
      );
      reasons.push(reasonOf(missing, certificate, null));
    }
    return { status: unknownStatus(certificate, this.#clock.now()), reasons };
  }
}

/** What is said of a certificate about which nothing could be established. */
export function unknownStatus({ sha256, subject }: Certificate, checkedAt: Date): CertificateRevocation {
  return { sha256, subject: subject.text, method: null, status: 'unknown', checkedAt, thisUpdate: null, nextUpdate: null, source: null };
}

/** Whether a certificate is good by its CRL alone: for OCSP responders, which cannot speak about themselves. */
export async function isGoodByCrl(crls: CrlSource, certificate: Certificate, issuer: Certificate): Promise<boolean> {
  for (const { url, point } of placesOf(certificate).crls) {
    try {
      const loaded = await crls.obtain(url, issuer);
      checkScope(loaded.crl, certificate, point);
      return !loaded.entries.has(certificate.serial);
    } catch {
      continue;
    }
  }
  return false;
}
