import { MssError, withDeadline } from '@mss/core';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CdaPdfErrorCode } from '../errors.js';
import type { PdfConverter } from '../options.js';
import { pdfaDefinition } from './pdfa-definition.js';

/** How Ghostscript is run. */
export interface GhostscriptOptions {
  /** Name or path of the program. Default `gs`. */
  readonly command?: string;
  /**
   * Folder for Ghostscript's own scratch files, which hold parts of the document: it must be kept in memory, as
   * `/dev/shm` of Linux (the default) is. They stand in a folder of their own that is always removed.
   */
  readonly scratchDirectory?: string;
  /** Default 60,000. */
  readonly timeoutMs?: number;
  /** Most bytes of the result. Default 40 MiB. */
  readonly maxBytes?: number;
  /** Most memory of the process, in bytes. Default 1 GiB. */
  readonly maxMemoryBytes?: number;
  /** More environment variables, for installations that need some. The process inherits none of ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

const defaults = {
  command: 'gs',
  scratchDirectory: '/dev/shm',
  timeoutMs: 60_000,
  maxBytes: 40 * 1024 * 1024,
  maxMemoryBytes: 1024 * 1024 * 1024,
};
const searchPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';
/** For pages with transparency, which PDF/A-1 can only hold as images. */
const resolution = 300;

/**
 * A converter that runs Ghostscript 10 or later: fonts embedded, transparency flattened, colours in sRGB.
 *
 * The PDF goes in and out through pipes. Ghostscript cannot work without scratch files of its own: they are made in a
 * folder in memory, never on disk. What it says on its error output may quote the document and is thrown away.
 * Dropped by it: attachments, scripts, multimedia, forms.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_CONVERTER_MISSING` (by the converter) no such program, or no scratch folder in memory.
 * @throws MssError `ERR_MSS_CDA_PDF_CONVERSION_FAILED` (by the converter) it failed, took too long (not permanent) or gave too much.
 * @throws MssError `ERR_MSS_CDA_PDF_ABORTED` (by the converter) by the caller's signal.
 * @see Ghostscript documentation, "VectorDevices: PDF/A"; "Use: -dSAFER".
 */
export function createGhostscriptAdapter(options: GhostscriptOptions = {}): PdfConverter {
  const settings = { ...defaults, ...options };
  return async (pdf, { signal }) => {
    const scratch = await makeScratch(settings.scratchDirectory);
    const deadline = withDeadline(settings.timeoutMs, signal);
    try {
      const definition = join(scratch, 'pdfa.ps');
      await writeFile(definition, pdfaDefinition());
      return await run(pdf, { ...settings, scratch, definition, signal: deadline.signal, caller: signal });
    } finally {
      deadline.release();
      await rm(scratch, { recursive: true, force: true });
    }
  };
}

async function makeScratch(parent: string): Promise<string> {
  const isFolder = await stat(parent).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new MssError<CdaPdfErrorCode>(
      'ERR_MSS_CDA_PDF_CONVERTER_MISSING',
      'Ghostscript needs a scratch folder in memory: set scratchDirectory',
      {
        details: { missing: 'scratchDirectory' },
      },
    );
  }
  return mkdtemp(join(parent, 'mss-cda-pdf-'));
}

interface Invocation extends Required<Omit<GhostscriptOptions, 'environment'>> {
  readonly environment?: Readonly<Record<string, string>>;
  readonly scratch: string;
  readonly definition: string;
  readonly signal: AbortSignal;
  readonly caller: AbortSignal | undefined;
}

function argumentsFor(invocation: Invocation): readonly string[] {
  return [
    '-q',
    '-dSAFER',
    '-dBATCH',
    '-dNOPAUSE',
    `-K${Math.ceil(invocation.maxMemoryBytes / 1024)}`,
    '-sDEVICE=pdfwrite',
    '-dPDFA=1',
    '-dPDFACompatibilityPolicy=1',
    '-dCompatibilityLevel=1.4',
    '-sColorConversionStrategy=RGB',
    '-sProcessColorModel=DeviceRGB',
    '-dEmbedAllFonts=true',
    '-dSubsetFonts=true',
    '-dAutoRotatePages=/None',
    `-r${resolution}`,
    '-sOutputFile=%stdout',
    invocation.definition,
    '-',
  ];
}

async function run(pdf: Uint8Array, invocation: Invocation): Promise<Uint8Array> {
  const child = spawn(invocation.command, argumentsFor(invocation), {
    cwd: invocation.scratch,
    env: {
      PATH: searchPath,
      LC_ALL: 'C',
      TMPDIR: invocation.scratch,
      TEMP: invocation.scratch,
      TMP: invocation.scratch,
      ...invocation.environment,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let failure: MssError<CdaPdfErrorCode> | null = null;
    const stop = (error: MssError<CdaPdfErrorCode>): void => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop(invocation.caller?.aborted === true ? aborted(invocation.caller.reason) : failed('timeout', false));
    if (invocation.signal.aborted) onAbort();
    else invocation.signal.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error) => {
      invocation.signal.removeEventListener('abort', onAbort);
      reject(failure ?? missing(error));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > invocation.maxBytes) stop(failed('output', true));
      else chunks.push(chunk);
    });
    child.on('close', (status) => {
      invocation.signal.removeEventListener('abort', onAbort);
      if (failure !== null) reject(failure);
      else if (status !== 0) reject(failed('status', true));
      else resolve(new Uint8Array(Buffer.concat(chunks)));
    });
    // A process that ends before it has read everything closes the pipe; its status tells.
    child.stdin.on('error', () => {});
    child.stdin.end(pdf);
  });
}

function failed(reason: 'timeout' | 'output' | 'status', permanent: boolean): MssError<CdaPdfErrorCode> {
  return new MssError('ERR_MSS_CDA_PDF_CONVERSION_FAILED', 'Ghostscript could not convert the embedded PDF', {
    permanent,
    details: { reason },
    requirement: 'ECO.2.1.5',
  });
}

const aborted = (cause: unknown): MssError<CdaPdfErrorCode> =>
  new MssError('ERR_MSS_CDA_PDF_ABORTED', 'the rendering was aborted', { permanent: false, cause });

const missing = (cause: Error): MssError<CdaPdfErrorCode> =>
  new MssError('ERR_MSS_CDA_PDF_CONVERTER_MISSING', 'Ghostscript cannot be started', { cause, details: { missing: 'command' } });
