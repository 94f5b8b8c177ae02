import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** Bound of the old space in MiB: a reader that keeps more than it should dies. */
  readonly heapMb: number;
  readonly args?: readonly string[];
  /** Default 60 s, then the child is killed. */
  readonly timeoutMs?: number;
}

export interface ChildResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The child's largest resident set; 0 when it was killed. */
  readonly peakBytes: number;
}

/**
 * What Node is started with so that it runs the sources as they stand. Node 22 strips types only when it is told to, as the process
 * that asks here may have been; and it cannot parse `using`.
 */
export function sourceFlags(): readonly string[] {
  const stripsByFlag = process.features.typescript === false || process.execArgv.includes('--experimental-strip-types');
  const typescript = stripsByFlag ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [];
  return [...typescript, '--import', new URL('source-hooks.mjs', import.meta.url).href];
}

/**
 * Runs a module alone in a Node process with a bounded heap, for inputs that would hurt the other tests.
 *
 * The module imports `@mss/…` from the sources (see source-hooks.mjs).
 *
 * @param script - the URL of a file, or the text of a JavaScript module.
 */
export async function runInChild(script: URL | string, options: ChildOptions): Promise<ChildResult> {
  const entry = typeof script === 'string' ? ['--input-type=module', '--eval', script, '--'] : [fileURLToPath(script)];
  const child = spawn(process.execPath, [...sourceFlags(), `--max-old-space-size=${options.heapMb}`, ...entry, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const [stdout, stderr, peak, end] = await Promise.all([outputOf(child.stdout), outputOf(child.stderr), outputOf(child.stdio[3]), ended]);
  return { ...end, stdout, stderr, peakBytes: Number(peak) || 0 };
}

async function outputOf(stream: unknown): Promise<string> {
  return stream instanceof Readable ? text(stream) : '';
}
