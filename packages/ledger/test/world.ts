import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { MssError, silentLogger, systemRandom, type Logger } from '@mss/core';
import { openSqliteStore, type Store } from '@mss/store';
import { createTempDirectory } from '@mss/testkit';
import type { RecipientResult, SmtpMessage, SubmissionResult } from '@mss/transport';

import { appendEvents } from '../src/audit/trail.js';
import { createContents } from '../src/contents/contents.js';
import { createKeyRing } from '../src/contents/keys.js';
import {
  createFileVault,
  openLedger,
  type Ledger,
  type LedgerOptions,
  type OutboxOptions,
  type RunOptions,
  type Submit,
  type SubmitCall,
} from '../src/index.js';
import { createNotes } from '../src/notes.js';
import { openOutbox } from '../src/outbox/outbox.js';
import type { OutboxSeam } from '../src/outbox/seam.js';
import { createPrivacy } from '../src/privacy.js';
import { createTelemetry } from '../src/telemetry.js';

export const mailbox = 'cabinet.moreau@medecin.mssante.test';
export const colleague = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
export const hospital = 'cardiologie@hopital.mssante.test';
export const keys = {
  sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) },
  pseudonyms: new Uint8Array(32).fill(2),
} as const;

const start = '2026-03-02T08:00:00Z';
const tables = [
  ...['entries', 'recipients', 'attempts', 'history', 'oppositions', 'suppressions'].map((name) => `outbox_${name}`),
  ...['heads', 'events', 'checkpoints'].map((name) => `audit_${name}`),
];

/** A clock that stands until it is moved; its monotonic twin moves along unless told otherwise. */
export function createTestClock(at: string = start): {
  now(): Date;
  readonly monotonicMs: () => number;
  advance(ms: number): void;
  set(ms: number): void;
} {
  let wall = Date.parse(at);
  let steady = 0;
  return {
    now: () => new Date(wall),
    monotonicMs: () => steady,
    advance: (ms) => {
      wall += ms;
      steady += ms;
    },
    set: (ms) => {
      wall += ms;
    },
  };
}

export type TestClock = ReturnType<typeof createTestClock>;

export interface World {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly clock: TestClock;
  readonly vaultFolder: string;
  readonly logged: string[];
  /** Forgets everything: a thread for each test would cost more than the test. */
  reset(): Promise<void>;
  /** Names in the vault. */
  contents(): readonly string[];
  /** Another ledger on the same store and vault: another process. */
  another(options?: Partial<LedgerOptions>): Promise<Ledger>;
  close(): Promise<void>;
}

