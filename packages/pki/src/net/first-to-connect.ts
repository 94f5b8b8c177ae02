import { isMssError } from '@mss/core';

/** How long an address may be silent before the next one is tried beside it (RFC 8305 §5). */
const headStartMs = 250;

/** One attempt: destroys what it opened, and rejects, when the signal aborts. */
export type ConnectAddress<Stream> = (address: string, signal: AbortSignal) => Promise<Stream>;

/**
 * Connects to the first of several addresses that answers: in their order, the next one as soon as one refuses, or is silent for a
 * quarter of a second. An address behind which nobody is must not cost the whole deadline while another would answer.
 *
 * @param addresses - at least one.
 * @throws what the last attempt threw; at once what is not ERR_MSS_TLS_UNREACHABLE
 * @see RFC 8305 §5
 */
export function firstToConnect<Stream extends { destroy(): unknown }>(
  addresses: readonly string[],
  { connect, signal }: { readonly connect: ConnectAddress<Stream>; readonly signal: AbortSignal },
): Promise<Stream> {
  const [only, ...others] = addresses;
  if (only !== undefined && others.length === 0) return connect(only, signal);
  return new Promise((resolve, reject) => {
    const rest = [...addresses];
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    let running = 0;
    let timer: NodeJS.Timeout | undefined;

    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      over.abort();
    };
    const attempt = async (address: string): Promise<void> => {
      running++;
      try {
        const stream = await connect(address, either);
        if (over.signal.aborted) stream.destroy();
        else end(() => resolve(stream));
      } catch (error) {
        running--;
        if (over.signal.aborted) return;
        const last = running === 0 && rest.length === 0;
        if (last || !isMssError(error, 'ERR_MSS_TLS_UNREACHABLE')) end(() => reject(error));
        else start();
      }
    };
    const start = (): void => {
      clearTimeout(timer);
      const address = rest.shift();
      if (address === undefined) return;
      if (rest.length > 0) timer = setTimeout(start, headStartMs);
      void attempt(address);
    };
    start();
  });
}
