import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { expect } from 'vitest';
import {
  createSecureChannelPolicy,
  createTrustStore,
  loadClientIdentity,
  type ClientIdentity,
  type ConnectionDecision,
  type ConnectOptions,
  type TrustStore,
} from '../../src/index.js';
import { refusalOf } from './refusal.js';
import { evidence, startTlsRig, type RigOptions, type TlsRig } from './tls-rig.js';

type PolicyOptions = Partial<Parameters<typeof createSecureChannelPolicy>[0]>;

/** What a client with a certificate met, and what the operator's side saw of it. */
export interface Meeting {
  readonly code: string;
  readonly requirement: string | undefined;
  readonly decision: ConnectionDecision | null;
  readonly evidence: ReturnType<typeof evidence>;
}

/** A test IGC, and operators of every kind to meet. */
export interface World {
  readonly igc: TestIgc;
  readonly trust: TrustStore;
  /** Connects as an application with a client certificate, sends a secret when the channel stands, and closes. */
  meet(
    certificate: Pick<IssuedCertificate, 'chainPem' | 'keyPem'>,
    how?: { readonly rig?: Partial<RigOptions>; readonly policy?: PolicyOptions; readonly target?: Partial<ConnectOptions> },
  ): Promise<Meeting>;
  close(): Promise<void>;
}

export const operatorName = 'imap.operateur.mssante.fr';

/** A test IGC that publishes its CRLs, two servers named `mail.example`, of which one is revoked, and a client. */
export interface Servers {
  readonly igc: TestIgc;
  readonly trust: TrustStore;
  readonly server: IssuedCertificate;
  readonly revoked: IssuedCertificate;
  readonly clientIdentity: ClientIdentity;
}

export async function startServers(): Promise<Servers> {
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const trust = createTrustStore({ name: 'test', anchors: [igc.caPem], igcSante: true });
  const server = await igc.issueServer({ hostnames: ['mail.example'] });
  const revoked = await igc.issueServer({ hostnames: ['mail.example'] });
  igc.revoke(revoked);
  const client = await igc.issueClient({ commonName: 'LPS' });
  return { igc, trust, server, revoked, clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }) };
}

export async function startWorld(): Promise<World> {
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const trust = createTrustStore({ name: 'IGC de test', anchors: [igc.caPem], igcSante: true });
  const client = await igc.issueClient({ commonName: 'LPS' });
  const clientIdentity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
  const secret = 'a1 LOGIN user secret\r\n';

  return {
    igc,
    trust,
    async meet(certificate, { rig: rigOptions, policy: policyOptions, target } = {}): Promise<Meeting> {
      const rig: TlsRig = await startTlsRig({ certificate, ca: [igc.caPem, igc.intermediate.certPem], ...rigOptions });
      const policy = createSecureChannelPolicy({ trust, clientIdentity, ...policyOptions });
      let decision: ConnectionDecision | null = null;
      const connect = async (): Promise<void> => {
        const socket = await policy.connect({ host: '127.0.0.1', port: rig.port, servername: operatorName, ...target });
        ({ decision } = socket);
        socket.write(secret);
        await expect.poll(() => rig.decryptedBytes).toBe(secret.length);
        socket.destroy();
      };
      const { code, requirement } = await refusalOf(connect());
      await policy.close();
      await rig.close();
      return { code, requirement, decision, evidence: evidence(rig) };
    },
    close: () => igc.close(),
  };
}
