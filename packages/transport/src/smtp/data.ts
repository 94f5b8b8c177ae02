import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import { ContentStuffer, type PreparedContent } from './content.js';
import type { SmtpCapabilities } from './ehlo.js';
import type { SmtpReply } from './reply.js';
import type { Patience, SmtpWire } from './wire.js';

/** Bytes the server must take, or a stream must bring, within one `dataBlockMs`. */
const blockBytes = 64 * 1024;

/** The server spoke before the end of the message: its reply decides, and the connection cannot be used further. */
export class EarlyReply {
  readonly reply: SmtpReply;
  constructor(reply: SmtpReply) {
    this.reply = reply;
  }
}

/** What {@link sendBody} leaves to be sent. */
export interface BodySent {
  readonly terminator: string;
  readonly sizeBytes: number;
}

/**
 * Sends everything but the terminator, block by block. When this returns, every byte of the body has been taken by
 * the operating system and none of the terminator has: until the caller sends it, the server cannot have the message.
 *
 * @param final - the reply to the final dot, registered already: if it comes before the dot, the server gave up.
 * @throws EarlyReply, or MssError as {@link SmtpWire.flush}; of a streamed message also `ERR_MSS_SMTP_BARE_NEWLINE`,
 * `ERR_MSS_SMTP_TOO_LARGE`, `ERR_MSS_SMTP_EIGHT_BIT`, `ERR_MSS_SMTP_UTF8`, `ERR_MSS_SMTP_HOST`
 */
export async function sendBody(
  wire: SmtpWire,
  content: PreparedContent | AsyncIterable<Uint8Array>,
  options: { readonly final: Promise<SmtpReply>; readonly block: Patience; readonly capabilities: SmtpCapabilities },
): Promise<BodySent> {
  const early = options.final.then((reply) => {
    throw new EarlyReply(reply);
  });
  // A lost link rejects it too; then the flush that is under way tells.
  early.catch(() => {});
  const send = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      await Promise.race([early, wire.flush(bytes.subarray(at, at + blockBytes), options.block)]);
    }
  };
  if ('body' in content) {
    await send(content.body);
    return { terminator: content.terminator, sizeBytes: content.sizeBytes };
  }
  return sendStream(wire, content, { ...options, early, send });
}

async function sendStream(
  wire: SmtpWire,
  source: AsyncIterable<Uint8Array>,
  options: {
    readonly early: Promise<never>;
    readonly send: (bytes: Uint8Array) => Promise<void>;
    readonly block: Patience;
    readonly capabilities: SmtpCapabilities;
  },
): Promise<BodySent> {
  const stuffer = new ContentStuffer();
  const iterator = source[Symbol.asyncIterator]();
  let complete = false;
  try {
    for (;;) {
      const next = await Promise.race([options.early, wire.within(nextOf(iterator), options.block)]);
      if (next.done === true) break;
      const stuffed = stuffer.push(next.value);
      const obstacle = obstacleOf(stuffer, options.capabilities);
      if (obstacle !== null)
        throw new MssError<SmtpErrorCode>(obstacle, 'the server cannot take the message that the stream turned out to be');
      await options.send(stuffed);
    }
    complete = true;
    return { terminator: stuffer.terminator(), sizeBytes: stuffer.sizeBytes };
  } finally {
    if (!complete) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

async function nextOf(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    return await iterator.next();
  } catch (cause) {
    throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_HOST', "the host's source of the message failed", { permanent: false, cause });
  }
}

function obstacleOf(stuffer: ContentStuffer, capabilities: SmtpCapabilities): SmtpErrorCode | null {
  if (capabilities.maxSizeBytes !== null && stuffer.sizeBytes > capabilities.maxSizeBytes) return 'ERR_MSS_SMTP_TOO_LARGE';
  if (stuffer.eightBit && !capabilities.eightBitMime) return 'ERR_MSS_SMTP_EIGHT_BIT';
  // Whether MAIL said SMTPUTF8 was decided by the addresses alone: a stream's header section was not known then.
  return stuffer.eightBitHeader ? 'ERR_MSS_SMTP_UTF8' : null;
}
