import type { Duplex } from 'node:stream';
import { MssError, withDeadline } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import { protocolError, SmtpReplyReader, type SmtpReply } from './reply.js';
import type { SmtpStage } from './stage.js';

/** How long to wait, and whose signal ends the wait earlier. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  resolve(reply: SmtpReply): void;
  reject(error: MssError<SmtpErrorCode>): void;
}

/**
 * Commands out, replies in, over one duplex stream; replies answer commands in order.
 *
 * Whatever goes wrong (link lost, nonsense, a reply nobody waits for, deadline, abort) destroys the stream, and every
 * later call fails with the first cause: after any of them nobody can say which reply would belong to which command.
 */
export class SmtpWire {
  readonly #stream: Duplex;
  readonly #reader = new SmtpReplyReader();
  readonly #waiters: Waiter[] = [];
  #failure: MssError<SmtpErrorCode> | null = null;
  #farewell: SmtpReply | null = null;
  /** Where the dialogue is; told in `details.stage` of every error. */
  stage: SmtpStage = 'greeting';

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onEnd);
    stream.on('error', this.#onError);
  }

  /** `null` while the wire works. */
  get failure(): MssError<SmtpErrorCode> | null {
    return this.#failure;
  }

  /** A 421 that came while no reply was awaited, just before the server closed. */
  get farewell(): SmtpReply | null {
    return this.#farewell;
  }

  /**
   * Registers the wait for the next reply. Call it before or right after the command is written: a reply that no one
   * has registered for is a breach of protocol.
   */
  reply(): Promise<SmtpReply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const promise = new Promise<SmtpReply>((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
    // The failure of a wire rejects every registered wait; one that is no longer looked at must not end the process.
    promise.catch(() => {});
    return promise;
  }

  /** Writes without waiting; a failure shows at the reply. */
  send(bytes: Uint8Array | string): void {
    if (this.#failure === null) this.#stream.write(bytes);
  }

  /** Writes and waits until the operating system has taken the bytes. */
  async flush(bytes: Uint8Array | string, patience: Patience): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const written = new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error == null ? resolve() : reject(this.#failure ?? this.#linkLost(error))));
    });
    await this.within(written, patience);
  }

  /** One command line and its reply. */
  async command(line: string, patience: Patience): Promise<SmtpReply> {
    const reply = this.reply();
    this.send(`${line}\r\n`);
    return this.within(reply, patience);
  }

  /** Waits for `promise`, at most as long as `patience` allows; then the wire is gone. */
  async within<T>(promise: Promise<T>, patience: Patience): Promise<T> {
    const deadline = withDeadline(patience.timeoutMs, patience.signal);
    try {
      return await new Promise<T>((resolve, reject) => {
        const stop = (): void => reject(this.fail(this.#stopped(deadline.signal)));
        if (deadline.signal.aborted) stop();
        else deadline.signal.addEventListener('abort', stop, { once: true });
        promise.then(resolve, reject);
      });
    } finally {
      deadline.release();
    }
  }

  /** Ends the stream politely: what was written is still delivered. */
  end(): void {
    this.#failure ??= new MssError<SmtpErrorCode>('ERR_MSS_SMTP_CLOSED', 'the session is closed', { permanent: true });
    this.#stream.end(() => this.#stream.destroy());
  }

  /** Destroys the stream; every wait fails with the first cause, which is returned. */
  fail(error: MssError<SmtpErrorCode>): MssError<SmtpErrorCode> {
    this.#failure ??= error;
    this.#stream.destroy();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
    return this.#failure;
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#failure !== null && this.#waiters.length === 0) return;
    try {
      for (const reply of this.#reader.push(chunk)) this.#deliver(reply);
    } catch (error) {
      this.fail(protocolError(String((error as MssError).details['what']), this.stage));
    }
  };

  #deliver(reply: SmtpReply): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve(reply);
    // RFC 5321 §3.8: a server that shuts down may say 421 at any time.
    else if (reply.code === 421) this.#farewell = reply;
    else throw protocolError('a reply to no command');
  }

  readonly #onEnd = (): void => {
    this.fail(this.#linkLost());
  };

  readonly #onError = (error: Error): void => {
    this.fail(this.#linkLost(error));
  };

  #linkLost(cause?: Error): MssError<SmtpErrorCode> {
    return new MssError<SmtpErrorCode>('ERR_MSS_SMTP_LINK_LOST', 'the connection ended before the server had answered', {
      permanent: false,
      cause,
      details: {
        stage: this.stage,
        insideReply: this.#reader.isInsideReply,
        ...(this.#farewell === null ? {} : { farewell: this.#farewell.code }),
      },
    });
  }

  #stopped(signal: AbortSignal): MssError<SmtpErrorCode> {
    const cause: unknown = signal.reason;
    const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
    return new MssError<SmtpErrorCode>(
      timedOut ? 'ERR_MSS_SMTP_DEADLINE' : 'ERR_MSS_SMTP_ABORTED',
      timedOut ? 'the deadline of this stage has passed' : 'the caller aborted',
      { permanent: false, cause, details: { stage: this.stage } },
    );
  }
}
