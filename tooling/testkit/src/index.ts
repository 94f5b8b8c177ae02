/**
 * The private test kit: a test IGC made at run time, CRLs by hand, a faulty proxy, a capture server.
 *
 * It stands under every package, so it imports none of them. Certificates: RFC 5280.
 *
 * @packageDocumentation
 */
export { createTestIgc } from './igc.js';
export {
  type CrlOptions,
  type IssueClientOptions,
  type IssuedCertificate,
  type IssueIntermediateOptions,
  type IssueOptions,
  type IssueServerOptions,
  type TestAuthority,
  type TestIgc,
  type TestIgcOptions,
} from './igc-types.js';
export { buildCertificate, extension, type CertificateFields, type KeyPurpose, type TestName } from './certificate.js';
export { buildCrl, type CrlFields, type RevocationReason, type RevokedEntry } from './crl.js';
export { type CrlFault, type CrlFaultOptions, type CrlServer } from './crl-server.js';
export {
  answerOcsp,
  startOcspResponder,
  type OcspBehaviour,
  type OcspConduct,
  type OcspFault,
  type OcspResponder,
} from './ocsp-responder.js';
export { testEcKey, testRsaKey } from './key-pool.js';
export * as der from './der.js';
export { startTcpProxy, type ProxyConnection, type ProxyFaults, type TcpProxy, type TcpProxyOptions } from './tcp-proxy.js';
export { startCaptureServer, type CapturedConnection, type CaptureServer, type CaptureServerOptions } from './capture-server.js';
export { TlsWire, type ClientHello, type TlsObservation } from './tls-wire.js';
export { runInChild, sourceFlags, type ChildOptions, type ChildResult } from './child.js';
export { createTempDirectory, type TempDirectory } from './temp-directory.js';
