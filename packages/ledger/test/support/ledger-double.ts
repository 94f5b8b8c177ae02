import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

import { silentLogger, systemRandom, type AuditEvent } from '@mss/core';
import { parseMssAddress, formatMssAddress } from '@mss/formats/mime';
import { openSqliteStore, type Store } from '@mss/store';

import type { LedgerContextWithOutbox } from '../../src/context.js';
import { openConversations, type Conversations } from '../../src/conversations/index.js';
import { openInbox, type Inbox, type InboxOptions, type QueueReceipt } from '../../src/inbox/index.js';
import type { Evidence, OutboxSeam, Submission, SubmissionRecipient } from '../../src/outbox/seam.js';
import { openReceiptLedger, type ReceiptLedger, type ReceiptLedgerOptions } from '../../src/receipt-ledger/index.js';

const key = Buffer.alloc(32, 7);

/** Pseudonyms and seals with a key of the test. */
export const privacy: LedgerContextWithOutbox['privacy'] = {
  pseudonym: (domain, value) => createHmac('sha256', key).update(`${domain}\0`).update(value).digest('hex'),
  addressPseudonym: (address) => {
    const parsed = parseMssAddress(address);
    const text = (parsed === null ? address : formatMssAddress(parsed)).toLowerCase();
    return createHmac('sha256', key).update(`address\0${text}`).digest('hex');
  },
  seal: (text, context) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
    return new Uint8Array(Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]));
  },
  open: (sealed, context) => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
  },
};

/** Contents in memory; `held` counts what is there. */
export class ContentsDouble {
  readonly held = new Map<string, Uint8Array>();
  /** Largest piece that was ever given at once. */
  largestPiece = 0;

  async write(name: string, purpose: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    if (bytes instanceof Uint8Array) chunks.push(bytes);
    else for await (const chunk of bytes) chunks.push(chunk);
    for (const chunk of chunks) this.largestPiece = Math.max(this.largestPiece, chunk.length);
    this.held.set(`${purpose}-${name}`, Buffer.concat(chunks));
  }

  async read(name: string, purpose: string): Promise<Uint8Array> {
    const found = this.held.get(`${purpose}-${name}`);
    if (found === undefined) throw new Error('no such content');
    return found;
  }

  async *stream(name: string, purpose: string): AsyncGenerator<Uint8Array> {
    const all = await this.read(name, purpose);
    for (let at = 0; at < all.length; at += 65536) yield all.subarray(at, at + 65536);
  }

  async erase(name: string, purpose: string): Promise<void> {
    this.held.delete(`${purpose}-${name}`);
  }

  /** When each was written is not kept: all are old. */
  async sweep(purpose: string, { classify }: Parameters<LedgerContextWithOutbox['contents']['sweep']>[1]): Promise<number> {
    const names = [...this.held.keys()].filter((name) => name.startsWith(`${purpose}-`)).map((name) => name.slice(purpose.length + 1));
    const { kept } = await classify(names);
    const swept = names.filter((name) => !kept.has(name));
    for (const name of swept) this.held.delete(`${purpose}-${name}`);
    return swept.length;
  }
}

/** An outbox that knows what it was told, and keeps what it learns. */
export class OutboxDouble implements OutboxSeam {
  readonly submissions: Submission[] = [];
  readonly evidence: Evidence[] = [];
  readonly probes: string[] = [];
  readonly suppressed: string[] = [];

  sent(
    given: { readonly documentId: string; readonly messageId: string; readonly to: readonly string[]; readonly mailbox?: string } & Partial<
      Omit<Submission, 'recipients'>
    > & {
        readonly recipients?: readonly Partial<SubmissionRecipient>[];
      },
  ): Submission {
    const { to, recipients, ...rest } = given;
    const submission: Submission = {
      entryId: `entry-${given.documentId}`,
      kind: 'document',
      mailbox: 'claire.moreau@cabinet.mssante.fr',
      envid: `envid-${given.documentId}`,
      patient: null,
      queuedAt: new Date('2026-03-01T07:00:00Z'),
      ...rest,
      recipients: to.map((address, index) => ({
        index,
        address,
        state: 'accepted',
        acceptedAt: new Date('2026-03-01T07:00:05Z'),
        notify: ['success', 'failure'],
        ...recipients?.[index],
      })),
    };
    this.submissions.push(submission);
    return submission;
  }

