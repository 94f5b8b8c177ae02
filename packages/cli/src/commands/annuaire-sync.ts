import { rootCertificates } from 'node:tls';

import { defaultLimits } from '@mss/core';
import { syncExtraction, type SyncProgress } from '@mss/annuaire-sync';
import { createCrlStore, createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import type { Store } from '@mss/store';

import type { CommandContext, CommandResult } from '../command.js';
import { usageError } from '../errors.js';
import { readInput } from '../io.js';
import { openDirectoryStore } from '../session/directory.js';
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
  const policy = remote || options.mirror !== undefined ? await policyOf(context, options) : null;
  const progress = showProgress(context);
  let store: Store | null = null;
  try {
    store = await openDirectoryStore(options.db, io);
    const db = store ?? options.db;
    const result = await untilStopped(io, (signal) =>
      syncExtraction({
        source: source === '-' ? chunksOf(io.stdin) : source,
        db,
        maxChangePercent: options.maxChange,
        force: options.force === true,
        signal,
        onProgress: progress.tell,
        ...(policy === null ? {} : { policy }),
        ...(options.mirror === undefined ? {} : { mirrors: options.mirror.map((url) => ({ url })) }),
        ...(options.sha256 === undefined ? {} : { expected: { sha256: options.sha256.toLowerCase() } }),
      }),
    );
    const { rows, rejected, added, changed, removed, unchanged, snapshot, elapsedMs, outcome, published, warnings } = result;
    return { result: { rows, rejected, added, changed, removed, unchanged, snapshot, elapsedMs, outcome, published, warnings } };
  } finally {
    progress.end();
    await policy?.close();
    await store?.close();
  }
}

async function* chunksOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function policyOf({ io, profile }: CommandContext, options: SyncCommandOptions): Promise<SecureChannelPolicy> {
  const anchors: (Uint8Array | string)[] = options.ca === undefined ? [...rootCertificates] : [];
  for (const file of options.ca ?? []) anchors.push(await readInput(file, { io, maxBytes: defaultLimits.crlBytes }));
  const [, host = '', port = ''] = /^([^:\s]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(options.proxy ?? '') ?? [];
  if (options.proxy !== undefined && host === '') throw usageError('--proxy is HOST:PORT', '--proxy s’écrit HÔTE:PORT');
  return createSecureChannelPolicy({
    kind: 'public-web',
    profile,
    trust: createTrustStore({ name: options.ca === undefined ? 'public' : '--ca', anchors, igcSante: options.ca !== undefined }),
    ...(options.crlCache === undefined ? {} : { revocation: { store: createCrlStore({ directory: options.crlCache }) } }),
    ...(options.proxy === undefined ? {} : { proxy: { host, port: Number(port) } }),
  });
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
      const whole =
        totalBytes === null || totalBytes === 0
          ? ''
          : ` / ${size(totalBytes)} ${megabyte} (${Math.floor((100 * doneBytes) / totalBytes)} %)`;
      io.stderr(`${clear}${phases[language][phase]} : ${size(doneBytes)}${whole === '' ? ` ${megabyte}` : whole}`);
    },
    end: () => {
      if (drawnAt > Number.NEGATIVE_INFINITY) io.stderr(clear);
    },
  };
}
