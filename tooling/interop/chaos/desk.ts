import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { isMssError } from '@mss/core';
import {
  createFileVault,
  createStoreVault,
  openLedger,
  type InboxDelivery,
  type Ledger,
  type LedgerOptions,
  type OutboxEntry,
  type ReceiveSummary,
} from '@mss/ledger';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { openSqliteStore, type Store } from '@mss/store';
import { createSmtpPool, openMailbox, type ImapTimeouts, type OnStage, type SmtpTimeouts } from '@mss/transport';

import { appendRecord, readRecord, type RecordedDelivery } from './host-record.js';
import { letterBytes } from './letter.js';
import type { Letter, ServerAccess } from './protocol.js';

export const chaosKeys = { sealing: { id: 'chaos', secret: new Uint8Array(32).fill(7) }, pseudonyms: new Uint8Array(32).fill(8) };

export interface DeskOptions {
  readonly folder: string;
  readonly address: string;
  readonly server: ServerAccess;
  /** Another one than SQLite in the folder: contents are then kept in it too. Stays the caller's. */
  readonly store?: Store;
  /** File of the host's record; default in the folder. */
  readonly record?: string;
  readonly busyTimeoutMs?: number;
  readonly clock?: LedgerOptions['clock'];
  readonly outbox?: LedgerOptions['outbox'];
}

/** One run of the outbox worker. */
export interface SendOptions {
  readonly port?: number;
  readonly timeouts?: Partial<SmtpTimeouts>;
  readonly onStage?: OnStage;
  readonly signal?: AbortSignal;
  readonly monotonicMs?: () => number;
}

/** One mailbox with its ledger, in this process: for faults that a test brings about itself. */
export class Desk {
  readonly address: string;
  readonly folder: string;
  readonly ledger: Ledger;
  readonly record: string;
  readonly #store: Store;
  readonly #options: DeskOptions;
  readonly #policy: SecureChannelPolicy;

  private constructor(options: DeskOptions, opened: { readonly store: Store; readonly ledger: Ledger }) {
    this.#options = options;
    this.address = options.address;
    this.folder = options.folder;
    this.record = options.record ?? join(options.folder, 'host-record.jsonl');
    this.#store = opened.store;
    this.ledger = opened.ledger;
    this.#policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'chaos', anchors: [options.server.caPem] }) });
  }

  static async open(options: DeskOptions): Promise<Desk> {
    await mkdir(options.folder, { recursive: true });
    const { busyTimeoutMs, clock } = options;
    const store =
      options.store ??
      (await openSqliteStore({ file: join(options.folder, 'ledger.db'), ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) }));
    const ledger = await openLedger({
      store,
      contents: options.store === undefined ? await createFileVault(join(options.folder, 'vault')) : await createStoreVault(options.store),
      keys: chaosKeys,
      outbox: { selfCopy: true, selfCopyDelayMs: 1_500, probeEveryMs: 2_000, ...options.outbox },
      inbox: { leaseMs: 1_000, retryMs: 200, maxAttempts: 25 },
      ...(clock === undefined ? {} : { clock }),
    });
    return new Desk(options, { store, ledger });
  }

  async queue(letter: Letter): Promise<OutboxEntry> {
    return this.ledger.outbox.queue({
      documentId: letter.documentId,
      message: letterBytes(letter, this.address),
      mailbox: this.address,
      recipients: [{ address: letter.to }],
      author: 'chaos',
    });
  }

  /** Until nothing is due. */
  async send(options: SendOptions = {}): Promise<void> {
    const { server } = this.#options;
    const pool = createSmtpPool({
      policy: this.#policy,
      host: server.host,
      servername: server.servername,
      port: options.port ?? server.smtpPort,
      security: 'implicit',
      auth: { type: 'password', user: this.address, password: server.password },
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    });
    const { onStage, signal, monotonicMs } = options;
    await this.ledger.outbox.run({
      until: 'idle',
      worker: this.address,
      concurrency: 1,
      pollMs: 100,
      ...(signal === undefined ? {} : { signal }),
      ...(monotonicMs === undefined ? {} : { monotonicMs }),
      submit: (message, call) =>
        pool.submit(message, {
          signal: call.signal,
          onStage: async (stage) => {
            await call.onStage(stage);
            await onStage?.(stage);
          },
        }),
    });
    await pool.close();
  }

  recorded(): readonly RecordedDelivery[] {
    return readRecord(this.record);
  }

  /** One pass over the INBOX; each message goes into the host's record. */
  async receive(
    options: {
      readonly port?: number;
      readonly timeouts?: Partial<ImapTimeouts>;
      readonly concurrency?: number;
      readonly before?: (delivery: InboxDelivery) => Promise<void> | void;
      readonly after?: (delivery: InboxDelivery) => Promise<void> | void;
    } = {},
  ): Promise<ReceiveSummary> {
    const { server } = this.#options;
    const mailbox = await openMailbox({
      policy: this.#policy,
      host: server.host,
      servername: server.servername,
      port: options.port ?? server.imapPort,
      security: 'implicit',
      auth: { type: 'password', user: this.address, password: server.password },
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    });
    try {
      return await this.ledger.inbox.receive({
        mailbox,
        address: this.address,
        kind: 'organisational',
        receipts: 'none',
        mdn: { policy: 'always' },
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        handOver: async (delivery) => {
          await options.before?.(delivery);
          const isKnown = delivery.perhapsBefore && this.recorded().some((line) => line.delivery === delivery.id);
          const sha256 = createHash('sha256')
            .update(delivery.message?.body.text?.trim() ?? '')
            .digest('hex');
          if (!isKnown) appendRecord(this.record, { delivery: delivery.id, messageId: delivery.message?.messageId ?? null, sha256 });
          await options.after?.(delivery);
          return { flags: ['\\Seen'], mdn: 'displayed' };
        },
      });
    } finally {
      await mailbox.close();
    }
  }

  /** Sends and receives without a fault until every document is settled. @returns the outcomes, `true` when all are */
  async settle(options: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    const end = performance.now() + (options.timeoutMs ?? 30_000);
    for (;;) {
      for (const { documentId } of await this.ledger.outbox.list({ state: 'waiting', limit: 1_000 })) await this.#dueNow(documentId);
      await this.send();
      await this.receive();
      const left = await this.#store.get<{ n: number }>("SELECT count(*) AS n FROM outbox_entries WHERE state <> 'settled'");
      if (left?.n === 0) return true;
      if (performance.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #dueNow(documentId: string): Promise<void> {
    try {
      await this.ledger.outbox.retry(documentId, { author: 'chaos' });
    } catch (error) {
      if (!isMssError(error, 'ERR_MSS_LEDGER_STATE')) throw error;
    }
  }

  async close(): Promise<void> {
    await this.ledger.close();
    if (this.#options.store === undefined) await this.#store.close();
    await this.#policy.close();
  }
}