  async findSubmission(wanted: Parameters<OutboxSeam['findSubmission']>[0]): Promise<Submission | null> {
    const [[name, value] = ['', '']] = Object.entries<string>(wanted);
    const text = name === 'envid' ? value.replace(/\.\d+$/, '') : name === 'messageId' && !value.startsWith('<') ? `<${value}>` : value;
    return this.submissions.find((one) => (one as unknown as Record<string, unknown>)[name] === text) ?? null;
  }

  async applyEvidence(evidence: Evidence): Promise<{ readonly recorded: boolean; readonly settled: readonly number[] }> {
    if (this.evidence.some((one) => one.source === evidence.source)) return { recorded: false, settled: [] };
    this.evidence.push(evidence);
    return { recorded: true, settled: [] };
  }

  async probeArrived({ messageId }: { readonly messageId: string }): Promise<void> {
    this.probes.push(messageId);
  }

  async suppress(address: string): Promise<void> {
    this.suppressed.push(address);
  }
}

export interface World {
  readonly context: LedgerContextWithOutbox;
  readonly store: Store;
  readonly outbox: OutboxDouble;
  readonly contents: ContentsDouble;
  readonly audit: AuditEvent[];
  readonly receipts: ReceiptLedger;
  readonly conversations: Conversations;
  /** By key; the first of each key is what goes out. */
  readonly queued: Map<string, { readonly to: readonly string[]; readonly text: string }>;
  readonly queueReceipt: QueueReceipt;
  now: Date;
  inbox(options?: Partial<InboxOptions>): Promise<Inbox>;
  close(): Promise<void>;
}

/** Empties every table: opening a database takes longer than most tests. */
export async function emptyStore(store: Store): Promise<void> {
  const tables = [
    'inbox_workstation',
    'inbox_folders',
    'inbox_messages',
    'inbox_documents',
    'inbox_replacements',
    'receipt_evidence',
    'receipt_silences',
  ];
  const ofConversations = ['messages', 'references', 'aliases', 'mailboxes'].map((name) => `conversation_${name}`);
  await store.batch([...tables, ...ofConversations].map((table) => ({ sql: `DELETE FROM ${table}` })));
}

/** A ledger around the parts under test: real SQLite, doubles for the rest. */
export async function createWorld(
  options: {
    readonly file?: string;
    readonly store?: Store;
    readonly outbox?: OutboxDouble;
    readonly receipts?: ReceiptLedgerOptions;
  } = {},
): Promise<World> {
  const store = options.store ?? (await openSqliteStore({ file: options.file ?? ':memory:' }));
  const outbox = options.outbox ?? new OutboxDouble();
  const contents = new ContentsDouble();
  const audit: AuditEvent[] = [];
  const queued: World['queued'] = new Map();
  const world = { now: new Date('2026-03-01T09:00:00Z') };
  const context: LedgerContextWithOutbox = {
    store,
    outbox,
    contents,
    privacy,
    clock: { now: () => world.now },
    random: systemRandom,
    logger: silentLogger,
    audit: { record: (event) => void audit.push(event) },
    telemetry: { count: () => {}, measure: () => {}, span: (_, __, work) => work() },
  };
  const receipts = await openReceiptLedger(context, options.receipts);
  const conversations = await openConversations(context);
  const queueReceipt: QueueReceipt = async (receipt) => {
    if (!queued.has(receipt.key)) queued.set(receipt.key, { to: receipt.to, text: Buffer.from(receipt.bytes).toString() });
  };
  return Object.assign(world, {
    context,
    store,
    outbox,
    contents,
    audit,
    receipts,
    conversations,
    queued,
    queueReceipt,
    inbox: (given: Partial<InboxOptions> = {}) =>
      openInbox(context, { receipts, conversations, queueReceipt, every: () => () => {}, ...given }),
    close: () => store.close(),
  });
}
