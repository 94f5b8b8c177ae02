import { open, readFile } from 'node:fs/promises';

import { concatBytes, MssError } from '@mss/core';

import type { CliErrorCode } from './errors.js';

/** Where a command reads and writes: the process, or a test. */
export interface CliIo {
  readonly stdin: NodeJS.ReadableStream;
  /** One call a document or line; the text ends with a line feed. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether progress may be drawn on stderr. */
  readonly interactive: boolean;
  readonly debug: boolean;
}

/** Bytes of a file argument; `-` is standard input. */
export async function readInput(file: string, options: { readonly io: CliIo; readonly maxBytes: number }): Promise<Uint8Array> {
  try {
    if (file === '-') return await readStandardInput(options);
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > options.maxBytes) throw tooLarge(options.maxBytes);
      return new Uint8Array(await readFile(handle));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof MssError) throw error;
    // The path is the user's own words and may hold a name: it is not repeated.
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_FILE', 'a file could not be read', { cause: error, details: { reason: (error as NodeJS.ErrnoException).code } });
  }
}

async function readStandardInput(options: { readonly io: CliIo; readonly maxBytes: number }): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of options.io.stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    length += bytes.length;
    if (length > options.maxBytes) throw tooLarge(options.maxBytes);
    chunks.push(bytes);
  }
  return concatBytes(chunks);
}

function tooLarge(maxBytes: number): MssError<CliErrorCode> {
  return new MssError<CliErrorCode>('ERR_MSS_CLI_TOO_LARGE', 'the input is larger than the limit', { details: { maxBytes } });
}
