import {
  createTrustStore,
  loadClientIdentity,
  type ClientIdentity,
  type SecureChannelPolicyOptions,
  type SecureTarget,
  type TrustStore,
} from '@mss/pki';
import {
  createTestIgc,
  startOcspResponder,
  type IssuedCertificate,
  type OcspResponder,
  type TestAuthority,
  type TestIgc,
} from '@mss/testkit';
import type { SecureContextOptions } from 'node:tls';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name that every client asks for, unless a state has hosts of its own. */
export const hostName = 'operateur.mssante.exemple';

/** What a client must never show to a refused server. Stands in every credential. */
export const secret = 'c0nfidentiel';

/** Certificate and key of a server. */
export type Shown = Pick<IssuedCertificate, 'chainPem' | 'keyPem'>;

/** What a cell needs besides its expectation. */
export interface Arrangement {
  /** What the server shows; several in turn for a balancer. */
  readonly server: Shown;
  readonly trust?: TrustStore | readonly TrustStore[];
  readonly policy?: Partial<SecureChannelPolicyOptions>;
  readonly target?: Partial<SecureTarget>;
  readonly tls?: SecureContextOptions;
  /** Stapled by `openssl s_server`. */
  readonly staple?: Uint8Array;
  /**
   * Done before the cell is met: `meet` connects to a server with another certificate, with the cell's policy or with one of its own.
   */
  readonly before?: (meet: (server: Shown, own?: Partial<SecureChannelPolicyOptions>) => Promise<void>) => Promise<void>;
}

/** Test authorities, their CRL and OCSP servers, and a client with a certificate. */
export interface World {
  readonly igc: TestIgc;
  /** Another IGC with CRLs of its own. */
  readonly other: TestIgc;
  /** Has the names of {@link igc} and none of its keys. */
  readonly lookAlike: TestIgc;
  /** Replaced by the root of {@link igc} in migrations. */
  readonly oldRoot: TestAuthority;
  readonly trust: TrustStore;
  readonly identity: ClientIdentity;
  readonly responder: OcspResponder;
  /** A path of the CRL server that nobody else has, and its address. */
  place(): { readonly path: string; readonly url: string };
  /** A new folder, removed with the world. */
  folder(): Promise<string>;
  close(): Promise<void>;
}

export async function createMatrixWorld(): Promise<World> {
  const igc = await createTestIgc();
  const other = await createTestIgc({ label: 'AUTRE' });
  const lookAlike = await createTestIgc();
  await igc.startCrlServer();
  await other.startCrlServer();
  const oldRoot = await igc.issueRoot({ commonName: 'AC RACINE ANCIENNE' });
  const client = await igc.issueClient({ commonName: 'LPS de la matrice' });
  const responder = await startOcspResponder({ issuer: igc.intermediate });
  const base = await mkdtemp(join(tmpdir(), 'mss-matrix-'));
  let places = 0;
  return {
    igc,
    other,
    lookAlike,
    oldRoot,
    responder,
    trust: createTrustStore({ name: 'IGC de test', anchors: [igc.caPem], igcSante: true }),
    identity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }),
    place(): { path: string; url: string } {
      places += 1;
      const path = `/matrix/${places}.crl`;
      return { path, url: igc.crlServer.url + path };
    },
    folder: async () => mkdtemp(join(base, 'store-')),
    async close(): Promise<void> {
      await responder.close();
      await Promise.all([igc, other, lookAlike].map((one) => one.close()));
      await rm(base, { recursive: true, force: true });
    },
  };
}
