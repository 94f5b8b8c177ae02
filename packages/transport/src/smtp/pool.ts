import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { SmtpMessage } from './envelope.js';
import type { SubmissionResult } from './outcome.js';
import { openSmtpSession, type SmtpCallOptions, type SmtpSession, type SmtpSessionOptions } from './session.js';

/** A session and how the pool keeps it. */
export interface SmtpPoolOptions extends SmtpSessionOptions {
  /** Default 3. Operators limit the connections of one mailbox. */
  readonly maxConnections?: number;
  /** After so many messages a connection is replaced. Default 100. */
  readonly maxMessagesPerConnection?: number;
  /** A connection unused for longer is asked whether it still lives before it is used. Default 5 s. */
  readonly probeAfterIdleMs?: number;
  /** A connection unused for longer is closed. Default 60 s. */
  readonly closeAfterIdleMs?: number;
}

/** Submits over a few connections that are kept. */
export interface SmtpPool extends AsyncDisposable {
  /**
   * As {@link SmtpSession.submit}. A connection that turns out to have been cut while idle (no answer to MAIL) is
   * replaced and the message submitted on the new one: nothing of it had left. `onStage('mail')` is then called again.
   */
  submit(message: SmtpMessage, options?: SmtpCallOptions): Promise<SubmissionResult>;
  /**
   * Makes sure that a connection stands: channel, verdict, authentication.
   *
   * @throws MssError as {@link openSmtpSession}
   */
  verify(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Waits for the submissions under way, then closes every connection. */
  close(): Promise<void>;
}

interface Pooled {
  readonly session: SmtpSession;
  messages: number;
  idle: NodeJS.Timeout | null;
  idleSince: number;
}

/** Makes a pool; connections are opened when they are needed. */
export function createSmtpPool(options: SmtpPoolOptions): SmtpPool {
  return new Pool(options);
}

class Pool implements SmtpPool {
  readonly #options: Required<
    Pick<SmtpPoolOptions, 'maxConnections' | 'maxMessagesPerConnection' | 'probeAfterIdleMs' | 'closeAfterIdleMs'>
  > &
    SmtpSessionOptions;
  readonly #idle: Pooled[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #closed = false;
  #drained: (() => void) | null = null;

  constructor(options: SmtpPoolOptions) {
    this.#options = { ...options, ...poolDefaults(options) };
  }

  async submit(message: SmtpMessage, options: SmtpCallOptions = {}): Promise<SubmissionResult> {
    await this.#takePlace(options.signal);
    try {
      for (;;) {
        const kept = await this.#takeIdle(options.signal);
        const pooled = kept ?? { session: await openSmtpSession(this.#options, options), messages: 0, idle: null, idleSince: 0 };
        const result = await this.#submitOn(pooled, message, options);
        if (kept === null || !wasCutWhileIdle(result, options.signal)) return result;
      }
    } finally {
      this.#leavePlace();
    }
  }

  async verify(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#takePlace(options.signal);
    try {
      const pooled = (await this.#takeIdle(options.signal)) ?? {
        session: await openSmtpSession(this.#options, options),
        messages: 0,
        idle: null,
        idleSince: 0,
      };
      this.#putBack(pooled);
    } finally {
      this.#leavePlace();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all(this.#idle.splice(0).map((pooled) => this.#discard(pooled)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #submitOn(pooled: Pooled, message: SmtpMessage, options: SmtpCallOptions): Promise<SubmissionResult> {
    try {
      return await pooled.session.submit(message, options);
    } finally {
      pooled.messages += 1;
      this.#putBack(pooled);
    }
  }

  #putBack(pooled: Pooled): void {
    if (!pooled.session.isOpen || this.#closed || pooled.messages >= this.#options.maxMessagesPerConnection) {
      void this.#discard(pooled);
      return;
    }
    pooled.idleSince = performance.now();
    pooled.idle = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(pooled), 1);
      void this.#discard(pooled);
    }, this.#options.closeAfterIdleMs);
    pooled.idle.unref();
    this.#idle.push(pooled);
  }

  /** The connection used last that still answers, or `null`. */
  async #takeIdle(signal: AbortSignal | undefined): Promise<Pooled | null> {
    for (;;) {
      const pooled = this.#idle.pop();
      if (pooled === undefined) return null;
      if (pooled.idle !== null) clearTimeout(pooled.idle);
      if (!pooled.session.isOpen) continue;
      if (performance.now() - pooled.idleSince < this.#options.probeAfterIdleMs) return pooled;
      if (await pooled.session.probe(signal === undefined ? {} : { signal })) return pooled;
      void this.#discard(pooled);
    }
  }

  async #discard(pooled: Pooled): Promise<void> {
    if (pooled.idle !== null) clearTimeout(pooled.idle);
    await pooled.session.close();
  }

  async #takePlace(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_CLOSED', 'the pool is closed');
    if (signal?.aborted === true) throw aborted(signal);
    if (this.#busy < this.#options.maxConnections) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(aborted(signal));
      };
      this.#waiting.push(take);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leavePlace(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next();
    else {
      this.#busy -= 1;
      if (this.#busy === 0) this.#drained?.();
    }
  }
}

/** Not one word of the server about MAIL, or its good-bye in place of one. */
function wasCutWhileIdle(result: SubmissionResult, signal: AbortSignal | undefined): boolean {
  if (result.stage !== 'mail' || signal?.aborted === true) return false;
  return result.error?.code === 'ERR_MSS_SMTP_LINK_LOST' || result.recipients.every((one) => one.code === 421);
}

function aborted(signal: AbortSignal | undefined): MssError<SmtpErrorCode> {
  return new MssError('ERR_MSS_SMTP_ABORTED', 'the caller aborted', { permanent: false, cause: signal?.reason });
}

function poolDefaults(
  given: SmtpPoolOptions,
): Required<Pick<SmtpPoolOptions, 'maxConnections' | 'maxMessagesPerConnection' | 'probeAfterIdleMs' | 'closeAfterIdleMs'>> {
  const { maxConnections = 3, maxMessagesPerConnection = 100, probeAfterIdleMs = 5_000, closeAfterIdleMs = 60_000 } = given;
  for (const [name, count] of Object.entries({ maxConnections, maxMessagesPerConnection })) {
    if (Number.isNaN(count) || count < 1) throw new TypeError(`${name} must be at least 1`);
  }
  if (!Number.isFinite(closeAfterIdleMs) || closeAfterIdleMs <= 0) throw new TypeError('closeAfterIdleMs must be a positive finite number');
  return { maxConnections, maxMessagesPerConnection, probeAfterIdleMs, closeAfterIdleMs };
}
