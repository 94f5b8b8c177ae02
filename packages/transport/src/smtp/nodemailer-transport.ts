import { MssError, resolveLimits, type Limits } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { DsnNotify, RecipientDsn, SmtpMessage } from './envelope.js';
import { normaliseNewlines } from './newlines.js';
import type { SubmissionResult } from './outcome.js';
import { createSmtpPool, type SmtpPoolOptions } from './pool.js';

/** What of nodemailer's mail the transport uses; nodemailer itself is not needed. */
export interface NodemailerMail {
  readonly data: {
    /** nodemailer's own DSN option; its one `recipient` for all is not used: each recipient's ORCPT is its own address. */
    readonly dsn?: { readonly id?: string; readonly return?: string; readonly notify?: string | readonly string[] };
    readonly signal?: AbortSignal;
  };
  readonly message: {
    getEnvelope(): { readonly from: string | false; readonly to: readonly string[] };
    messageId(): string;
    createReadStream(): AsyncIterable<Uint8Array | string>;
  };
}

/** What `sendMail` resolves with: nodemailer's usual fields, and the whole result. */
export interface NodemailerInfo {
  readonly envelope: { readonly from: string | false; readonly to: readonly string[] };
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
  readonly response: string;
  readonly result: SubmissionResult;
}

/** The transport object for `nodemailer.createTransport(…)`. */
export interface NodemailerTransport {
  readonly name: string;
  readonly version: string;
  readonly supportsAbortSignal: true;
  send(mail: NodemailerMail, callback: (error: Error | null, info?: NodemailerInfo) => void): void;
  /** Resolves when a session can be opened: channel, verdict, authentication. */
  verify(): Promise<true>;
  close(): Promise<void>;
}

export interface NodemailerTransportOptions extends SmtpPoolOptions {
  /** The notification to ask for each recipient, instead of the mail's own `dsn` option. */
  readonly dsn?: (address: string) => RecipientDsn | undefined;
  /** Told of every submission, also of those whose promise rejects. */
  readonly onResult?: (result: SubmissionResult, messageId: string) => void;
  /** `messageBytes`: the longest message that is composed. */
  readonly limits?: Partial<Limits>;
}

/**
 * Makes nodemailer send through our dialogue and our channel: nodemailer composes, this submits.
 *
 * `sendMail` rejects with `ERR_MSS_SMTP_UNCERTAIN` when the message was perhaps taken (never send it again blindly),
 * with `ERR_MSS_SMTP_REFUSED` when every recipient was refused, and with whatever {@link createSmtpPool} throws; it
 * resolves when at least one recipient was accepted and none is uncertain.
 */
export function createNodemailerTransport(options: NodemailerTransportOptions): NodemailerTransport {
  const pool = createSmtpPool(options);
  const { messageBytes } = resolveLimits(options.limits);
  const submit = async (mail: NodemailerMail): Promise<NodemailerInfo> => {
    const envelope = mail.message.getEnvelope();
    const messageId = mail.message.messageId();
    const message = await toSmtpMessage(mail, { envelope, maxBytes: messageBytes, dsn: options.dsn });
    const { signal } = mail.data;
    const result = await pool.submit(message, signal === undefined ? {} : { signal });
    options.onResult?.(result, messageId);
    throwUnlessSent(result);
    const of = (outcome: string): string[] => result.recipients.filter((one) => one.outcome === outcome).map((one) => one.address);
    return { envelope, messageId, accepted: of('accepted'), rejected: of('refused'), response: result.text, result };
  };
  return {
    name: '@mss/transport',
    version: '1',
    supportsAbortSignal: true,
    send: (mail, callback) => void answer(submit(mail), callback),
    verify: async () => {
      await pool.verify();
      return true;
    },
    close: () => pool.close(),
  };
}

/** A promise's outcome for a callback that is called once, whatever it throws. */
async function answer<T>(outcome: Promise<T>, callback: (error: Error | null, value?: T) => void): Promise<void> {
  let value: T;
  try {
    value = await outcome;
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  callback(null, value);
}

async function toSmtpMessage(
  mail: NodemailerMail,
  given: {
    readonly envelope: { readonly from: string | false; readonly to: readonly string[] };
    readonly maxBytes: number;
    readonly dsn: ((address: string) => RecipientDsn | undefined) | undefined;
  },
): Promise<SmtpMessage> {
  const { envelope, maxBytes } = given;
  const { dsn = {} } = mail.data;
  const shared = dsn.notify === undefined ? undefined : { notify: readNotify(dsn.notify) };
  const recipients = [...new Set(envelope.to)].map((address) => {
    const wanted = given.dsn === undefined ? shared : given.dsn(address);
    return wanted === undefined ? { address } : { address, dsn: wanted };
  });
  return {
    from: envelope.from === false || envelope.from === '' ? null : envelope.from,
    recipients,
    message: normaliseNewlines(await collect(mail.message.createReadStream(), maxBytes)),
    ...(dsn.id === undefined ? {} : { envid: dsn.id }),
    ...(dsn.return === undefined ? {} : { ret: /^full$/i.test(dsn.return) ? 'full' : 'headers' }),
  };
}

function readNotify(given: string | readonly string[]): readonly DsnNotify[] | 'never' {
  const words = (typeof given === 'string' ? given.split(',') : given).map((word) => word.trim().toLowerCase());
  if (words.includes('never')) return 'never';
  const known = words.filter((word): word is DsnNotify => ['success', 'failure', 'delay'].includes(word));
  if (known.length < words.length) throw new TypeError('dsn.notify is never, success, failure or delay');
  return known;
}

async function collect(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > maxBytes)
      throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_TOO_LARGE', 'the message is longer than limits.messageBytes', {
        details: { maxBytes },
      });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function throwUnlessSent(result: SubmissionResult): void {
  const { recipients, stage, error } = result;
  const uncertain = recipients.filter((one) => one.outcome === 'uncertain').length;
  if (uncertain > 0) {
    throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_UNCERTAIN', 'the message was perhaps sent: do not send it again blindly', {
      permanent: false,
      details: { stage, uncertain },
      cause: error ?? undefined,
    });
  }
  if (recipients.some((one) => one.outcome === 'accepted')) return;
  const [first] = recipients;
  throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_REFUSED', 'the server refused every recipient; nothing was sent', {
    permanent: recipients.every((one) => one.permanent),
    details: {
      stage,
      code: first?.code ?? null,
      enhancedStatus: first?.enhancedStatus ?? null,
      text: first?.text ?? '',
      reason: first?.reason ?? null,
    },
    cause: error ?? undefined,
  });
}
