import { pkiError } from '../errors.js';
import { storeContents, type TrustStore } from '../trust-store.js';
import { isSignedBy, type Certificate } from '../x509/certificate.js';

/** A certificate and the one that issued it. */
export interface Issuance {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** One way from the server's certificate to an anchor. */
export interface CertificatePath {
  /** The server's certificate first, the anchor last. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
  /** Each certificate below the anchor with the one that issued it. */
  readonly issuances: readonly Issuance[];
  readonly store: TrustStore;
  /** Equal for equal paths to equal stores. */
  readonly key: string;
}

function issuancesOf(certificates: readonly Certificate[]): Issuance[] {
  return certificates.flatMap((certificate, index) => {
    const issuer = certificates[index + 1];
    return issuer === undefined ? [] : [{ certificate, issuer }];
  });
}

/** Bounds of the search: real chains have three or four certificates and one or two ways. */
const maxDepth = 8;
const maxPaths = 16;
const maxLinks = 100;
/** Certificates put one on the other in all: with certificates that all name each other, few links make very many ways. */
const maxSteps = 1000;
/** Most certificates that a server may send. */
const maxSentCertificates = 20;

function mayIssue(certificate: Certificate, issuer: Certificate): boolean {
  if (certificate.issuer.key !== issuer.subject.key) return false;
  const wanted = certificate.extensions.authorityKeyId;
  const had = issuer.extensions.subjectKeyId;
  return wanted === null || had === null || wanted === had;
}

/**
 * Finds every path from a certificate to the anchors of the stores.
 *
 * Candidates come from what the server sent and from the stores. A link needs matching names and key identifiers and a signature
 * that holds; a signature of an algorithm that is not accepted makes a link, too, so that the refusal can name the real reason:
 * `checkPath` never lets it pass. The same name and key never stand twice in one path.
 *
 * @throws ERR_MSS_TLS_CHAIN when the server sends more certificates, or makes more ways, than any honest one.
 */
export function buildPaths(leaf: Certificate, sent: readonly Certificate[], stores: readonly TrustStore[]): CertificatePath[] {
  if (sent.length > maxSentCertificates) throw pkiError('ERR_MSS_TLS_CHAIN', 'the server sends too many certificates');
  const intermediates = new Map<string, Certificate>();
  for (const one of [...sent, ...stores.flatMap((store) => store[storeContents].intermediates)]) intermediates.set(one.sha256, one);
  const anchors = stores.flatMap((store) => store[storeContents].anchors.map((certificate) => ({ certificate, store })));
  const paths: CertificatePath[] = [];
  const links = new Map<string, boolean>();
  let steps = 0;
  const tooMany = (): Error => pkiError('ERR_MSS_TLS_CHAIN', 'the certificates of the server make too many ways');

  const isLink = (certificate: Certificate, issuer: Certificate): boolean => {
    if (!mayIssue(certificate, issuer)) return false;
    const key = `${certificate.sha256}:${issuer.keyId}`;
    let holds = links.get(key);
    if (holds === undefined) {
      if (links.size === maxLinks) throw tooMany();
      holds = certificate.signed.algorithm.scheme === null || isSignedBy(certificate, issuer);
      links.set(key, holds);
    }
    return holds;
  };

  const extend = (path: readonly [Certificate, ...Certificate[]]): void => {
    if (++steps > maxSteps) throw tooMany();
    const last = path.at(-1) ?? path[0];
    for (const { certificate, store } of anchors) {
      if (path.some((one) => one.sha256 === certificate.sha256) || !isLink(last, certificate)) continue;
      if (paths.length === maxPaths) throw tooMany();
      const certificates: CertificatePath['certificates'] = [...path, certificate];
      paths.push({
        certificates,
        issuances: issuancesOf(certificates),
        store,
        key: [store[storeContents].id, ...certificates.map((one) => one.sha256)].join(':'),
      });
    }
    if (path.length + 1 >= maxDepth) return;
    for (const one of intermediates.values()) {
      const seen = path.some((other) => other.keyId === one.keyId && other.subject.key === one.subject.key);
      if (!seen && isLink(last, one)) extend([...path, one]);
    }
  };
  extend([leaf]);
  return paths.sort((a, b) => a.certificates.length - b.certificates.length);
}

/** The certificates from the leaf upwards as far as they go, to show a chain that ends nowhere. */
export function partialChain(leaf: Certificate, sent: readonly Certificate[]): Certificate[] {
  const chain = [leaf];
  for (let last = leaf; chain.length < maxDepth;) {
    const next = last.selfIssued ? undefined : sent.find((one) => !chain.includes(one) && mayIssue(last, one));
    if (next === undefined) break;
    chain.push(next);
    last = next;
  }
  return chain;
}
