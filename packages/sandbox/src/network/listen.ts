import { MssError } from '@mss/core';
import type { Server } from 'node:net';
import type { SandboxErrorCode } from '../errors.js';

/** The error of a port that somebody else has; any other comes back as it is. */
export function portTaken(error: unknown, port: number): unknown {
  if (!(error instanceof Error) || !('code' in error) || (error.code !== 'EADDRINUSE' && error.code !== 'EACCES')) return error;
  return new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_PORT_TAKEN', `port ${port} cannot be listened on`, {
    cause: error,
    permanent: false,
    details: { port },
  });
}

/**
 * @param options.port - 0 for a free one.
 * @returns the port.
 * @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN`
 */
export async function listen(server: Server, options: { readonly host: string; readonly port: number }): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw portTaken(error, options.port);
  }
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

export async function stopListening(server: Server): Promise<void> {
  if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
}
