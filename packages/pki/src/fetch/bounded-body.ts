import type { IncomingMessage } from 'node:http';
import { isMssError } from '@mss/core';
import { pkiError } from '../errors.js';
import { abortError } from '../net/dial.js';

/** The body of a response as a Web stream: pulled, never beyond a size, never silent for longer than a time. */
export function boundedBody(
  incoming: IncomingMessage,
  options: { readonly maxBytes: number; readonly idleTimeoutMs: number; readonly signal: AbortSignal | null },
): ReadableStream<Uint8Array> {
  const { maxBytes, idleTimeoutMs, signal } = options;
  const chunks = (incoming as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const onAbort = (): void => {
    if (signal !== null) incoming.destroy(abortError(signal, 'reading the response'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const finish = (): void => signal?.removeEventListener('abort', onAbort);
  let length = 0;

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const timer = setTimeout(() => incoming.destroy(pkiError('ERR_MSS_TLS_TIMEOUT', 'the response stopped coming')), idleTimeoutMs);
    timer.unref();
    try {
      return await chunks.next();
    } finally {
      clearTimeout(timer);
    }
  };

  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await next();
        if (done === true) {
          finish();
          return controller.close();
        }
        length += value.length;
        if (length > maxBytes)
          throw pkiError('ERR_MSS_TLS_HTTP_TOO_LARGE', `the response is larger than ${maxBytes} bytes`, { details: { maxBytes } });
        controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      } catch (cause) {
        finish();
        incoming.destroy();
        controller.error(isMssError(cause) ? cause : pkiError('ERR_MSS_TLS_HTTP', 'the response broke off', { cause }));
      }
    },
    cancel(): void {
      finish();
      incoming.destroy();
    },
  });
}
