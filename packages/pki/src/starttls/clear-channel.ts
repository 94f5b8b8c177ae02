import type { Duplex } from 'node:stream';
import { pkiError } from '../errors.js';
import { abortError } from '../net/dial.js';
import type { ClearDialogue } from '../types.js';

const maxLineBytes = 4096;
const maxReadBytes = 65_536;

function closed(cause?: Error): Error {
  return pkiError('ERR_MSS_TLS_CLOSED', 'the peer closed the connection before TLS began', cause === undefined ? {} : { cause });
}

/** The clear-text side of a stream, read line by line, and given back without losing or adding a byte. */
export interface ClearChannel {
  readonly io: ClearDialogue;
  /** Bytes that came and were not read: none may be left when TLS begins. */
  pending(): number;
  /** Lets go of the stream; bytes not read yet go back into it. */
  release(): Duplex;
}

/**
 * Reads the stream on demand in paused mode, so that nothing is taken from it that was not asked for.
 *
 * @throws ERR_MSS_TLS_STARTTLS_PROTOCOL from `io` for a line that is too long
 * @throws ERR_MSS_TLS_CLOSED from `io` when the peer closes
 */
export function createClearChannel(socket: Duplex, signal: AbortSignal): ClearChannel {
  let buffer: Uint8Array = new Uint8Array(0);

  const more = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (error: Error | null): void => {
        socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError);
        signal.removeEventListener('abort', onAbort);
        if (error === null) resolve();
        else reject(error);
      };
      const onReadable = (): void => {
        const chunk: Uint8Array | null = socket.read();
        if (chunk === null) return;
        buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
        settle(null);
      };
      const onEnd = (): void => settle(closed());
      const onError = (cause: Error): void => settle(closed(cause));
      const onAbort = (): void => {
        socket.destroy();
        settle(abortError(signal, 'the dialogue before TLS'));
      };
      if (signal.aborted) return onAbort();
      if (socket.destroyed || socket.readableEnded) return onEnd();
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('end', onEnd).on('close', onEnd).on('error', onError).on('readable', onReadable);
      onReadable();
    });

  const take = (count: number): Uint8Array => {
    const taken = buffer.subarray(0, count);
    buffer = buffer.subarray(count);
    return taken;
  };

  const write = async (bytes: Uint8Array): Promise<void> => {
    if (socket.destroyed) throw closed();
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes, (cause) => {
        if (cause) reject(closed(cause));
        else resolve();
      });
    });
  };

  const readLine = async (): Promise<string> => {
    for (let from = 0; ;) {
      const end = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).indexOf('\r\n', from);
      if (end >= 0) {
        const line = Buffer.from(take(end)).toString('latin1');
        take(2);
        return line;
      }
      if (buffer.length > maxLineBytes) throw pkiError('ERR_MSS_TLS_STARTTLS_PROTOCOL', 'a line of the dialogue before TLS is too long');
      from = Math.max(0, buffer.length - 1);
      await more();
    }
  };

  const read = async (count: number): Promise<Uint8Array> => {
    if (count > maxReadBytes) throw new RangeError(`at most ${maxReadBytes} bytes are read at once`);
    while (buffer.length < count) await more();
    return new Uint8Array(take(count));
  };

  return {
    io: { readLine, read, write, writeLine: (line) => write(Buffer.from(`${line}\r\n`, 'latin1')) },
    pending(): number {
      // What has arrived since the last read counts, too.
      for (let chunk: Uint8Array | null = socket.read(); chunk !== null; chunk = socket.read()) {
        buffer = Buffer.concat([buffer, chunk]);
      }
      return buffer.length;
    },
    release(): Duplex {
      if (buffer.length > 0) socket.unshift(buffer);
      buffer = new Uint8Array(0);
      return socket;
    },
  };
}
