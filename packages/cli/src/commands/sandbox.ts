import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readScenario, startSandbox } from '@mss/sandbox';

import type { CommandContext } from '../command.js';

/** Options of `mss sandbox`. */
export interface SandboxOptions {
  readonly portBase?: number;
  readonly data?: string;
  readonly scenario?: string;
}

/** `mss sandbox`: one line of JSON when ready, then serves until it is stopped. */
export async function runSandbox(context: CommandContext, options: SandboxOptions): Promise<undefined> {
  const scenario = options.scenario === undefined ? null : await readScenario(options.scenario);
  const sandbox = await startSandbox({
    ...scenario?.options,
    profile: context.profile,
    dataDirectory: options.data ?? (await mkdtemp(join(tmpdir(), 'mss-sandbox-'))),
    ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
  });
  for (const fault of scenario?.faults ?? []) sandbox.addFault(fault);
  context.io.stdout(`${JSON.stringify(sandbox.describe())}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await sandbox.stop();
  return undefined;
}
