import { X509Certificate, type KeyObject } from 'node:crypto';
import {
  buildCertificate,
  randomSerial,
  type CertificateFields,
  type KeyPurpose,
  type SignatureHash,
  type TestName,
} from './certificate.js';
import { buildCrl, type CrlFields, type RevocationReason, type RevokedEntry } from './crl.js';
import { startCrlServer, type CrlServer } from './crl-server.js';
import { pem } from './der.js';
import { testEcKey, testRsaKey } from './key-pool.js';

const dayMs = 86_400_000;

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
}

export interface IssueServerOptions extends IssueOptions {
  /** DNS names and IP addresses of the subject alternative names; the first is the default common name. */
  readonly hostnames: readonly string[];
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
}

/**
 * A certification hierarchy made at run time, shaped like IGC Santé: a root, an intermediate authority for
 * organisations, CRLs over HTTP. Validity stands around the real clock because TLS stacks cannot be given another.
 */
export async function createTestIgc(options: TestIgcOptions = {}): Promise<TestIgc> {
  const igc = new Igc(options);
  await igc.open();
  return igc;
}

class Igc implements TestIgc {
  root!: TestAuthority;
  intermediate!: TestAuthority;
  crlServer!: CrlServer;
  readonly #now: Date;
  readonly #keyBits: number;
  readonly #label: string;
  readonly #host: string;
  readonly #authorities: TestAuthority[] = [];
  readonly #revoked = new Map<TestAuthority, RevokedEntry[]>();
  readonly #published = new Map<TestAuthority, CrlOptions>();
  #crlNumber = 0;

  constructor(options: TestIgcOptions) {
    this.#now = options.now ?? new Date();
    this.#keyBits = options.keyBits ?? 2048;
    this.#label = options.label ?? 'TEST';
    this.#host = options.host ?? '127.0.0.1';
  }

