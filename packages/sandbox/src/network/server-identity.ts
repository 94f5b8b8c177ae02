import { getProfile, type ProfileId } from '@mss/core';
import type { SecureContextOptions, SecureVersion } from 'node:tls';

/** What a set of ports shows of itself in the handshake. */
export interface ServerIdentity {
  readonly keyPem: string;
  readonly chainPem: string;
  /** Authorities named in the CertificateRequest. */
  readonly clientCaPem: string;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** OpenSSL names, TLS 1.2 and below. */
  readonly ciphers: string;
}

/** Exactly what the profile asks of the channel (ECO.1.1.2, ECO.1.1.3). */
export function conformingTls(profile: ProfileId): Pick<ServerIdentity, 'minVersion' | 'maxVersion' | 'ciphers'> {
  const { minVersion, maxVersion, suites } = getProfile(profile).tls;
  const later = maxVersion === 'TLSv1.3' ? ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'] : [];
  return { minVersion, maxVersion, ciphers: [...later, ...suites.map(({ openssl }) => openssl)].join(':') };
}

export function secureContextOptions(identity: ServerIdentity): SecureContextOptions {
  return {
    key: identity.keyPem,
    cert: identity.chainPem,
    ca: identity.clientCaPem,
    minVersion: identity.minVersion,
    maxVersion: identity.maxVersion,
    ciphers: identity.ciphers,
    honorCipherOrder: true,
  };
}
