import type { TLSSocket } from 'node:tls';
import type { ClientIdentity } from '../client-identity.js';
import type { JudgedChain } from '../gate/gate.js';
import type { ConnectionDecision, SecureTarget } from '../types.js';

export interface DecisionInput {
  readonly target: SecureTarget;
  /** SNI, `null` for an address. */
  readonly servername: string | null;
  readonly judged: JudgedChain;
  readonly identity: ClientIdentity | null;
  readonly at: Date;
}

/** The account of a connection that was let through. */
export function decisionOf(socket: TLSSocket, { target, servername, judged, identity, at }: DecisionInput): ConnectionDecision {
  return Object.freeze({
    host: target.host,
    port: target.port,
    servername,
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    chain: judged.path.map(({ summary }) => summary),
    trustStore: judged.store?.name ?? null,
    revocation: judged.revocation,
    clientCertificate: identity?.certificate.sha256 ?? null,
    at,
  });
}