  async open(): Promise<void> {
    this.crlServer = await startCrlServer({ host: this.#host, resource: (path) => this.#resource(path), initialFault: 'down' });
    this.root = await this.issueRoot({ commonName: `AC RACINE ${this.#label}` });
    this.intermediate = await this.issueIntermediate({ commonName: `AC ${this.#label} ORGANISATIONS` });
  }

  get caPem(): string {
    return this.root.certPem;
  }

  async issueServer(options: IssueServerOptions): Promise<IssuedCertificate> {
    return this.#issueLeaf(
      { eku: ['serverAuth', 'clientAuth'], commonName: options.hostnames[0] ?? 'server', ...options },
      { hostnames: options.hostnames },
    );
  }

  async issueClient(options: IssueClientOptions): Promise<IssuedCertificate> {
    return this.#issueLeaf({ eku: ['clientAuth'], ...options }, options.email === undefined ? {} : { emails: [options.email] });
  }

  async issueRoot(options: { readonly commonName: string; readonly notBefore?: Date; readonly notAfter?: Date }): Promise<TestAuthority> {
    const name = this.#authorityName(options.commonName);
    const key = await testRsaKey({ bits: this.#keyBits, unique: true });
    const der = buildCertificate({
      subject: name,
      issuer: name,
      subjectKey: key,
      issuerKey: key,
      notBefore: options.notBefore ?? this.#day(-30),
      notAfter: options.notAfter ?? this.#day(3650),
      authority: {},
    });
    return this.#keep({ ...describe(der, key, null), name, key });
  }

  async issueIntermediate(options: IssueIntermediateOptions): Promise<TestAuthority> {
    const issuer = this.#issuerOf(options.issuer ?? 'root');
    const name = options.existing?.name ?? this.#authorityName(options.commonName);
    const key = options.existing?.key ?? (await testRsaKey({ bits: options.keyBits ?? this.#keyBits, unique: true }));
    const fields: CertificateFields = {
      ...this.#common(options, issuer),
      subject: name,
      subjectKey: key,
      notBefore: options.notBefore ?? this.#day(-20),
      notAfter: options.notAfter ?? this.#day(1825),
      authority: options.pathLength === undefined ? {} : { pathLength: options.pathLength },
    };
    return this.#keep({ ...describe(buildCertificate(fields), key, issuer), name, key }, options.existing);
  }

  revoke(certificate: IssuedCertificate, options: { readonly reason?: RevocationReason; readonly at?: Date } = {}): void {
    if (certificate.issuer === null) throw new TypeError('a root is not revoked by a CRL');
    const { reason } = options;
    const entry = {
      serial: Buffer.from(certificate.serial, 'hex'),
      revokedAt: options.at ?? this.#now,
      ...(reason === undefined ? {} : { reason }),
    };
    // Cross certificates share one name and key, hence one CRL.
    const publisher = this.#authorities.find((authority) => authority.crlUrl === certificate.issuer?.crlUrl) ?? certificate.issuer;
    this.#revoked.set(publisher, [...(this.#revoked.get(publisher) ?? []), entry]);
  }

  crl(authority: TestAuthority, options: CrlOptions = {}): Uint8Array {
    const publisher = this.#authorities.find((candidate) => candidate.crlUrl === authority.crlUrl) ?? authority;
    const thisUpdate = options.thisUpdate ?? new Date(this.#now.getTime() - 3_600_000);
    this.#crlNumber += 1;
    const { signWith, nextUpdate, thisUpdate: _, number, ...rest } = options;
    return buildCrl({
      ...rest,
      issuer: authority.name,
      issuerKey: (signWith ?? authority).key,
      thisUpdate,
      nextUpdate: nextUpdate === undefined ? new Date(thisUpdate.getTime() + 7 * dayMs) : nextUpdate,
      number: number ?? this.#crlNumber,
      entries: this.#revoked.get(publisher) ?? [],
    });
  }

  publish(authority: TestAuthority, options: CrlOptions): void {
    this.#published.set(authority, options);
  }

  async startCrlServer(): Promise<CrlServer> {
    this.crlServer.setFault('none');
    return this.crlServer;
  }

  async close(): Promise<void> {
    await this.crlServer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #day(days: number): Date {
    return new Date(this.#now.getTime() + days * dayMs);
  }

  #authorityName(commonName: string): TestName {
    return { country: 'FR', organization: 'IGC DE TEST', organizationalUnit: '0002 000000000', commonName };
  }

  #issuerOf(issuer: 'intermediate' | 'root' | TestAuthority): TestAuthority {
    if (typeof issuer !== 'string') return issuer;
    return issuer === 'root' ? this.root : this.intermediate;
  }

  #common(options: IssueOptions, issuer: TestAuthority): Omit<CertificateFields, 'subject' | 'subjectKey' | 'notBefore' | 'notAfter'> {
    return {
      issuer: issuer.name,
      issuerKey: issuer.key,
      purposes: options.eku ?? [],
      crlUrls: options.crlUrls ?? [issuer.crlUrl],
      issuerUrls: options.issuerUrls ?? [issuer.certificateUrl],
      ocspUrls: options.ocspUrls ?? [],
      serial: randomSerial(),
      hash: options.hash ?? 'sha256',
      unknownCriticalExtension: options.unknownCriticalExtension ?? false,
    };
  }

  async #issueLeaf(
    options: IssueOptions & { readonly commonName: string },
    names: { readonly hostnames?: readonly string[]; readonly emails?: readonly string[] },
  ): Promise<IssuedCertificate> {
    const issuer = this.#issuerOf(options.issuer ?? 'intermediate');
    const key = options.keyType === 'ec' ? await testEcKey() : await testRsaKey({ bits: options.keyBits ?? this.#keyBits });
    const der = buildCertificate({
      ...this.#common(options, issuer),
      ...names,
      subject: { country: 'FR', organization: options.organization ?? 'STRUCTURE DE TEST', commonName: options.commonName },
      subjectKey: key,
      notBefore: options.notBefore ?? this.#day(-10),
      notAfter: options.notAfter ?? this.#day(365),
    });
    return describe(der, key, issuer);
  }

  /** Gives an authority its place on the server; a cross certificate shares the CRL of the authority it repeats. */
  #keep(authority: Omit<TestAuthority, 'crlUrl' | 'certificateUrl'>, existing?: TestAuthority): TestAuthority {
    const index = this.#authorities.length;
    const kept: TestAuthority = {
      ...authority,
      crlUrl: existing?.crlUrl ?? `${this.crlServer.url}/crl/${index}.crl`,
      certificateUrl: `${this.crlServer.url}/ca/${index}.cer`,
    };
    this.#authorities.push(kept);
    return kept;
  }

  #resource(path: string): { readonly type: string; readonly body: Uint8Array } | null {
    const authority = this.#authorities.find((candidate) => candidate.crlUrl.endsWith(path) || candidate.certificateUrl.endsWith(path));
    if (authority === undefined) return null;
    if (path.startsWith('/ca/')) return { type: 'application/pkix-cert', body: authority.der };
    return { type: 'application/pkix-crl', body: this.crl(authority, this.#published.get(authority) ?? {}) };
  }
}

/** What callers see of a certificate, with the chain up to, but without, the root. */
function describe(der: Uint8Array, key: KeyObject, issuer: TestAuthority | null): IssuedCertificate {
  const read = new X509Certificate(der);
  const certPem = pem('CERTIFICATE', der);
  return {
    certPem,
    keyPem: String(key.export({ type: 'pkcs8', format: 'pem' })),
    chainPem: issuer === null || issuer.issuer === null ? certPem : certPem + issuer.chainPem,
    der,
    serial: read.serialNumber,
    fingerprint256: read.fingerprint256,
    issuer,
    notAfter: read.validToDate,
  };
}
