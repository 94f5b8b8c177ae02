import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { testEcKey, testRsaKey } from '@mss/testkit';

type Algorithm = 'RS256' | 'ES256';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The keys of the provider: JWT out, JWKS to check them with. Made when first needed. */
export class SigningKeys {
  #keys: Promise<Readonly<Record<Algorithm, KeyObject>>> | null = null;

  async jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }> {
    const keys = await this.#load();
    return {
      keys: (['RS256', 'ES256'] as const).map((alg) => ({
        ...createPublicKey(keys[alg]).export({ format: 'jwk' }),
        kid: `bac-a-sable-${alg}`,
        use: 'sig',
        alg,
      })),
    };
  }

  /** @param options.forged - signed by a stranger under the same key's name. */
  async jwt(
    claims: Readonly<Record<string, unknown>>,
    options: { readonly algorithm: Algorithm; readonly type: string; readonly forged?: boolean },
  ): Promise<string> {
    const { algorithm, type, forged = false } = options;
    const key = forged ? await freshKey(algorithm) : (await this.#load())[algorithm];
    const signed = `${encode({ alg: algorithm, typ: type, kid: `bac-a-sable-${algorithm}` })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key);
    return `${signed}.${signature.toString('base64url')}`;
  }

  async #load(): Promise<Readonly<Record<Algorithm, KeyObject>>> {
    this.#keys ??= Promise.all([testRsaKey(), testEcKey()]).then(([rsa, ec]) => ({ RS256: rsa, ES256: ec }));
    return this.#keys;
  }
}

async function freshKey(algorithm: Algorithm): Promise<KeyObject> {
  return algorithm === 'ES256' ? testEcKey() : testRsaKey({ bits: 2048, unique: true });
}
