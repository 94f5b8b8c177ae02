import { withDeadline, type Clock, type Logger } from '@mss/core';
import { pkiError } from '../errors.js';
import type { Dial } from '../net/dial.js';
import type { ConnectionDecision, ConnectOptions, SecureSocket } from '../types.js';

/**
 * Connects without TLS to a place that the policy lists, for operators behind a VPN.
 *
 * @throws ERR_MSS_TLS_CLEAR_TEXT for any other place
 */
export async function connectInClear(
  target: Omit<ConnectOptions, 'clientIdentity'>,
  how: { readonly allowed: readonly string[]; readonly dial: Dial; readonly clock: Clock; readonly logger: Logger },
): Promise<SecureSocket> {
  const { host, port, timeoutMs = 30_000, signal } = target;
  if (!how.allowed.includes(`${host}:${port}`)) {
    throw pkiError('ERR_MSS_TLS_CLEAR_TEXT', `${host}:${port} is not reached in clear: every transaction runs over TLS`, {
      details: { host, port },
    });
  }
  const deadline = withDeadline(timeoutMs, signal);
  try {
    const socket = await how.dial({ host, port, signal: deadline.signal });
    how.logger.warn({ host, port }, 'connected WITHOUT TLS, as the configuration allows');
    const decision: ConnectionDecision = {
      host,
      port,
      servername: null,
      protocol: null,
      cipher: null,
      chain: [],
      trustStore: null,
      revocation: null,
      clientCertificate: null,
      at: how.clock.now(),
    };
    return Object.assign(socket, { decision });
  } finally {
    deadline.release();
  }
}
