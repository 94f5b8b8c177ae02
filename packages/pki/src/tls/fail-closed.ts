/**
 * Runs what decides inside an event of a TLS socket. An exception there would end the process, or, where the host catches it, let the
 * handshake go on: it refuses instead.
 *
 * @returns why the connection must end, `undefined` when it may go on.
 */
export function failClosed(decide: () => Error | undefined): Error | undefined {
  try {
    return decide();
  } catch (error) {
    return error instanceof Error ? error : new Error('the decision about the connection failed', { cause: error });
  }
}
