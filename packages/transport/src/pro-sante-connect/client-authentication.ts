import { createPrivateKey } from 'node:crypto';
import { ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, TlsClientAuth, type ClientAuth } from 'openid-client';
import type { PscClientAuthentication } from './options.js';

const importParameters = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
} as const;

/** How openid-client authenticates the client. A secret is fetched anew each time; the key is not exportable once imported. */
export async function clientAuthOf(authentication: PscClientAuthentication): Promise<ClientAuth> {
  switch (authentication.type) {
    case 'secret': {
      const { secret, method = 'basic' } = authentication;
      const value = typeof secret === 'string' ? secret : await secret();
      return method === 'basic' ? ClientSecretBasic(value) : ClientSecretPost(value);
    }
    case 'certificate':
      return TlsClientAuth();
    default: {
      const { key, algorithm, keyId } = authentication;
      const pkcs8 = new Uint8Array(createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }));
      const imported = await crypto.subtle.importKey('pkcs8', pkcs8, importParameters[algorithm], false, ['sign']);
      return PrivateKeyJwt(keyId === undefined ? imported : { key: imported, kid: keyId });
    }
  }
}
