import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { ConnectionLog } from './connection-log.js';

const handshakeTimeoutMs = 30_000;

/**
 * The server's side of a handshake, on a socket that was just accepted or that has agreed on STARTTLS.
 *
 * A client certificate is asked for and any is let in: who it stands for is decided at EXTERNAL, where only
 * certificates of this sandbox count.
 *
 * @returns `null` when the handshake failed; the socket is then gone.
 */
export async function secure(socket: Socket, context: SecureContext, log: ConnectionLog): Promise<TLSSocket | null> {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context, requestCert: true, rejectUnauthorized: false });
  return new Promise((resolve) => {
    const failed = (error?: Error & { code?: string }): void => {
      secured.off('close', failed);
      log.add('handshake-failed', { reason: error?.code ?? 'closed' });
      log.close();
      secured.destroy();
      resolve(null);
    };
    const onError = (error: Error): void => failed(error);
    secured.setTimeout(handshakeTimeoutMs, () => failed(new Error('timeout')));
    secured.once('error', onError);
    secured.once('_tlsError', onError);
    secured.once('close', failed);
    secured.once('secure', () => {
      secured.setTimeout(0);
      secured.off('error', onError);
      secured.off('_tlsError', onError);
      secured.off('close', failed);
      log.secured(secured);
      resolve(secured);
    });
  });
}
