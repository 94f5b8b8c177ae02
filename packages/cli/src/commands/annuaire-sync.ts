import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';

import { defaultLimits, MssError } from '@mss/core';
import { syncExtraction, type SyncOptions, type SyncProgress, type SyncResult } from '@mss/annuaire-sync';
import { createCrlStore, createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import type { Store } from '@mss/store';

import type { CommandContext, CommandResult } from '../command.js';
import { usageError, type CliErrorCode } from '../errors.js';
import { readInput } from '../io.js';
import { databasePlace, openDirectoryStore } from '../session/directory.js';
import { untilStopped } from '../stop-signal.js';

/** Options of `mss annuaire sync`. */
export interface SyncCommandOptions {
  readonly db: string;
  readonly maxChange: number;
  readonly ca?: readonly string[];
  readonly crlCache?: string;
  readonly mirror?: readonly string[];
  readonly proxy?: string;
  readonly sha256?: string;
  readonly force?: boolean;
}

/** `mss annuaire sync`: the directory is brought to the source, or stays as it was. */
export async function syncAnnuaire(context: CommandContext, source: string, options: SyncCommandOptions): Promise<CommandResult> {
  const { io } = context;
  if (options.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(options.sha256))
    throw usageError('--sha256 is 64 hexadecimal digits', '--sha256 compte 64 chiffres hexadécimaux');
  const remote = /^https?:\/\//i.test(source);
  if (![...(remote ? [source] : []), ...(options.mirror ?? [])].every((address) => URL.canParse(address)))
    throw usageError('an address is no address', 'une adresse n’en est pas une');
  checkPlace(options.db);
  const policies = remote ? await policiesOf(context, options) : null;
  const progress = showProgress(context);
  let store: Store | null = null;
  try {
    store = await openDirectoryStore(options.db, io);
    const db = store ?? options.db;
    const result = await untilStopped(io, (signal) =>
      syncUntil(signal, {
        source: source === '-' ? chunksOf(io.stdin) : source,
        db,
        maxChangePercent: options.maxChange,
        force: options.force === true,
        onProgress: progress.tell,
        ...(policies === null ? {} : { policy: policies.source }),
        ...(policies === null ? {} : { mirrors: (options.mirror ?? []).map((url) => ({ url, policy: policies.mirrors })) }),
        ...(options.sha256 === undefined ? {} : { expected: { sha256: options.sha256.toLowerCase() } }),
      }),
    );
    const { rows, rejected, added, changed, removed, unchanged, snapshot, elapsedMs, outcome, published, warnings } = result;
    return { result: { rows, rejected, added, changed, removed, unchanged, snapshot, elapsedMs, outcome, published, warnings } };
  } finally {
    progress.end();
    if (source === '-') (io.stdin as Partial<Readable>).destroy?.();
    await policies?.source.close();
    await policies?.mirrors.close();
    await store?.close();
  }
}

/** A person who stops it is told that it is stopped, not that something failed. */
async function syncUntil(signal: AbortSignal, options: SyncOptions): Promise<SyncResult> {
  try {
    return await syncExtraction({ ...options, signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_INTERRUPTED', 'interrupted; the directory is as it was', { cause, permanent: false });
  }
}

async function* chunksOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Said before anything is fetched. */
function checkPlace(db: string): void {
  const place = databasePlace(db);
  if (db === '') throw usageError('--db names a file', '--db attend le nom d’un fichier');
  if (place.kind === 'sqlite' && !existsSync(dirname(place.file)))
    throw usageError('the folder of --db is not there', 'le dossier de --db n’existe pas');
}

interface Policies {
  readonly source: SecureChannelPolicy;
  /** The source may stand under IGC Santé; its mirrors are on the public Web as a rule. */
  readonly mirrors: SecureChannelPolicy;
}

async function policiesOf({ io, profile }: CommandContext, options: SyncCommandOptions): Promise<Policies> {
  const [, host = '', port = ''] = /^([^:\s]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(options.proxy ?? '') ?? [];
  if (options.proxy !== undefined && host === '') throw usageError('--proxy is HOST:PORT', '--proxy s’écrit HÔTE:PORT');
  const own: (Uint8Array | string)[] = [];
  for (const file of options.ca ?? []) own.push(await readInput(file, { io, maxBytes: defaultLimits.crlBytes }));
  const publicAuthorities = createTrustStore({ name: 'public', anchors: [...rootCertificates], igcSante: false });
  const trust = own.length === 0 ? [publicAuthorities] : [createTrustStore({ name: '--ca', anchors: own, igcSante: true })];
  const revocation = options.crlCache === undefined ? {} : { revocation: { store: createCrlStore({ directory: options.crlCache }) } };
  const proxy = options.proxy === undefined ? {} : { proxy: { host, port: Number(port) } };
  const policyOf = (stores: typeof trust): SecureChannelPolicy =>
    createSecureChannelPolicy({ kind: 'public-web', profile, trust: stores, ...revocation, ...proxy });
  return { source: policyOf(trust), mirrors: policyOf([...new Set([...trust, publicAuthorities])]) };
}

const phases = {
  fr: { download: 'téléchargement', compare: 'comparaison', load: 'chargement', index: 'index', store: 'écriture' },
  en: { download: 'download', compare: 'comparison', load: 'loading', index: 'index', store: 'writing' },
} as const;

const redrawMs = 100;

/** One line on standard error that is drawn again; only where a person looks at it. */
function showProgress({ io, language }: CommandContext): { readonly tell: (progress: SyncProgress) => void; readonly end: () => void } {
  if (!io.interactive) return { tell: () => {}, end: () => {} };
  const [clear, megabyte] = ['\r\u001b[K', language === 'fr' ? 'Mo' : 'MB'];
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    tell: ({ phase, doneBytes, totalBytes }) => {
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      const size = (bytes: number): string => (bytes / 1e6).toFixed(1);
      const share = totalBytes === null || totalBytes === 0 ? '' : ` / ${size(totalBytes)}`;
      const percent = share === '' ? '' : ` (${Math.floor((100 * doneBytes) / (totalBytes ?? 1))} %)`;
      // Some phases count no bytes.
      const done = totalBytes === 0 ? '…' : ` : ${size(doneBytes)}${share} ${megabyte}${percent}`;
      io.stderr(`${clear}${phases[language][phase]}${done}`);
    },
    end: () => {
      if (drawnAt > Number.NEGATIVE_INFINITY) io.stderr(clear);
    },
  };
}
