import { startTcpProxy, type TcpProxy } from '@mss/testkit';
import { openEndpoint, type SandboxPorts } from './network/endpoint.js';
import type { ServerContext } from './network/server-context.js';
import type { ServerIdentity } from './network/server-identity.js';
import type { SandboxVariantName } from './variant-names.js';

/** What the wire showed of one client, read along outside the TLS stack. */
export interface SandboxWire {
  readonly port: number;
  /** Sent in the clear before TLS: `EHLO`, `STARTTLS`. */
  readonly clearText: string;
  /** The ClientHello came; with its versions and suites as code points. */
  readonly offered: {
    readonly versions: readonly number[];
    readonly cipherSuites: readonly number[];
    readonly serverName: string | null;
  } | null;
  /** Certificates of the client's in the handshake; 0 when none was sent. TLS 1.3 hides it. */
  readonly clientCertificates: number;
  /** A signature with the client's private key was sent. */
  readonly clientSigned: boolean;
  /** Encrypted bytes of application data: 0 proves that no credential and no document left. */
  readonly applicationBytes: number;
}

/** Four ports of a server that a conforming client refuses. */
export interface SandboxVariant {
  readonly name: SandboxVariantName;
  readonly host: string;
  readonly ports: SandboxPorts;
  /** Every connection so far. */
  wire(): readonly SandboxWire[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startVariant(
  name: SandboxVariantName,
  options: { readonly context: ServerContext; readonly identity: ServerIdentity; readonly host: string },
): Promise<SandboxVariant> {
  const { context, identity, host } = options;
  const endpoint = await openEndpoint({ context, identity, name, host, portBase: null });
  const watch = async (port: number): Promise<TcpProxy> => startTcpProxy({ host, target: { host, port } });
  const { ports } = endpoint;
  const proxies = {
    smtps: await watch(ports.smtps),
    submission: await watch(ports.submission),
    imaps: await watch(ports.imaps),
    imap: await watch(ports.imap),
  };
  const all = Object.values(proxies);
  const close = async (): Promise<void> => {
    await Promise.all(all.map(async (proxy) => proxy.close()));
    await endpoint.close();
  };
  return {
    name,
    host,
    ports: { smtps: proxies.smtps.port, submission: proxies.submission.port, imaps: proxies.imaps.port, imap: proxies.imap.port },
    wire: () =>
      all.flatMap(({ port, connections }) =>
        connections.map(({ client }) => ({
          port,
          clearText: client.clearText,
          offered: client.clientHello,
          clientCertificates: client.certificates,
          clientSigned: client.certificateVerify,
          applicationBytes: client.applicationBytes,
        })),
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}
