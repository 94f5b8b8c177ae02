import type { Duplex } from 'node:stream';
import { isMssError } from '@mss/core';
import { pkiError } from '../errors.js';
import { underSignal, type Dial } from '../net/dial.js';
import { createClearChannel } from '../starttls/clear-channel.js';
import type { SecureTarget, StartTlsDialogue } from '../types.js';
import type { AskHello } from './classify.js';
import { askHello, type HelloAnswer } from './client-hello.js';

/** How the stream on which TLS begins is had. */
export interface Opening {
  readonly dial: Dial;
  readonly target: SecureTarget;
  readonly signal: AbortSignal;
  /** `null`: TLS begins at once. */
  readonly startTls: StartTlsDialogue | null;
}

/** The refusal of bytes that nobody has asked for. */
export function injected({ host, port }: SecureTarget): Error {
  return pkiError(
    'ERR_MSS_TLS_STARTTLS_INJECTION',
    'bytes follow the consent to STARTTLS, before the handshake: they are not the server answering',
    {
      details: { host, port },
    },
  );
}

/** Opens a TCP connection and speaks the clear dialogue, if there is one. The stream is ready for the handshake. */
export async function openStream({ dial, target, signal, startTls }: Opening): Promise<Duplex> {
  const { host, port } = target;
  const stream = await dial({ host, port, signal });
  // What happens to it between two readers must not end the process.
  stream.on('error', () => {});
  if (startTls === null) return stream;
  const channel = createClearChannel(stream, signal);
  try {
    await underSignal(startTls(channel.io), signal, 'the dialogue before TLS');
    if (channel.pending() > 0) throw injected(target);
    return channel.release();
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Shows the same server other ClientHellos. What cannot be asked stays unexplained. */
export function helloAsker(opening: Opening): AskHello {
  return async (offer): Promise<HelloAnswer> => {
    const { target, signal } = opening;
    try {
      const stream = await openStream(opening);
      return await askHello(stream, offer, { servername: target.servername ?? target.host, signal });
    } catch (error) {
      if (isMssError(error)) return { kind: 'other' };
      throw error;
    }
  };
}
