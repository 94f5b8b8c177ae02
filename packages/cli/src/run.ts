import { isMssError } from '@mss/core';
import { CommanderError } from 'commander';

import type { CommandResult } from './command.js';
import { exitStatusOf, type ExitStatus } from './exit-status.js';
import type { CliIo } from './io.js';
import { formatForPeople, formatJson } from './print.js';
import { buildProgram, type Invocation } from './program.js';
import { sentenceFor } from './sentences.js';

/**
 * Runs one `mss` command line.
 *
 * @param args - without node and script name.
 * @returns the exit status; everything printed went through `io`.
 */
export async function runMss(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  // Known before parsing, so that a usage error too obeys --json and --lang.
  const language = args.includes('--lang=en') || args[args.indexOf('--lang') + 1] === 'en' ? 'en' : 'fr';
  const json = args.includes('--json');
  const print = (error: { code: string; message: string; requirement: string | null }, result?: CommandResult['result']): void => {
    if (json) {
      io.stdout(formatJson({ error, ...result }));
      return;
    }
    if (result !== undefined) io.stdout(formatForPeople(result, language));
    io.stderr(`mss${language === 'fr' ? ' : ' : ': '}${sentenceFor(error, language)}\n`);
  };
  const invoke: Invocation = async (context, action) => {
    const outcome = await action({ ...context, io });
    if (outcome === undefined) return;
    status = outcome.status ?? 0;
    if (outcome.error !== undefined) print(outcome.error, outcome.result);
    else io.stdout(context.json ? formatJson(outcome.result) : formatForPeople(outcome.result, context.language));
  };
  try {
    await buildProgram(invoke, io).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      print({ code: 'ERR_MSS_CLI_USAGE', message: error.message.replace(/^error: /, ''), requirement: null });
      return 2;
    }
    const known = isMssError(error)
      ? { code: error.code, message: error.message, requirement: error.requirement ?? null }
      : { code: error instanceof TypeError ? 'ERR_MSS_CLI_USAGE' : 'ERR_MSS_CLI_INTERNAL', message: error instanceof TypeError ? error.message : 'unexpected failure', requirement: null };
    print(known);
    if (io.debug) io.stderr(`${(error as Error).stack ?? ''}\n`);
    return known.code === 'ERR_MSS_CLI_USAGE' || known.code === 'ERR_MSS_CLI_INTERNAL' ? 2 : exitStatusOf(known.code);
  }
  return status;
}
