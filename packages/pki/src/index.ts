/**
 * The secure channel of chapter 2.1 of the référentiel (ECO.1.1.1 to ECO.1.1.8): TLS policy, trust, expiry and
 * revocation, verified sockets and fetch.
 *
 * RFC 5246 (TLS 1.2), RFC 5280 (certificates, paths, CRLs), RFC 6960 (OCSP), RFC 9525 (names), RFC 2595, 3207 and 8314 (STARTTLS and implicit TLS).
 *
 * @packageDocumentation
 */
export { type PkiErrorCode } from './errors.js';
export type * from './types.js';
export { createSecureChannelPolicy, type RevocationOptions, type SecureChannelPolicyOptions } from './policy.js';
export { type PolicyKind } from './tls/rules.js';
export { type ProxyOptions } from './net/proxy.js';
export { type Dial, type DialTarget, type Resolver } from './net/dial.js';
export { createTrustStore, type TrustStore, type TrustStoreSource } from './trust-store.js';
export { igcSanteRoots, type IgcSanteRoot } from './igc-sante.js';
export { mailizPreset, presetOfDomain, type OperatorPreset } from './operator-preset.js';
export {
  createClientIdentity,
  loadClientIdentity,
  type ClientIdentity,
  type ClientIdentitySource,
  type ClientKey,
  type ClientKeySource,
} from './client-identity.js';
export { openCardIdentity, type CardIdentity, type CardIdentityOptions } from './card/card-identity.js';
export { type PinCallback, type PinRequest } from './card/pin.js';
export { type CardCertificateSelection, type CardTokenSelection } from './card/select.js';
export { type CardToken } from './card/tokens.js';
export { type CardErrorCode } from './card/errors.js';
export { stunnelConfiguration, type StunnelOptions, type StunnelService } from './card/stunnel.js';
export { createMemoryCrlStore, type CrlStore } from './crl/store.js';
export { createCrlStore } from './crl/directory-store.js';
export { lookUpInCrl, type VerifiedCrl } from './crl/look-up.js';
export { type CrlEntry } from './crl/entries.js';
export { isPrivateAddress } from './net/address.js';
export { startTlsDialogues } from './starttls/dialogues.js';
export { probeTls, type TlsProbe, type TlsProbeOptions, type TlsProbeRefusal } from './probe.js';
