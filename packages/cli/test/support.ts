import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { runMss } from '@mss/cli';
import { afterAll } from 'vitest';

import { labels, standardObjects } from '../src/labels.js';

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

/** Every key of a result that is shown under a label of ours. */
export function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [key, ...(standardObjects.includes(key) ? [] : keysOf(child))]);
}

/** Keys that people would see without a label. */
export function unlabelled(value: Readonly<Record<string, unknown>>): string[] {
  return [...new Set(keysOf({ ...value, error: undefined }))].filter((key) => key !== 'error' && labels[key] === undefined);
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
