import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { runMss } from '@mss/cli';
import { afterAll } from 'vitest';

/** A test document of the project. */
export const cda = (name: string): string => fileURLToPath(new URL(`../../../tooling/testdata/cda/${name}.xml`, import.meta.url));

/** A folder that goes when the tests of the file are over. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'mss-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** What one command line did. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The document of `--json`. */
  // eslint-disable-next-line typescript/no-explicit-any -- tests look at any key
  readonly json: any;
}

/** Runs `mss` in this process. */
export async function mss(args: readonly string[], stdin: Uint8Array | string = ''): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const status = await runMss(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    interactive: false,
    debug: false,
  });
  return { status, stdout, stderr, json: args.includes('--json') ? (JSON.parse(stdout) as unknown) : null };
}
