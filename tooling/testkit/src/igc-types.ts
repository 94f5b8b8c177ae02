import type { KeyObject } from 'node:crypto';
import type { KeyPurpose, KeyUsageBit, SignatureHash, TestName } from './certificate.js';
import type { CrlFields, RevocationReason } from './crl.js';
import type { CrlServer } from './crl-server.js';

/** A certificate of the test IGC with its private key. */
export interface IssuedCertificate {
  readonly certPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  /** The certificate and the intermediates above it, without the root: what a server sends. */
  readonly chainPem: string;
  readonly der: Uint8Array;
  /** Upper-case hexadecimal, as `X509Certificate.serialNumber`. */
  readonly serial: string;
  /** SHA-256 of the certificate, as `X509Certificate.fingerprint256`. */
  readonly fingerprint256: string;
  /** The authority that signed it; a self-signed root has none. */
  readonly issuer: TestAuthority | null;
  readonly notAfter: Date;
}

/** A certification authority of the test IGC. */
export interface TestAuthority extends IssuedCertificate {
  readonly name: TestName;
  readonly key: KeyObject;
  /** Where its own CRL is published. */
  readonly crlUrl: string;
  /** Where its own certificate is published. */
  readonly certificateUrl: string;
}

/** What every kind of certificate takes. */
export interface IssueOptions {
  readonly commonName?: string;
  readonly organization?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Extended key usage. */
  readonly eku?: readonly KeyPurpose[];
  readonly keyUsage?: readonly KeyUsageBit[];
  readonly keyBits?: number;
  /** Default `'rsa'`; `'ec'` makes a certificate that no ECDHE-RSA suite can use. */
  readonly keyType?: 'rsa' | 'ec';
  readonly issuer?: 'intermediate' | 'root' | TestAuthority;
  /** CRL distribution points; default the issuer's, `[]` for none. */
  readonly crlUrls?: readonly string[];
  /** caIssuers; default the issuer's certificate, `[]` for none. */
  readonly issuerUrls?: readonly string[];
  /** OCSP responders; default none. */
  readonly ocspUrls?: readonly string[];
  readonly hash?: SignatureHash;
  readonly unknownCriticalExtension?: boolean;
  /** For example name constraints, made with `extension` and `der`. */
  readonly extraExtensions?: readonly Uint8Array[];
}

export interface IssueServerOptions extends IssueOptions {
  /** DNS names and IP addresses of the subject alternative names; the first is the default common name. */
  readonly hostnames: readonly string[];
  /** Signed with its own key: no authority stands behind it. */
  readonly selfSigned?: boolean;
}

export interface IssueClientOptions extends IssueOptions {
  readonly commonName: string;
  readonly email?: string;
}

export interface IssueIntermediateOptions extends IssueOptions {
  readonly commonName: string;
  readonly pathLength?: number;
  /** Certify this authority's key and name once more instead of a new key (cross certificate). */
  readonly existing?: TestAuthority;
}

export interface CrlOptions {
  readonly thisUpdate?: Date;
  /** Default seven days after `thisUpdate`; `null` leaves it out. */
  readonly nextUpdate?: Date | null;
  /** Filler entries, to make the list long. */
  readonly extraSerials?: number;
  /** Sign with the key of another authority, under this one's name. */
  readonly signWith?: TestAuthority;
  readonly number?: number;
  readonly deltaOf?: number;
  readonly scope?: NonNullable<CrlFields['scope']>;
  readonly unknownCriticalExtension?: boolean;
  readonly brokenSignature?: boolean;
}

/** The certification authorities of the test world, and everything they issue. */
export interface TestIgc {
  readonly root: TestAuthority;
  /** Issues the servers' and the organisations' certificates. */
  readonly intermediate: TestAuthority;
  /** The root as PEM: the anchor that clients are configured with. */
  readonly caPem: string;
  readonly crlServer: CrlServer;
  /** Every authority so far: root, intermediate, and those issued later. */
  readonly authorities: readonly TestAuthority[];
  issueServer(options: IssueServerOptions): Promise<IssuedCertificate>;
  issueClient(options: IssueClientOptions): Promise<IssuedCertificate>;
  /** A further intermediate, under the root unless `issuer` says otherwise; with `existing` a cross certificate. */
  issueIntermediate(options: IssueIntermediateOptions): Promise<TestAuthority>;
  /** Another self-signed root with a key of its own. */
  issueRoot(options: { readonly commonName: string; readonly notBefore?: Date; readonly notAfter?: Date }): Promise<TestAuthority>;
  /** From now on the issuer's CRL holds it. */
  revoke(certificate: IssuedCertificate, options?: { readonly reason?: RevocationReason; readonly at?: Date }): void;
  /** The present CRL of an authority as DER. */
  crl(authority: TestAuthority, options?: CrlOptions): Uint8Array;
  /** What the server publishes for an authority from now on: its present CRL with these options. */
  publish(authority: TestAuthority, options: CrlOptions): void;
  /** Begins to answer on {@link crlServer}; until then its connections are reset. */
  startCrlServer(): Promise<CrlServer>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestIgcOptions {
  /** Around which instant the certificates are valid; default the machine's clock. OpenSSL knows only that one. */
  readonly now?: Date;
  /** RSA keys of authorities and leaves; default 2048. */
  readonly keyBits?: number;
  /** Part of the authorities' names, to tell two test IGCs apart; default `TEST`. */
  readonly label?: string;
  /** Where CRLs are published; default `127.0.0.1`. */
  readonly host?: string;
  /** The port of the CRL server; default a free one. */
  readonly crlPort?: number;
}
