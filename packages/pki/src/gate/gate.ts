import { createHash } from 'node:crypto';
import { equalBytes, type Clock, type MssError, type Profile } from '@mss/core';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { partialChain } from '../path/build.js';
import { checkValidity } from '../path/check.js';
import { storeContents, type TrustStore } from '../trust-store.js';
import type { CertificateRevocation, PathRevocation } from '../types.js';
import type { Certificate } from '../x509/certificate.js';
import { coversHost } from '../x509/host-name.js';
import { evaluateChain, type ChainEvaluation, type EvaluatedPath } from './evaluation.js';
import { unknownStatus, type RevocationChecker, type UnknownReason } from './revocation.js';

/** What the gate must know about a connection. */
export interface GateTarget {
  /** Name or address that the certificate must cover. */
  readonly name: string;
  /** Requirement that narrows the trust to IGC Santé, `null` when nothing does. */
  readonly igcSanteOnly: string | null;
}

/** What a person may see of a chain that was judged. */
export interface JudgedChain {
  readonly path: readonly Certificate[];
  readonly store: TrustStore | null;
  readonly revocation: PathRevocation | null;
}

export type Judgement =
  | ({ readonly outcome: 'good' } & JudgedChain)
  | ({ readonly outcome: 'refused'; readonly error: MssError<PkiErrorCode> } & JudgedChain)
  /** Revocation is not known yet: settle, then ask again. */
  | ({ readonly outcome: 'unsettled'; readonly paths: readonly EvaluatedPath[] } & JudgedChain)
  /** The chain was never evaluated. */
  | { readonly outcome: 'unseen' };

const maxEvaluations = 256;
const noBytes: Uint8Array = new Uint8Array();

function byDate(dates: readonly (Date | null)[], pick: (a: Date, b: Date) => boolean): Date | null {
  return dates.reduce<Date | null>((best, one) => (one !== null && (best === null || pick(one, best)) ? one : best), null);
}

/** The statuses of one path taken together: the worst, the nearest end. */
function combine(certificates: readonly CertificateRevocation[], now: Date): PathRevocation {
  const worst =
    certificates.find((one) => one.status === 'revoked') ?? certificates.find((one) => one.status === 'unknown') ?? certificates[0];
  return {
    method: worst?.method ?? null,
    status: worst?.status ?? 'unknown',
    checkedAt:
      byDate(
        certificates.map((one) => one.checkedAt),
        (a, b) => a < b,
      ) ?? now,
    thisUpdate: byDate(
      certificates.map((one) => one.thisUpdate),
      (a, b) => a < b,
    ),
    nextUpdate: byDate(
      certificates.map((one) => one.nextUpdate),
      (a, b) => a < b,
    ),
    certificates,
  };
}

/**
 * Decides about chains, synchronously, from what is known: evaluations are kept by leaf, sent certificates, profile and trust
 * stores; revocation is asked of the checker each time, which answers from memory. What is not known is settled by
 * {@link ChainGate.settle}, once for all callers that wait for it.
 */
export class ChainGate {
  readonly #stores: readonly TrustStore[];
  readonly #checker: RevocationChecker;
  readonly #clock: Clock;
  readonly #scope: string;
  readonly #evaluations = new Map<string, ChainEvaluation>();
  /** The chain that was named last, by the end of its leaf: on a warm channel the same bytes come again and again. */
  readonly #named = new Map<string, { readonly ders: readonly Uint8Array[]; readonly key: string }>();
  readonly #settlements = new Map<string, Promise<readonly UnknownReason[]>>();

  constructor(options: {
    readonly stores: readonly TrustStore[];
    readonly checker: RevocationChecker;
    readonly clock: Clock;
    readonly profile: Profile;
  }) {
    this.#stores = options.stores;
    this.#checker = options.checker;
    this.#clock = options.clock;
    this.#scope = [options.profile.id, ...options.stores.map((store) => store[storeContents].id)].join(':');
  }

