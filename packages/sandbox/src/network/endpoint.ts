import { ImapServer } from '../imap/imap-server.js';
import { SubmissionServer } from '../smtp/submission-server.js';
import { listen, stopListening } from './listen.js';
import type { ServerContext } from './server-context.js';
import type { ServerIdentity } from './server-identity.js';

/** The four ports of an operator. */
export interface SandboxPorts {
  /** SMTP submission, TLS from the first byte. */
  readonly smtps: number;
  /** SMTP submission, STARTTLS. */
  readonly submission: number;
  /** IMAP, TLS from the first byte. */
  readonly imaps: number;
  /** IMAP, STARTTLS. */
  readonly imap: number;
}

/** Four servers with one identity. */
export interface Endpoint {
  readonly ports: SandboxPorts;
  close(): Promise<void>;
}

export interface EndpointOptions {
  readonly context: ServerContext;
  readonly identity: ServerIdentity;
  /** In the event log. */
  readonly name: string;
  readonly host: string;
  /** First of four; `null` for free ones. */
  readonly portBase: number | null;
}

/** @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN` */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { context, identity, name: endpoint, host, portBase } = options;
  const servers = [
    new SubmissionServer({ context, identity, endpoint, implicitTls: true }),
    new SubmissionServer({ context, identity, endpoint, implicitTls: false }),
    new ImapServer({ context, identity, endpoint, implicitTls: true }),
    new ImapServer({ context, identity, endpoint, implicitTls: false }),
  ] as const;
  const close = async (): Promise<void> => {
    for (const server of servers) server.cut();
    await Promise.all(servers.map(async ({ listener }) => stopListening(listener)));
  };
  const port = (index: number): number => (portBase === null ? 0 : portBase + index);
  try {
    const [smtps, submission, imaps, imap] = servers;
    return {
      ports: {
        smtps: await listen(smtps.listener, { host, port: port(0) }),
        submission: await listen(submission.listener, { host, port: port(1) }),
        imaps: await listen(imaps.listener, { host, port: port(2) }),
        imap: await listen(imap.listener, { host, port: port(3) }),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
