import { open, writeFile, type FileHandle } from 'node:fs/promises';

import { concatBytes, defaultLimits, MssError } from '@mss/core';

import { fileError, usageError, type CliErrorCode } from './errors.js';

/** Where a command reads and writes: the process, or a test. */
export interface CliIo {
  readonly stdin: NodeJS.ReadableStream;
  /** One call a document or line; the text ends with a line feed. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether progress may be drawn on stderr. */
  readonly interactive: boolean;
  readonly debug: boolean;
  /** Where `{ "env": … }` of a configuration looks. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Asks a person for a secret, without echo; `null` when nobody is there or wants to answer. Default: nobody is. */
  readonly ask?: (prompt: string) => Promise<string | null>;
  /** Aborted when a command that runs on is to stop. Default: SIGINT, SIGTERM and SIGHUP. */
  readonly stop?: AbortSignal;
}

/**
 * Bytes of a file argument; `-` is standard input.
 *
 * @throws MssError `ERR_MSS_CLI_FILE`, `ERR_MSS_CLI_TOO_LARGE`, `ERR_MSS_CLI_USAGE` when standard input is read twice.
 */
export async function readInput(file: string, options: { readonly io: CliIo; readonly maxBytes: number }): Promise<Uint8Array> {
  const { io, maxBytes } = options;
  if (file === '-') return readStandardInput(io, maxBytes);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    return await readBounded(handle.createReadStream({ autoClose: false }), maxBytes);
  } catch (error) {
    if (error instanceof MssError) throw error;
    throw fileError('a file could not be read', error);
  } finally {
    await handle?.close();
  }
}

/** Text of a file argument: UTF-8, with or without byte order mark. */
export async function readText(file: string, io: CliIo): Promise<string> {
  const bytes = await readInput(file, { io, maxBytes: defaultLimits.messageBytes });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_ENCODING', 'a text file is not UTF-8', { cause: error });
  }
}

/**
 * Writes a result to the file the user named, readable by its owner only.
 *
 * @throws MssError `ERR_MSS_CLI_FILE`
 */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw fileError('the output file could not be written', error);
  }
}

/** Standard output holds the result's description, so a result itself always goes to a file. */
export function ensureOutputFile(file: string): void {
  if (file === '-' || file === '') throw usageError('-o needs the name of a file', '-o attend le nom d’un fichier');
}

async function readStandardInput(io: CliIo, maxBytes: number): Promise<Uint8Array> {
  if ((io.stdin as { readableDidRead?: boolean }).readableDidRead === true) {
    throw usageError('standard input (-) can stand for one file only', "l'entrée standard (-) ne peut remplacer qu'un seul fichier");
  }
  try {
    return await readBounded(io.stdin, maxBytes);
  } catch (error) {
    if (error instanceof MssError) throw error;
    throw fileError('standard input could not be read', error);
  }
}

/** Counts while it reads: a device or a pipe has no size to look at. */
async function readBounded(stream: NodeJS.ReadableStream, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    length += bytes.length;
    if (length > maxBytes)
      throw new MssError<CliErrorCode>('ERR_MSS_CLI_TOO_LARGE', 'the input is larger than the limit', { details: { maxBytes } });
    chunks.push(bytes);
  }
  return concatBytes(chunks);
}
