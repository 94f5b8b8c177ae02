import type { ProfileId } from '@mss/core';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import type { SandboxClientCertificate } from './account.js';
import { portTaken } from './network/listen.js';
import { conformingTls, type ServerIdentity } from './network/server-identity.js';
import type { SandboxVariantName } from './variant-names.js';

const dayMs = 86_400_000;

/** Where a variant differs in the handshake itself, not in its certificate. */
const variantTls: Readonly<Partial<Record<SandboxVariantName, Pick<ServerIdentity, 'minVersion' | 'maxVersion' | 'ciphers'>>>> = {
  'tls13-only': { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' },
  'tls11-only': { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ECDHE-RSA-AES256-SHA:@SECLEVEL=0' },
  'bad-suite': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA' },
};

const inDays = (days: number): Date => new Date(Date.now() + days * dayMs);

export interface SandboxIgcOptions {
  readonly host: string;
  /** The operator's name. */
  readonly hostname: string;
  /** 0 for a free one. */
  readonly crlPort: number;
  readonly profile: ProfileId;
}

/** The certificates of the sandbox: what its servers show and what its mailboxes log in with. */
export class SandboxIgc {
  readonly #igc: TestIgc;
  readonly #hostnames: readonly string[];
  readonly #profile: ProfileId;
  readonly #clients = new Map<string, IssuedCertificate>();
  readonly #revoked = new Set<string>();
  #stranger: TestIgc | null = null;

  private constructor(igc: TestIgc, options: SandboxIgcOptions) {
    this.#igc = igc;
    this.#hostnames = [options.hostname, 'localhost', options.host];
    this.#profile = options.profile;
  }

  /** @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN` */
  static async open(options: SandboxIgcOptions): Promise<SandboxIgc> {
    try {
      const igc = await createTestIgc({ label: 'BAC A SABLE', host: options.host, crlPort: options.crlPort });
      await igc.startCrlServer();
      return new SandboxIgc(igc, options);
    } catch (error) {
      throw portTaken(error, options.crlPort);
    }
  }

  /** The root. */
  get caPem(): string {
    return this.#igc.caPem;
  }

  get intermediatePem(): string {
    return this.#igc.intermediate.certPem;
  }

  /** Of every authority of this IGC, those made for variants included. */
  get crlUrls(): readonly string[] {
    return this.#igc.authorities.map(({ crlUrl }) => crlUrl);
  }

  /** Requests for CRLs and authority certificates so far. */
  get crlRequests(): number {
    return this.#igc.crlServer.requests;
  }

  /** While it is down, its connections are reset. */
  setCrlServerDown(down: boolean): void {
    this.#igc.crlServer.setFault(down ? 'down' : 'none');
  }

  async issueClient(options: {
    readonly commonName: string;
    readonly email: string;
    readonly organization: string;
  }): Promise<SandboxClientCertificate> {
    const issued = await this.#igc.issueClient(options);
    this.#clients.set(issued.fingerprint256, issued);
    return { certPem: issued.chainPem, keyPem: issued.keyPem, fingerprint256: issued.fingerprint256 };
  }

  revokeClient(fingerprint256: string): void {
    const issued = this.#clients.get(fingerprint256);
    if (issued === undefined || this.#revoked.has(fingerprint256)) return;
    this.#revoked.add(fingerprint256);
    this.#igc.revoke(issued);
  }

  /** Whether a certificate of this sandbox may still be used. */
  isValidClient(fingerprint256: string): boolean {
    return this.#clients.has(fingerprint256) && !this.#revoked.has(fingerprint256);
  }

  async conformingServer(): Promise<ServerIdentity> {
    return this.#identity(await this.#igc.issueServer({ hostnames: this.#hostnames }));
  }

  async variantServer(name: SandboxVariantName): Promise<ServerIdentity> {
    const certificate = await this.#variantCertificate(name);
    // OpenSSL completes what a server sends from the authorities that it knows, so the intermediate must not be among them.
    const alone = name === 'missing-intermediate' ? { chainPem: certificate.certPem, clientCaPem: this.#igc.caPem } : {};
    return { ...this.#identity(certificate), ...alone, ...variantTls[name] };
  }

  async close(): Promise<void> {
    await this.#stranger?.close();
    await this.#igc.close();
  }

  #identity(certificate: IssuedCertificate): ServerIdentity {
    return {
      ...conformingTls(this.#profile),
      keyPem: certificate.keyPem,
      chainPem: certificate.chainPem,
      clientCaPem: this.#igc.caPem + this.#igc.intermediate.certPem,
    };
  }

  async #variantCertificate(name: SandboxVariantName): Promise<IssuedCertificate> {
    const igc = this.#igc;
    const hostnames = this.#hostnames;
    switch (name) {
      case 'revoked': {
        const certificate = await igc.issueServer({ hostnames });
        igc.revoke(certificate, { reason: 'keyCompromise' });
        return certificate;
      }
      case 'revoked-intermediate': {
        const issuer = await igc.issueIntermediate({ commonName: 'AC BAC A SABLE REVOQUEE' });
        igc.revoke(issuer, { reason: 'cACompromise' });
        return igc.issueServer({ hostnames, issuer });
      }
      case 'expired':
        return igc.issueServer({ hostnames, notBefore: inDays(-9), notAfter: inDays(-1) });
      case 'not-yet-valid':
        return igc.issueServer({ hostnames, notBefore: inDays(1), notAfter: inDays(9) });
      case 'wrong-host':
        return igc.issueServer({ hostnames: ['autre-operateur.mssante.test'] });
      case 'unknown-ca':
        return (await this.#strangerIgc()).issueServer({ hostnames });
      case 'self-signed':
        return igc.issueServer({ hostnames, selfSigned: true });
      case 'no-crl':
        return igc.issueServer({ hostnames, crlUrls: [`${igc.crlServer.url}/absent.crl`] });
      case 'stale-crl': {
        const issuer = await igc.issueIntermediate({ commonName: 'AC BAC A SABLE SANS SUITE' });
        igc.publish(issuer, { thisUpdate: inDays(-20), nextUpdate: inDays(-10) });
        return igc.issueServer({ hostnames, issuer });
      }
      default:
        return igc.issueServer({ hostnames });
    }
  }

  async #strangerIgc(): Promise<TestIgc> {
    this.#stranger ??= await createTestIgc({ label: 'INCONNUE' });
    await this.#stranger.startCrlServer();
    return this.#stranger;
  }
}