export async function createWorld(options: Partial<LedgerOptions> & { readonly file?: boolean } = {}): Promise<World> {
  const { file = false, ...given } = options;
  const folder = await createTempDirectory();
  const clock = createTestClock();
  const store = given.store ?? (await openSqliteStore({ file: file ? join(folder.path, 'ledger.db') : ':memory:' }));
  const vaultFolder = join(folder.path, 'vault');
  const vault = await createFileVault(vaultFolder);
  const logged: string[] = [];
  const log = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const base = { store, contents: vault, keys, clock, logger };
  const another = (more: Partial<LedgerOptions> = {}): Promise<Ledger> => openLedger({ ...base, ...given, ...more });
  return {
    ledger: await another(),
    store,
    clock,
    vaultFolder,
    logged,
    contents: () => readdirSync(vaultFolder),
    reset: async () => {
      await store.batch(tables.map((table) => ({ sql: `DELETE FROM ${table}` })));
      for (const name of readdirSync(vaultFolder)) rmSync(join(vaultFolder, name));
      logged.length = 0;
      clock.set(Date.parse(start) - clock.now().getTime());
    },
    another,
    close: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function message(text: string = 'Bonjour', id: string = `${text.length}.${Math.abs(hash(text))}`): Uint8Array {
  return new TextEncoder().encode(
    `Message-ID: <${id}@medecin.mssante.test>\r\nFrom: ${mailbox}\r\nSubject: XDM/1.0/DDM+Lettre DESTRAZ Amandine 01/02/1970\r\n\r\n${text}\r\n`,
  );
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) | 0;
  return value;
}

/** What a server says about one recipient. */
export type Say = 'accept' | 'uncertain' | { readonly code: number; readonly status?: string; readonly text?: string };

/** A server that answers as it is told and remembers what it took. */
export interface TestServer {
  readonly submit: Submit;
  /** Every message whose final dot it took responsibility for: recipients and bytes. */
  readonly taken: { readonly message: SmtpMessage; readonly recipients: readonly string[]; readonly bytes: Buffer }[];
  readonly seen: SmtpMessage[];
  /** Its answers; by default it accepts. */
  answer: (address: string, call: SubmitCall) => Say;
  /** Called before each stage is told. */
  at: (stage: 'mail' | 'data-started' | 'data-ended' | 'answered', call: SubmitCall) => void | Promise<void>;
}

export function createTestServer(): TestServer {
  const server: TestServer = {
    taken: [],
    seen: [],
    answer: () => 'accept',
    at: () => {},
    submit: async (message, call) => {
      server.seen.push(message);
      await server.at('mail', call);
      await call.onStage('mail');
      const said = message.recipients.map((one) => server.answer(one.address, call));
      const refusedSome = said.some((one) => typeof one === 'object');
      const holdBack = refusedSome && message.whenSomeRefused === 'nobody';
      if (said.every((one) => typeof one === 'object') || holdBack) return resultOf(message, said, { stage: 'rcpt', holdBack });
      await server.at('data-started', call);
      await call.onStage('data-started');
      const parts: Uint8Array[] = [];
      if (message.message instanceof Uint8Array) parts.push(message.message);
      else for await (const part of message.message) parts.push(part);
      await server.at('data-ended', call);
      await call.onStage('data-ended');
      call.signal.throwIfAborted();
      const recipients = message.recipients.filter((_, index) => typeof said[index] === 'string').map((one) => one.address);
      server.taken.push({ message, recipients, bytes: Buffer.concat(parts) });
      await server.at('answered', call);
      return resultOf(message, said, { stage: 'accepted', holdBack: false });
    },
  };
  return server;
}

function resultOf(
  message: SmtpMessage,
  said: readonly Say[],
  { stage, holdBack }: { readonly stage: 'rcpt' | 'accepted'; readonly holdBack: boolean },
): SubmissionResult {
  const recipients = message.recipients.map((one, index): RecipientResult => {
    const say = said[index] ?? 'accept';
    const base = { address: one.address, code: null, enhancedStatus: null, text: '', reason: null, dsn: 'not-asked' } as const;
    if (typeof say === 'object') {
      const permanent = say.code >= 500;
      return {
        ...base,
        outcome: 'refused',
        permanent,
        stage: 'rcpt',
        code: say.code,
        enhancedStatus: say.status ?? null,
        text: say.text ?? 'no',
      };
    }
    if (holdBack) return { ...base, outcome: 'refused', permanent: false, stage: 'rcpt', reason: 'ERR_MSS_SMTP_NOT_ALL' };
    if (say === 'uncertain')
      return { ...base, outcome: 'uncertain', permanent: false, stage: 'data-ended', reason: 'ERR_MSS_SMTP_LINK_LOST' };
    return { ...base, outcome: 'accepted', permanent: false, stage: 'accepted', code: 250, enhancedStatus: '2.0.0', text: '2.0.0 Ok' };
  });
  const outcomes = recipients.map((one) => one.outcome);
  return {
    outcome: outcomes.includes('uncertain') ? 'uncertain' : outcomes.includes('refused') ? 'refused' : 'accepted',
    recipients,
    stage,
    queueId: outcomes.includes('accepted') ? 'Q1' : null,
    serverName: 'test.mssante.test',
    text: '',
    sizeBytes: 0,
    dsn: 'not-asked',
    error: null,
  };
}

export function notConnected(): MssError {
  return new MssError('ERR_MSS_SMTP_NOT_SERVING', 'no', { permanent: false });
}

/** Works until nothing is due. */
export async function drain(
  world: World,
  server: TestServer,
  options: Partial<RunOptions> & { readonly ledger?: Ledger } = {},
): Promise<number> {
  const { ledger = world.ledger, ...rest } = options;
  const { attempts } = await ledger.outbox.run({
    submit: server.submit,
    until: 'idle',
    monotonicMs: world.clock.monotonicMs,
    pollMs: 5,
    ...rest,
  });
  return attempts;
}

/** The outbox's side for the receipts, on the world's store. */
export async function openTestOutbox(world: World, options: OutboxOptions): Promise<OutboxSeam> {
  const ring = createKeyRing(keys);
  const privacy = createPrivacy({ ring, pseudonyms: keys.pseudonyms, random: systemRandom });
  const notes = createNotes(world.store, (transaction, events) => appendEvents(transaction, events, { privacy }));
  const audit = { record: (): void => {} };
  const contents = createContents(await createFileVault(world.vaultFolder), { ring, random: systemRandom });
  const { store, clock } = world;
  const context = {
    store,
    clock,
    privacy,
    notes,
    audit,
    contents,
    random: systemRandom,
    logger: silentLogger,
    telemetry: createTelemetry(),
  };
  return (await openOutbox(context, options)).seam;
}
