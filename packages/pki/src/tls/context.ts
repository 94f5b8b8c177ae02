import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { constants, X509Certificate } from 'node:crypto';
import { isMssError, type TlsRules } from '@mss/core';
import { identityKey, type ClientIdentity, type ClientKey } from '../client-identity.js';
import { pkiError } from '../errors.js';
import { storeContents, type TrustStore } from '../trust-store.js';
import type { Certificate } from '../x509/certificate.js';

/** Signatures that the server may make in the handshake: SHA-256 and above. */
const signatureAlgorithms = [
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
].join(':');

/**
 * A HelloRequest of the server is declined: a renegotiation would show certificates that nobody looks at, and offer ours once more.
 * (`disableRenegotiation()` of Node works on the server's side only.) Tickets are of no use: no session is resumed.
 */
const secureOptions = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET;

const armour = ({ der }: Certificate): string => new X509Certificate(der).toString();

/** The TLS contexts of a policy: one without identity, one for each key of an identity, made when first needed. */
export class TlsContexts {
  readonly ciphers: string;
  /** PEM of every certificate of the stores. */
  readonly authorities: readonly string[];
  readonly #options: SecureContextOptions;
  readonly #byKey = new WeakMap<ClientKey, SecureContext>();
  #anonymous: SecureContext | null = null;

  constructor(rules: TlsRules, stores: readonly TrustStore[]) {
    this.ciphers = rules.suites.map(({ openssl }) => openssl).join(':');
    const certificates = stores.flatMap((store) => [...store[storeContents].anchors, ...store[storeContents].intermediates]);
    this.authorities = certificates.map(armour);
    this.#options = {
      ca: [...this.authorities],
      minVersion: rules.minVersion,
      maxVersion: rules.maxVersion,
      ciphers: this.ciphers,
      sigalgs: signatureAlgorithms,
      secureOptions,
    };
  }

  /** @throws ERR_MSS_PKI_IDENTITY when OpenSSL does not take the identity, or what its key source throws when the key is not open. */
  of(identity: ClientIdentity | null): SecureContext {
    if (identity === null) return (this.#anonymous ??= createSecureContext(this.#options));
    const source = identity[identityKey];
    const key = source.current();
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    try {
      const context = key.createContext({ ...this.#options, ...source.narrows });
      this.#byKey.set(key, context);
      return context;
    } catch (error) {
      if (isMssError(error)) throw error;
      // The cause is not attached: it may quote what it could not read.
      throw pkiError('ERR_MSS_PKI_IDENTITY', 'the TLS stack does not take the client identity');
    }
  }
}
