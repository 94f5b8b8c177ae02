import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';

import type { Logger } from '@mss/core';
import {
  createFileVault,
  createStoreVault,
  openLedger,
  type ContentVault,
  type Ledger,
  type LedgerKeys,
  type LedgerOptions,
} from '@mss/ledger';
import { openSqliteStore, type Store } from '@mss/store';

import type { DatabasePlace } from '../config/field.js';
import { derivedKey, readKey, readSecret } from '../config/secrets.js';
import type { MssConfig } from '../config/config.js';
import { fileError } from '../errors.js';
import { readInput, type CliIo } from '../io.js';

/** Ledger and store that a configuration names; the store is closed after the ledger. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly store: Store;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const maxCaBytes = 1024 * 1024;

/**
 * Opens the ledger of a configuration; folders that are missing are made, for their owner alone.
 *
 * @throws MssError `ERR_MSS_CLI_CONFIG`, `ERR_MSS_CLI_SECRET`, `ERR_MSS_CLI_FILE`, `ERR_MSS_STORE_*`, `ERR_MSS_LEDGER_*`
 */
export async function openConfiguredLedger(
  config: MssConfig,
  options: { readonly io: CliIo; readonly logger: Logger; readonly selfCopy: boolean },
): Promise<OpenedLedger> {
  const { io, logger } = options;
  const keys = await keysOf(config, io);
  const store = await openStore(config.ledger.store, { io, place: 'ledger.store', caFile: config.ledger.postgresCa });
  try {
    const ledger = await openLedger({
      store,
      contents: await vaultOf(config, store),
      keys,
      logger,
      outbox: outboxOptions(config, options.selfCopy),
      receipts: receiptOptions(config),
      inbox: { author: config.author ?? 'mss' },
    });
    const close = async (): Promise<void> => {
      await ledger.close();
      await store.close();
    };
    return { ledger, store, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function outboxOptions({ outbox = {} }: MssConfig, selfCopy: boolean): NonNullable<LedgerOptions['outbox']> {
  return {
    selfCopy,
    ...(outbox.deadlineHours === undefined ? {} : { deadlineMs: outbox.deadlineHours * hourMs }),
    ...(outbox.selfCopyDelayMinutes === undefined ? {} : { selfCopyDelayMs: outbox.selfCopyDelayMinutes * 60_000 }),
  };
}

function receiptOptions({ outbox = {}, servers }: MssConfig): NonNullable<LedgerOptions['receipts']> {
  const { silenceHours, readingHours } = outbox;
  const host = servers === 'auto' ? undefined : servers.smtp?.host;
  return {
    reporterDomains: host === undefined ? [] : [operatorDomain(host)],
    deadlines: {
      ...(silenceHours === undefined ? {} : { deliveryMs: silenceHours * hourMs }),
      ...(readingHours === undefined ? {} : { readingMs: readingHours * hourMs }),
    },
  };
}

/** Of the configured server, whose reports are believed; never what all operators have in common. */
function operatorDomain(host: string): string {
  const parent = host.split('.').slice(1).join('.');
  return parent.includes('.') && parent !== 'mssante.fr' && isIP(host) === 0 ? parent : host;
}

async function keysOf({ ledger }: MssConfig, io: CliIo): Promise<LedgerKeys> {
  const read = (source: typeof ledger.key, place: string): Promise<Uint8Array> => readKey(source, { io, place, prompt: `${place} : ` });
  const secret = await read(ledger.key, 'ledger.key');
  const opening = [];
  for (const [index, one] of (ledger.previousKeys ?? []).entries())
    opening.push({ id: one.id, secret: await read(one.key, `ledger.previousKeys[${index}].key`) });
  return {
    sealing: { id: ledger.keyId ?? '1', secret },
    opening,
    pseudonyms:
      ledger.pseudonymKey === undefined ? derivedKey(secret, 'pseudonyms') : await read(ledger.pseudonymKey, 'ledger.pseudonymKey'),
  };
}

/** A database as the configuration, or `--db`, names it. */
export async function openStore(
  place: DatabasePlace,
  options: { readonly io: CliIo; readonly place: string; readonly caFile?: string | undefined },
): Promise<Store> {
  if (place.kind === 'sqlite') {
    await makeFolder(dirname(place.file));
    return openSqliteStore({ file: place.file });
  }
  const { openPostgresStore } = await import('@mss/store/postgres');
  const connectionString = await readSecret(place.address, { io: options.io, place: options.place, prompt: `${options.place} : ` });
  const ca = options.caFile === undefined ? null : await readInput(options.caFile, { io: options.io, maxBytes: maxCaBytes });
  return openPostgresStore({ connectionString, ...(ca === null ? {} : { tls: { ca: Buffer.from(ca).toString('latin1') } }) });
}

async function vaultOf({ ledger }: MssConfig, store: Store): Promise<ContentVault> {
  if (ledger.store.kind === 'postgres' && ledger.contents === undefined) return createStoreVault(store);
  return createFileVault(ledger.contents ?? (ledger.store.kind === 'sqlite' ? `${ledger.store.file}.contents` : ''));
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError('the folder of a database could not be made', error);
  }
}
