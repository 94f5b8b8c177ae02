import type { TlsRules } from '@mss/core';
import { identityKey } from '../client-identity.js';
import type { ChainGate } from '../gate/gate.js';
import type { ConnectionOptions, SecureTarget, TlsClientOptions } from '../types.js';
import { verdictPending, type Connector } from './connector.js';
import type { TlsContexts } from './context.js';
import { failClosed } from './fail-closed.js';
import { shownChain } from './peer-chain.js';
import { sniOf } from './server-name.js';

/**
 * The options of `tls.connect` for a library that opens its socket itself. Only the second look of the gate works there, so an identity
 * is given out for warm servers alone, and a chain that was never seen is refused.
 *
 * @throws ERR_MSS_TLS_VERDICT_PENDING when an identity is wanted and the server's verdict is not warm, or what its key says when it cannot sign
 */
export function foreignTlsOptions(
  target: SecureTarget & Pick<ConnectionOptions, 'clientIdentity'>,
  how: { readonly connector: Connector; readonly gate: ChainGate; readonly contexts: TlsContexts; readonly rules: TlsRules },
): TlsClientOptions {
  const { connector, gate, contexts, rules } = how;
  const wanted = connector.wantedIdentity(target);
  if (wanted !== null && !connector.isWarm(target)) throw verdictPending(target);
  wanted?.[identityKey].current().assertUsable();
  const gateTarget = connector.gateTarget(target);
  return {
    servername: sniOf(gateTarget.name),
    minVersion: rules.minVersion,
    maxVersion: rules.maxVersion,
    ciphers: contexts.ciphers,
    rejectUnauthorized: true,
    secureContext: contexts.of(wanted),
    checkServerIdentity: (_hostname, certificate) =>
      failClosed(() => {
        const judgement = gate.judge(gate.keyOf(shownChain(certificate)), gateTarget);
        if (judgement.outcome === 'good') return undefined;
        if (judgement.outcome === 'refused') return judgement.error;
        // What can be settled without another look is settled in the background, so that the next connection finds it.
        if (judgement.outcome === 'unsettled') void gate.settle(judgement.paths);
        return verdictPending(target);
      }),
  };
}
