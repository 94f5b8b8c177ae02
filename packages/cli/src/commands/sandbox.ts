import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readScenario, startSandbox } from '@mss/sandbox';

import type { CommandContext } from '../command.js';
import { fileError, usageError } from '../errors.js';

/** Options of `mss sandbox`. */
export interface SandboxCommandOptions {
  readonly portBase?: number;
  readonly data?: string;
  readonly scenario?: string;
}

/** Resolves when the process is asked to stop. */
async function stopSignal(): Promise<void> {
  const stop = new AbortController();
  try {
    // SIGHUP: the terminal was closed.
    await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(async (name) => once(process, name, { signal: stop.signal })));
  } finally {
    stop.abort();
  }
}

/**
 * `mss sandbox`: one line of JSON when ready, then serves until it is stopped. Without `--data` the certificates and keys go to a
 * folder that is removed at the end.
 *
 * @param stopped - resolves when it is time to stop; default SIGINT, SIGTERM or SIGHUP.
 */
export async function runSandbox(
  context: CommandContext,
  options: SandboxCommandOptions,
  stopped: () => Promise<void> = stopSignal,
): Promise<undefined> {
  if (options.scenario === '-') throw usageError('--scenario needs the name of a file', '--scenario attend le nom d’un fichier');
  const scenario = options.scenario === undefined ? null : await readScenario(options.scenario);
  // Heard from here on: a signal while it starts is not lost.
  const stop = stopped();
  const own = options.data === undefined ? await mkdtemp(join(tmpdir(), 'mss-sandbox-')) : null;
  try {
    const sandbox = await startSandbox({
      ...scenario?.options,
      profile: context.profile,
      dataDirectory: options.data ?? own ?? '',
      ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
    }).catch((error: unknown) => {
      // A folder that cannot be written is the only failure of the file system here.
      throw typeof (error as { syscall?: unknown }).syscall === 'string'
        ? fileError('the folder of --data could not be written', error)
        : error;
    });
    try {
      for (const fault of scenario?.faults ?? []) sandbox.addFault(fault);
      context.io.stdout(`${JSON.stringify(sandbox.describe())}\n`);
      await stop;
    } finally {
      await sandbox.stop();
    }
  } finally {
    if (own !== null) await rm(own, { recursive: true, force: true });
  }
  return undefined;
}
