import { MssError, withDeadline } from '@mss/core';
import type { MailboxObject } from 'imapflow';
import type { ImapErrorCode } from '../errors.js';
import type { ImapClient } from './client.js';
import { imapError, mapImapError, refusedError } from './errors.js';
import type { ImapTimeouts } from './timeouts.js';

/** One folder of the mailbox and the UIDVALIDITY the caller knows it by; with another one every UID means another message. */
export interface KnownFolder {
  /** As `list()` gives it; `INBOX` always exists. */
  readonly folder: string;
  readonly uidValidity: number;
}

/** What one piece of work on the connection takes. */
export interface Work {
  /** For the whole answer. Default `commandMs`. */
  readonly timeoutMs?: number;
  /** Bytes the bodies that are asked for have; all else that comes with them is bounded apart. */
  readonly bodyBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Most bytes of all answers to one piece of work, bodies apart: SEARCH in a folder of a million messages. */
const answerBytes = 8 * 1024 * 1024;

/**
 * One authenticated connection: pieces of work one after the other, each under a deadline, imapflow's failures
 * translated. Deadline and abort close the connection: an answer that comes late would be taken for another's.
 */
export class ImapSession {
  readonly client: ImapClient;
  readonly timeouts: ImapTimeouts;
  /** The folder that was synchronised and of which nothing was told since; `null` when there is none. */
  quiet: string | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #firstFailure: unknown;
  /** imapflow may add the prefix of the namespace to a folder's name. */
  #selected: { readonly folder: string; readonly path: string } | null = null;
  #lastRefusal: { readonly status: string; readonly code: string | null } | null = null;

  constructor(client: ImapClient, timeouts: ImapTimeouts) {
    this.client = client;
    this.timeouts = timeouts;
    client.on('error', (error) => (this.#firstFailure ??= error));
    client.on('notice', () => (this.quiet = null));
    // imapflow turns many a NO into `false`; here the response code is kept.
    client.on('response', ({ response, code }: { readonly response: string; readonly code?: string }) => {
      if (response !== 'OK') this.#lastRefusal = { status: response, code: code?.toUpperCase() ?? null };
    });
  }

  get isOpen(): boolean {
    return !this.#closed && this.client.usable && this.client.bye === null;
  }

  /** Runs `work` when everything asked for before is done. */
  async run<T>(work: (client: ImapClient) => Promise<T>, options: Work = {}): Promise<T> {
    const turn = this.#turn.then(() => this.#under(work, options));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Selects the folder, unless it is selected already, and checks UIDVALIDITY if the caller knows it. */
  async select(folder: string, uidValidity?: number | null, options: { readonly anew?: boolean } = {}): Promise<MailboxObject> {
    const selected = this.client.mailbox;
    const isSelected =
      options.anew !== true && selected !== false && this.#selected?.folder === folder && this.#selected.path === selected.path;
    const mailbox = isSelected ? selected : await this.client.mailboxOpen(folder);
    if (!isSelected) this.quiet = null;
    this.#selected = { folder, path: mailbox.path };
    const current = Number(mailbox.uidValidity);
    if (uidValidity !== undefined && uidValidity !== null && uidValidity !== current) {
      throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UID_VALIDITY', 'the folder was made anew: its stored UIDs are void', {
        details: { known: uidValidity, current },
      });
    }
    return mailbox;
  }

  /**
   * The error for a command that imapflow reports as `false`: a NO, or a connection that went away meanwhile.
   *
   * @param assumed - the response code to assume when the server gives none
   */
  refusal(assumed: string | null = null): MssError {
    if (this.#lastRefusal === null && !this.isOpen) return this.lost();
    return refusedError(this.#lastRefusal?.status ?? 'NO', this.#lastRefusal?.code ?? assumed);
  }

  /** The error for a connection that went away while nothing was asked. */
  lost(): MssError {
    if (this.#closed) return new MssError<ImapErrorCode>('ERR_MSS_IMAP_CLOSED', 'the mailbox is closed');
    return mapImapError(new Error('closed'), { first: this.#firstFailure, bye: this.client.bye });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const goodbye = withDeadline(Math.min(2_000, this.timeouts.commandMs));
    goodbye.signal.addEventListener('abort', () => this.client.close(), { once: true });
    await this.client.logout().catch(() => {});
    goodbye.release();
    this.client.close();
  }

  async #under<T>(work: (client: ImapClient) => Promise<T>, options: Work): Promise<T> {
    if (!this.isOpen) throw this.lost();
    if (options.signal?.aborted === true) throw imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: options.signal.reason });
    const deadline = withDeadline(options.timeoutMs ?? this.timeouts.commandMs, options.signal);
    let stopped: MssError<ImapErrorCode> | null = null;
    const stop = (): void => {
      const byCaller = options.signal?.aborted === true;
      stopped = imapError(
        byCaller ? 'ERR_MSS_IMAP_ABORTED' : 'ERR_MSS_IMAP_DEADLINE',
        byCaller ? 'the caller aborted' : 'the server did not answer in time',
      );
      this.client.close();
    };
    deadline.signal.addEventListener('abort', stop, { once: true });
    this.#lastRefusal = null;
    this.client.allow(answerBytes + (options.bodyBytes ?? 0));
    try {
      return await work(this.client);
    } catch (error) {
      throw stopped ?? mapImapError(error, { first: this.#firstFailure, alive: this.client.usable, bye: this.client.bye });
    } finally {
      deadline.release();
      this.client.allow();
    }
  }
}
