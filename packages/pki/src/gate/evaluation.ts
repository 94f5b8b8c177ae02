import { isMssError, type MssError } from '@mss/core';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { buildPaths, type CertificatePath } from '../path/build.js';
import { checkPath } from '../path/check.js';
import type { TrustStore } from '../trust-store.js';
import { readableCertificates, readCertificate, type Certificate } from '../x509/certificate.js';

/** A path and the first rule it breaks that does not depend on the time. */
export interface EvaluatedPath extends CertificatePath {
  readonly broken: MssError<PkiErrorCode> | null;
}

/** Everything about a chain that stays the same from one connection to the next. */
export interface ChainEvaluation {
  /** `null` when the server's own certificate cannot be read. */
  readonly leaf: Certificate | null;
  readonly sent: readonly Certificate[];
  readonly paths: readonly EvaluatedPath[];
  /** The certificate, or the search for paths, failed altogether. */
  readonly failure: MssError<PkiErrorCode> | null;
  /** Which names the leaf covers, as far as it was asked. */
  readonly names: Map<string, boolean>;
}

/**
 * Reads a chain, finds its paths and checks their timeless rules.
 *
 * @param chain - what the server sent as DER, its own certificate first.
 */
export function evaluateChain(chain: readonly Uint8Array[], stores: readonly TrustStore[]): ChainEvaluation {
  const [first, ...rest] = chain;
  let leaf: Certificate | null = null;
  const sent = readableCertificates(rest);
  try {
    leaf = readCertificate(first ?? new Uint8Array());
    const paths = buildPaths(leaf, sent, stores).map((path) => ({ ...path, broken: checkPath(path.certificates) }));
    return { leaf, sent, paths, failure: null, names: new Map() };
  } catch (error) {
    if (!isMssError<PkiErrorCode>(error)) throw error;
    const failure = leaf !== null ? error : pkiError('ERR_MSS_TLS_CHAIN', `the server's certificate: ${error.message}`, { cause: error });
    return { leaf, sent, paths: [], failure, names: new Map() };
  }
}
