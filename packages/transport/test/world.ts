import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';

/** An IGC with its CRLs on the loopback, a good and a revoked server certificate, and a policy that trusts it. */
export interface World {
  readonly igc: TestIgc;
  readonly policy: SecureChannelPolicy;
  readonly good: IssuedCertificate;
  readonly revoked: IssuedCertificate;
  close(): Promise<void>;
}

export const serverName = 'mail.test.mssante.fr';

export async function createWorld(): Promise<World> {
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const good = await igc.issueServer({ hostnames: [serverName] });
  const revoked = await igc.issueServer({ hostnames: [serverName] });
  igc.revoke(revoked);
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }) });
  return {
    igc,
    policy,
    good,
    revoked,
    close: async () => {
      await policy.close();
      await igc.close();
    },
  };
}
