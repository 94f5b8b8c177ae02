import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, type MssError } from '@mss/core';
import { imapError } from './errors.js';
import type { BackOff } from './follow.js';
import type { Mailbox } from './mailbox.js';
import { openMailbox, type MailboxOptions } from './open.js';

/** How many connections, and what to do when the server wants fewer. */
export interface MailboxPoolOptions extends MailboxOptions {
  /** Open at a time, whatever for. Default 2; see `mailboxKindRules`. */
  readonly maxConnections?: number;
  /** A connection that is not used so long is closed. Default 5 minutes. */
  readonly keepMs?: number;
  /** Waits when the server allows no further connection or cannot judge the credentials now. Default 1 s up to 1 minute. */
  readonly backOff?: BackOff;
  /** Tries in a row before the error is given out. Default 5. */
  readonly maxTries?: number;
  /** Told when the server refuses a further connection. */
  readonly onBusy?: (error: MssError, retryInMs: number) => void;
  /** Injected for tests. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** 0 to 1; injected for tests. */
  readonly random?: () => number;
}

/** The connections of one mailbox: never more than so many. */
export interface MailboxPool extends AsyncDisposable {
  /** Connections that are open or being opened. */
  readonly connections: number;
  /** Runs work on a connection of its own, which is kept for the next. Waits its turn. Never repeated here: the host knows what may be. */
  use<T>(work: (mailbox: Mailbox) => Promise<T>, options?: { readonly signal?: AbortSignal }): Promise<T>;
  /** A connection for long, for example to follow a folder; its `close()` gives its place back. */
  open(options?: { readonly signal?: AbortSignal }): Promise<Mailbox>;
  close(): Promise<void>;
}

const passingCodes: ReadonlySet<string> = new Set(['ERR_MSS_IMAP_TOO_MANY_CONNECTIONS', 'ERR_MSS_IMAP_AUTH_UNAVAILABLE']);

/**
 * Shares the connections of one mailbox among all who need one. A server that allows fewer than configured is asked
 * again later, longer each time, and sooner when a connection of ours was given back.
 */
export function createMailboxPool(options: MailboxPoolOptions): MailboxPool {
  const { maxConnections = 2 } = options;
  if (!Number.isInteger(maxConnections) || maxConnections < 1) throw new TypeError('maxConnections is a whole number from 1');
  return new Pool(options, maxConnections);
}

interface Idle {
  readonly mailbox: Mailbox;
  readonly timer: NodeJS.Timeout;
}

class Pool implements MailboxPool {
  readonly #options: MailboxPoolOptions;
  readonly #max: number;
  /** Given out, being opened, or idle. */
  #taken = 0;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #out = new Set<Mailbox>();
  readonly #end = new AbortController();

  constructor(options: MailboxPoolOptions, max: number) {
    this.#options = options;
    this.#max = max;
  }

  get connections(): number {
    return this.#taken;
  }

  async use<T>(work: (mailbox: Mailbox) => Promise<T>, options: { readonly signal?: AbortSignal } = {}): Promise<T> {
    const mailbox = await this.#take(options.signal);
    try {
      return await work(mailbox);
    } finally {
      await this.#giveBack(mailbox);
    }
  }

  async open(options: { readonly signal?: AbortSignal } = {}): Promise<Mailbox> {
    const mailbox = await this.#take(options.signal);
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      await mailbox.close();
      await this.#giveBack(mailbox);
    };
    return new Proxy(mailbox, {
      get: (target, key) => (key === 'close' || key === Symbol.asyncDispose ? close : Reflect.get(target, key)),
    });
  }

  async close(): Promise<void> {
    this.#end.abort();
    for (const wake of this.#waiting.splice(0)) wake();
    for (const { timer } of this.#idle) clearTimeout(timer);
    const mailboxes = [...this.#idle.splice(0).map(({ mailbox }) => mailbox), ...this.#out];
    await Promise.all(mailboxes.map(async (mailbox) => mailbox.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #take(signal: AbortSignal | undefined): Promise<Mailbox> {
    for (let tries = 0; ;) {
      this.#ensureOpen(signal);
      const idle = this.#takeIdle();
      if (idle !== null) return idle;
      if (this.#taken >= this.#max) {
        await this.#turn(signal);
        continue;
      }
      this.#taken += 1;
      try {
        const mailbox = await openMailbox(this.#options, signal === undefined ? {} : { signal });
        if (this.#end.signal.aborted) {
          await mailbox.close();
          this.#ensureOpen(signal);
        }
        this.#out.add(mailbox);
        return mailbox;
      } catch (error) {
        this.#release();
        tries += 1;
        if (!isMssError(error) || !passingCodes.has(error.code) || tries >= (this.#options.maxTries ?? 5)) throw error;
        await this.#backOff(error, tries, signal);
      }
    }
  }

  #ensureOpen(signal: AbortSignal | undefined): void {
    if (this.#end.signal.aborted) throw imapError('ERR_MSS_IMAP_CLOSED', 'the pool is closed', { permanent: true });
    if (signal?.aborted === true) throw imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: signal.reason });
  }

  #takeIdle(): Mailbox | null {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.mailbox.isOpen) {
        this.#out.add(idle.mailbox);
        return idle.mailbox;
      }
      this.#taken -= 1;
    }
    return null;
  }

  async #giveBack(mailbox: Mailbox): Promise<void> {
    this.#out.delete(mailbox);
    if (!mailbox.isOpen || this.#end.signal.aborted) {
      await mailbox.close();
      return this.#release();
    }
    const timer = setTimeout(() => void this.#expire(mailbox), this.#options.keepMs ?? 300_000);
    timer.unref();
    this.#idle.push({ mailbox, timer });
    this.#waiting.shift()?.();
  }

  async #expire(mailbox: Mailbox): Promise<void> {
    const index = this.#idle.findIndex((one) => one.mailbox === mailbox);
    if (index === -1) return;
    this.#idle.splice(index, 1);
    await mailbox.close();
    this.#release();
  }

  #release(): void {
    this.#taken -= 1;
    this.#waiting.shift()?.();
  }

  /** Until a place or a connection is free. First come, first served. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve();
      };
      this.#waiting.push(wake);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #backOff(refusal: MssError, tries: number, signal: AbortSignal | undefined): Promise<void> {
    const { firstMs = 1_000, maxMs = 60_000 } = this.#options.backOff ?? {};
    const random = this.#options.random ?? Math.random;
    const ms = Math.round(Math.min(maxMs, firstMs * 2 ** (tries - 1)) * (0.5 + random() / 2));
    this.#options.onBusy?.(refusal, ms);
    const until = AbortSignal.any([this.#end.signal, ...(signal === undefined ? [] : [signal])]);
    const wait = this.#options.wait ?? (async (time, stop) => delay(time, undefined, stop === undefined ? {} : { signal: stop }));
    // A connection of ours that is given back meanwhile serves as well.
    const turn = new AbortController();
    const freed = this.#turn(turn.signal);
    try {
      await Promise.race([wait(ms, until), freed]);
    } catch {
      // Aborted: the loop looks why.
    }
    turn.abort();
  }
}
