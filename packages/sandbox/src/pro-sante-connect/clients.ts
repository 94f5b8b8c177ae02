import { constants, createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { Clock } from '@mss/core';
import type { SandboxPscClient } from './types.js';

/** How a request to a back-channel endpoint proves its client. */
export interface ClientProof {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
  /** Fingerprint of a certificate of this sandbox that is not revoked; `null` for none or another. */
  readonly certificate: string | null;
  /** Endpoints and issuer: what an assertion may be addressed to. */
  readonly audiences: readonly string[];
}

const same = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The clients that may ask for tokens. */
export class Clients {
  readonly #clients = new Map<string, SandboxPscClient>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(client: SandboxPscClient): void {
    this.#clients.set(client.clientId, client);
  }

  has(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  /** The id of the client that the request proves to be; `null` when it proves nothing. */
  authenticate(proof: ClientProof): string | null {
    const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(proof.authorization ?? '')?.[1];
    if (basic !== undefined) {
      const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(formDecoded);
      return this.#bySecret(id, secret);
    }
    const { form } = proof;
    if (form.get('client_assertion_type') === assertionType) return this.#byAssertion(form.get('client_assertion') ?? '', proof.audiences);
    const id = form.get('client_id') ?? '';
    const secret = form.get('client_secret');
    if (secret !== null) return this.#bySecret(id, secret);
    const wanted = this.#clients.get(id)?.certificateFingerprint;
    return wanted !== undefined && wanted === proof.certificate ? id : null;
  }

  #bySecret(id: string, secret: string): string | null {
    const expected = this.#clients.get(id)?.secret;
    return expected !== undefined && same(expected, secret) ? id : null;
  }

  /** RFC 7523 §3. */
  #byAssertion(assertion: string, audiences: readonly string[]): string | null {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    try {
      const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown };
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
      const id = typeof claims['sub'] === 'string' ? claims['sub'] : '';
      const pem = this.#clients.get(id)?.publicKeyPem;
      const now = this.#clock.now().getTime() / 1000;
      const addressed = [claims['aud']].flat().some((one) => typeof one === 'string' && audiences.includes(one));
      if (pem === undefined || claims['iss'] !== id || !addressed || typeof claims['exp'] !== 'number' || claims['exp'] < now - 30)
        return null;
      const key = createPublicKey(pem);
      const options =
        alg === 'ES256'
          ? { key, dsaEncoding: 'ieee-p1363' as const }
          : alg === 'PS256'
            ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
            : key;
      return verify('sha256', Buffer.from(`${head}.${body}`), options, Buffer.from(signature, 'base64url')) ? id : null;
    } catch {
      return null;
    }
  }
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before base64. */
function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? '';
}
