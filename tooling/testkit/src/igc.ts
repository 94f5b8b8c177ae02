import { X509Certificate, type KeyObject } from 'node:crypto';
import { buildCertificate, randomSerial, type CertificateFields, type TestName } from './certificate.js';
import { buildCrl, type RevocationReason, type RevokedEntry } from './crl.js';
import { startCrlServer, type CrlServer } from './crl-server.js';
import { pem } from './der.js';
import type {
  CrlOptions,
  IssueClientOptions,
  IssuedCertificate,
  IssueIntermediateOptions,
  IssueOptions,
  IssueServerOptions,
  TestAuthority,
  TestIgc,
  TestIgcOptions,
} from './igc-types.js';
import { testEcKey, testRsaKey } from './key-pool.js';

const dayMs = 86_400_000;

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
  readonly #clock: () => Date;
  readonly #crlPort: number;
  readonly #keyBits: number;
  readonly #label: string;
  readonly #host: string;
  readonly #authorities: TestAuthority[] = [];
  readonly #revoked = new Map<TestAuthority, RevokedEntry[]>();
  readonly #published = new Map<TestAuthority, CrlOptions>();
  #crlNumber = 0;

  constructor(options: TestIgcOptions) {
    this.#now = options.now ?? new Date();
    this.#clock = options.now === undefined ? () => new Date() : () => this.#now;
    this.#crlPort = options.crlPort ?? 0;
    this.#keyBits = options.keyBits ?? 2048;
    this.#label = options.label ?? 'TEST';
    this.#host = options.host ?? '127.0.0.1';
  }

  async open(): Promise<void> {
    this.crlServer = await startCrlServer({
      host: this.#host,
      port: this.#crlPort,
      resource: (path) => this.#resource(path),
      initialFault: 'down',
    });
    this.root = await this.issueRoot({ commonName: `AC RACINE ${this.#label}` });
    this.intermediate = await this.issueIntermediate({ commonName: `AC ${this.#label} ORGANISATIONS` });
  }

  get caPem(): string {
    return this.root.certPem;
  }

  get authorities(): readonly TestAuthority[] {
    return this.#authorities;
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
      revokedAt: options.at ?? this.#clock(),
      ...(reason === undefined ? {} : { reason }),
    };
    // Cross certificates share one name and key, hence one CRL.
    const publisher = this.#authorities.find((authority) => authority.crlUrl === certificate.issuer?.crlUrl) ?? certificate.issuer;
    this.#revoked.set(publisher, [...(this.#revoked.get(publisher) ?? []), entry]);
  }

  crl(authority: TestAuthority, options: CrlOptions = {}): Uint8Array {
    const publisher = this.#authorities.find((candidate) => candidate.crlUrl === authority.crlUrl) ?? authority;
    const thisUpdate = options.thisUpdate ?? new Date(this.#clock().getTime() - 3_600_000);
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
      ...(options.keyUsage === undefined ? {} : { keyUsage: options.keyUsage }),
      unknownCriticalExtension: options.unknownCriticalExtension ?? false,
      extraExtensions: options.extraExtensions ?? [],
    };
  }

  async #issueLeaf(
    options: IssueOptions & { readonly commonName: string; readonly selfSigned?: boolean },
    names: { readonly hostnames?: readonly string[]; readonly emails?: readonly string[] },
  ): Promise<IssuedCertificate> {
    const issuer = this.#issuerOf(options.issuer ?? 'intermediate');
    const key = options.keyType === 'ec' ? await testEcKey() : await testRsaKey({ bits: options.keyBits ?? this.#keyBits });
    const subject = { country: 'FR', organization: options.organization ?? 'STRUCTURE DE TEST', commonName: options.commonName };
    const own = options.selfSigned === true ? { issuer: subject, issuerKey: key, crlUrls: [], issuerUrls: [] } : {};
    const der = buildCertificate({
      ...this.#common(options, issuer),
      ...names,
      ...own,
      subject,
      subjectKey: key,
      notBefore: options.notBefore ?? this.#day(-10),
      notAfter: options.notAfter ?? this.#day(365),
    });
    return describe(der, key, options.selfSigned === true ? null : issuer);
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
