import { isMssError, withDeadline, type Clock, type Logger, type RandomSource } from '@mss/core';
import { hexOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { plainFetch, type PlainHttp } from '../net/http-get.js';
import type { Certificate } from '../x509/certificate.js';
import { writeOcspRequest } from './request.js';
import { maxOcspBytes, readOcspResponse } from './response.js';
import { clockSkewMs, verifyOcsp, type VerifiedOcsp } from './verify.js';

/** An answer that is believed, and where it came from. */
export interface OcspAnswer extends VerifiedOcsp {
  readonly method: 'ocsp' | 'stapled';
  readonly source: string;
}

export interface OcspSourceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: RandomSource;
  readonly http: PlainHttp;
  readonly timeoutMs: number;
  /** Whether a responder's own certificate is good; asked when its authority does not vouch for it. */
  readonly isGood: (certificate: Certificate, issuer: Certificate) => Promise<boolean>;
}

/** A certificate and its issuer: what a response is about. */
export interface OcspSubject {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

const maxAnswers = 1000;
const nonceBytes = 32;

/** After a background refresh failed, the next one waits at least this long. */
const refreshPauseMs = 60_000;

const keyOf = ({ certificate, issuer }: OcspSubject): string => `${certificate.sha256}:${issuer.keyId}`;

/** The OCSP answers of a policy: in memory, stapled, or asked of the responder; one question at a time for each certificate. */
export class OcspSource {
  readonly #options: OcspSourceOptions;
  readonly #answers = new Map<string, OcspAnswer>();
  readonly #inFlight = new Map<string, Promise<OcspAnswer>>();
  readonly #refreshedAt = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: OcspSourceOptions) {
    this.#options = options;
  }

  /** The answer in memory, while it is fresh. Past half of its life it is asked for again in the background. */
  peek(subject: OcspSubject, url: string | undefined): OcspAnswer | null {
    const found = this.#answers.get(keyOf(subject));
    if (found === undefined || !this.#isFresh(found)) return null;
    if (url !== undefined) this.#refreshWhenDue(subject, url, found);
    return found;
  }

  /** Asks a responder. @throws ERR_MSS_PKI_OCSP_* */
  ask(subject: OcspSubject, url: string): Promise<OcspAnswer> {
    const key = keyOf(subject);
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const started = this.#fetch(subject, url).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }

  /**
   * Takes what the server stapled to the handshake. A response that cannot be believed is as good as none.
   *
   * @returns whether it was believed
   */
  staple(subject: OcspSubject, bytes: Uint8Array): boolean {
    try {
      const verified = verifyOcsp(readOcspResponse(bytes), { ...subject, nonce: null, now: this.#options.clock.now() });
      // There is no time to ask about the responder in the middle of a handshake.
      if (verified.unvouched !== null) return false;
      if (this.#newer(subject, verified) !== null || this.#answers.get(keyOf(subject))?.status === 'revoked') return false;
      this.#keep(subject, { ...verified, method: 'stapled', source: 'handshake' });
      return true;
    } catch (error) {
      this.#options.logger.debug({ code: isMssError(error) ? error.code : 'unknown' }, 'the stapled OCSP response is not used');
      return false;
    }
  }

  close(): void {
    this.#closing.abort();
    this.#answers.clear();
  }

  async #fetch(subject: OcspSubject, url: string): Promise<OcspAnswer> {
    const { http, timeoutMs, random, clock, isGood } = this.#options;
    const nonce = random.bytes(nonceBytes);
    const deadline = withDeadline(timeoutMs, this.#closing.signal);
    try {
      const body = { type: 'application/ocsp-request', bytes: writeOcspRequest({ ...subject, nonce }) };
      const bytes = await plainFetch(http, { what: 'OCSP', url, signal: deadline.signal, maxBytes: maxOcspBytes, body });
      const verified = verifyOcsp(readOcspResponse(bytes), { ...subject, nonce: hexOf(nonce), now: clock.now() });
      if (verified.unvouched !== null && !(await isGood(verified.unvouched, subject.issuer))) {
        throw pkiError('ERR_MSS_PKI_OCSP_SIGNATURE', "the OCSP responder's own certificate is revoked, or nobody can tell");
      }
      const answer: OcspAnswer = { ...verified, method: 'ocsp', source: url };
      // An older answer than the one in use is a replay, or a mirror that lags: it takes nothing back.
      const newer = this.#newer(subject, answer);
      if (newer !== null) return newer;
      this.#keep(subject, answer);
      return answer;
    } finally {
      deadline.release();
    }
  }

  /** The answer in memory, when it is fresh, and was given later than another. */
  #newer(subject: OcspSubject, { thisUpdate }: Pick<VerifiedOcsp, 'thisUpdate'>): OcspAnswer | null {
    const known = this.#answers.get(keyOf(subject));
    return known !== undefined && known.thisUpdate > thisUpdate && this.#isFresh(known) ? known : null;
  }

  #isFresh({ freshUntil, thisUpdate }: OcspAnswer): boolean {
    const now = this.#options.clock.now().getTime();
    return freshUntil.getTime() > now && thisUpdate.getTime() <= now + clockSkewMs;
  }

  #keep(subject: OcspSubject, answer: OcspAnswer): void {
    if (this.#closing.signal.aborted) return;
    const key = keyOf(subject);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > maxAnswers && oldest !== undefined) this.#answers.delete(oldest);
  }

  #refreshWhenDue(subject: OcspSubject, url: string, { thisUpdate, freshUntil }: OcspAnswer): void {
    const key = keyOf(subject);
    const now = this.#options.clock.now().getTime();
    const half = (thisUpdate.getTime() + freshUntil.getTime()) / 2;
    const tried = this.#refreshedAt.get(key) ?? Number.NEGATIVE_INFINITY;
    if (now < half || Math.abs(now - tried) < refreshPauseMs || this.#closing.signal.aborted) return;
    this.#refreshedAt.set(key, now);
    if (this.#refreshedAt.size > maxAnswers) this.#refreshedAt.clear();
    this.ask(subject, url).catch((error: unknown) => {
      this.#options.logger.warn(
        { url, code: isMssError(error) ? error.code : 'unknown' },
        'OCSP refresh failed; the last answer still holds',
      );
    });
  }
}