  /** Names a chain as it shows on a connection. */
  keyOf(visible: readonly Uint8Array[]): string {
    const [leaf] = visible;
    const tail = leaf === undefined ? '' : Buffer.from(leaf.subarray(-16)).toString('latin1');
    const named = this.#named.get(tail);
    if (named?.ders.length === visible.length && named.ders.every((der, index) => equalBytes(der, visible[index] ?? noBytes)))
      return named.key;
    const key = this.#hash(visible);
    this.#named.delete(tail);
    this.#named.set(tail, { ders: visible, key });
    const [oldest] = this.#named.keys();
    if (this.#named.size > maxEvaluations && oldest !== undefined) this.#named.delete(oldest);
    return key;
  }

  #hash(visible: readonly Uint8Array[]): string {
    const hash = createHash('sha256').update(this.#scope);
    for (const der of visible) hash.update(`:${der.length}:`).update(der);
    return hash.digest('base64');
  }

  /** Evaluates a chain, anew when it was evaluated before. @param sent - every certificate the server sent, its own first. */
  learn(key: string, sent: readonly Uint8Array[]): void {
    this.#evaluations.delete(key);
    this.#evaluations.set(key, evaluateChain(sent, this.#stores));
    const [oldest] = this.#evaluations.keys();
    if (this.#evaluations.size > maxEvaluations && oldest !== undefined) this.#evaluations.delete(oldest);
  }

  /** Takes the OCSP response that a server stapled to the handshake with this chain. */
  staple(key: string, response: Uint8Array): void {
    const leafs = this.#evaluations.get(key)?.paths.flatMap(({ issuances }) => issuances.slice(0, 1)) ?? [];
    const unique = new Map(leafs.map((one) => [one.issuer.keyId, one]));
    for (const { certificate, issuer } of unique.values()) this.#checker.staple(certificate, issuer, response);
  }

  /** Whether a chain was evaluated before. */
  knows(key: string): boolean {
    return this.#evaluations.has(key);
  }

  /** The verdict on a chain, now, for a host. */
  judge(key: string, target: GateTarget): Judgement {
    const evaluation = this.#evaluations.get(key);
    if (evaluation === undefined) return { outcome: 'unseen' };
    const now = this.#clock.now();
    const [first] = evaluation.paths;
    const shown: JudgedChain =
      first === undefined
        ? { path: evaluation.leaf === null ? [] : partialChain(evaluation.leaf, evaluation.sent), store: null, revocation: null }
        : { path: first.certificates, store: first.store, revocation: null };
    const refuse = (error: MssError<PkiErrorCode>, chain: JudgedChain = shown): Judgement => ({ ...chain, outcome: 'refused', error });
    const { leaf } = evaluation;
    if (evaluation.failure !== null || leaf === null) return refuse(evaluation.failure ?? untrusted(shown.path, this.#stores));
    if (evaluation.paths.length === 0) return refuse(untrusted(shown.path, this.#stores));
    const trusted = target.igcSanteOnly === null ? evaluation.paths : evaluation.paths.filter((path) => path.store.igcSante);
    if (trusted.length === 0) return refuse(notIgcSante(shown, target.igcSanteOnly ?? ''));
    const valid = trusted.filter((path) => path.broken === null && checkValidity(path.certificates, now) === null);
    const [best] = valid;
    if (best === undefined) return refuse(firstFault(trusted, now));
    const chain: JudgedChain = { path: best.certificates, store: best.store, revocation: null };
    if (!coversOnce(evaluation, leaf, target.name)) return refuse(wrongHost(leaf, target.name), chain);
    return this.#judgeRevocation(valid, chain, now);
  }

  #judgeRevocation(valid: readonly EvaluatedPath[], chain: JudgedChain, now: Date): Judgement {
    const verdicts = valid.map((path) => combine(this.#statuses(path, now), now));
    const worst = verdicts.find((one) => one.status === 'revoked') ?? verdicts.find((one) => one.status === 'unknown') ?? verdicts[0];
    const index = worst === undefined ? 0 : verdicts.indexOf(worst);
    if (worst?.status === 'revoked') {
      const path = valid[index];
      const judged = { path: path?.certificates ?? chain.path, store: path?.store ?? chain.store, revocation: worst };
      return { ...judged, outcome: 'refused', error: revoked(worst) };
    }
    // Every possible path must be good, not only the one that is shown.
    if (worst?.status !== 'good') return { ...chain, outcome: 'unsettled', paths: valid, revocation: worst ?? null };
    return { ...chain, outcome: 'good', revocation: verdicts[0] ?? null };
  }

  #statuses(path: EvaluatedPath, now: Date): CertificateRevocation[] {
    return path.issuances.map(({ certificate, issuer }) => this.#checker.peek(certificate, issuer) ?? unknownStatus(certificate, now));
  }

  /**
   * Establishes what is missing for these paths; each certificate once, whoever waits for it. Afterwards {@link judge} knows.
   *
   * @returns why statuses remain unknown; empty when none does.
   */
  async settle(paths: readonly EvaluatedPath[]): Promise<readonly UnknownReason[]> {
    const pairs = new Map<string, Promise<readonly UnknownReason[]>>();
    for (const { certificate, issuer } of paths.flatMap(({ issuances }) => issuances)) {
      const key = `${certificate.sha256}:${issuer.keyId}`;
      if (!pairs.has(key)) pairs.set(key, this.#settleOne(key, certificate, issuer));
    }
    return (await Promise.all(pairs.values())).flat();
  }

  #settleOne(key: string, certificate: Certificate, issuer: Certificate): Promise<readonly UnknownReason[]> {
    const running = this.#settlements.get(key);
    if (running !== undefined) return running;
    const started = this.#checker
      .settle(certificate, issuer)
      .then(({ reasons }) => reasons)
      .finally(() => this.#settlements.delete(key));
    this.#settlements.set(key, started);
    return started;
  }

  /** Forgets every evaluation. */
  clear(): void {
    this.#evaluations.clear();
    this.#named.clear();
  }
}

/** Names asked of one certificate: a handful, unless somebody connects under ever new names. */
const maxNames = 64;

function coversOnce({ names }: ChainEvaluation, leaf: Certificate, name: string): boolean {
  let covered = names.get(name);
  if (covered === undefined) {
    covered = coversHost(leaf, name);
    if (names.size < maxNames) names.set(name, covered);
  }
  return covered;
}

function firstFault(paths: readonly EvaluatedPath[], now: Date): MssError<PkiErrorCode> {
  // A path that only time refuses is nearer to being right than one that breaks a rule.
  const dated = paths.find((path) => path.broken === null);
  const fault = dated === undefined ? paths[0]?.broken : checkValidity(dated.certificates, now);
  return fault ?? pkiError('ERR_MSS_TLS_CHAIN', 'no path to an anchor is acceptable');
}

function untrusted(chain: readonly Certificate[], stores: readonly TrustStore[]): MssError<PkiErrorCode> {
  const top = chain.at(-1);
  const details = { issuer: top?.issuer.text ?? null, sha256: top?.sha256 ?? null, trustStores: stores.map((store) => store.name) };
  const what =
    chain.length === 1 && top?.selfIssued === true
      ? 'the certificate of the server is self-signed'
      : `no path from the certificate of the server to a trusted authority: ${top?.issuer.text ?? 'its issuer'} is not among them`;
  return pkiError('ERR_MSS_TLS_UNTRUSTED', what, { details });
}

function notIgcSante({ store }: JudgedChain, requirement: string): MssError<PkiErrorCode> {
  return pkiError('ERR_MSS_TLS_NOT_IGC_SANTE', 'the certificate of the server does not come from IGC Santé, which is required here', {
    requirement,
    details: { trustStore: store?.name ?? null },
  });
}

function wrongHost(leaf: Certificate, name: string): MssError<PkiErrorCode> {
  const names = leaf.extensions.alternativeNames.flatMap((one) => (one.kind === 'dns' ? [one.value] : []));
  return pkiError('ERR_MSS_TLS_HOST', `the certificate of the server does not cover ${name}`, {
    details: { host: name, names: names.slice(0, 20), subject: leaf.subject.text },
  });
}

function revoked(revocation: PathRevocation): MssError<PkiErrorCode> {
  const found = revocation.certificates.find((one) => one.status === 'revoked');
  return pkiError('ERR_MSS_TLS_REVOKED', `a certificate of the path is revoked: ${found?.subject ?? ''}`, {
    details: { sha256: found?.sha256, source: found?.source, thisUpdate: found?.thisUpdate },
  });
}

/** The refusal of a path whose revocation cannot be known. */
export function revocationUnknown(reasons: readonly UnknownReason[]): MssError<PkiErrorCode> {
  const [first] = reasons;
  const why = first === undefined ? '' : `: ${first.message}`;
  return pkiError('ERR_MSS_TLS_REVOCATION_UNKNOWN', `whether a certificate of the path is revoked cannot be known now${why}`, {
    details: { reasons },
  });
}
