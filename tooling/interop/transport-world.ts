import { createSecureChannelPolicy, createTrustStore, loadClientIdentity, type ClientIdentity, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';

/** The name that every test server's certificate covers. */
export const serverName = 'mail.exemple.mssante.fr';

/** A test IGC with its CRLs on the loopback, and a policy that trusts it and nothing else. */
export interface World {
  readonly igc: TestIgc;
  readonly server: IssuedCertificate;
  readonly revokedServer: IssuedCertificate;
  /** A policy of its own: verdicts are not shared. */
  policy(identity?: ClientIdentity): SecureChannelPolicy;
  /** A client certificate whose common name is the mailbox. */
  client(mailbox: string, given?: { readonly revoked?: boolean }): Promise<ClientIdentity>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const server = await igc.issueServer({ hostnames: [serverName] });
  const revokedServer = await igc.issueServer({ hostnames: [serverName] });
  igc.revoke(revokedServer);
  const policies: SecureChannelPolicy[] = [];
  return {
    igc,
    server,
    revokedServer,
    policy: (identity) => {
      const trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
      const policy = createSecureChannelPolicy({ trust, ...(identity === undefined ? {} : { clientIdentity: identity }) });
      policies.push(policy);
      return policy;
    },
    client: async (mailbox, given = {}) => {
      const client = await igc.issueClient({ commonName: mailbox });
      if (given.revoked === true) igc.revoke(client);
      return loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
    },
    close: async () => {
      for (const policy of policies) await policy.close();
      await igc.close();
    },
  };
}

/** What Dovecot needs to judge client certificates: call it after the last `client`. */
export function clientAuthorities(world: World): { readonly caPem: string; readonly crls: readonly Uint8Array[] } {
  const { igc } = world;
  return { caPem: igc.root.certPem + igc.intermediate.certPem, crls: [igc.crl(igc.root), igc.crl(igc.intermediate)] };
}
