import { isMssError } from '@mss/core';
import { CommanderError, type Command } from 'commander';

import type { CommandResult, Language } from './command.js';
import type { ExitStatus } from './exit-status.js';
import { commandOf, findCommand, fullName } from './help.js';
import type { CliIo } from './io.js';
import { formatJson } from './json.js';
import { buildProgram, type Invocation } from './program.js';
import { sentenceFor, type ToldError } from './sentences.js';
import { describeUsage, type UsageProblem } from './usage.js';

/** Known before parsing, so that help and usage errors obey them, too. */
function readManner(args: readonly string[]): { readonly language: Language; readonly json: boolean } {
  const english = args.some((arg, index) => arg === '--lang=en' || (arg === 'en' && args[index - 1] === '--lang'));
  return { language: english ? 'en' : 'fr', json: args.includes('--json') };
}

/**
 * Runs one `mss` command line.
 *
 * @param args - without node and script name.
 * @returns the exit status; everything printed went through `io`.
 */
export async function runMss(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  const { language, json } = readManner(args);
  let status: ExitStatus = 0;
  const show = async (result: CommandResult['result']): Promise<string> => {
    if (json) return formatJson(result);
    const { formatForPeople } = await import('./people.js');
    return formatForPeople(result, language);
  };
  const tell = async (error: ToldError, result?: CommandResult['result']): Promise<void> => {
    const { code, message, requirement } = error;
    if (json) {
      io.stdout(formatJson({ error: { code, message, requirement }, ...result }));
      return;
    }
    if (result !== undefined) io.stdout(await show(result));
    io.stderr(`mss${language === 'fr' ? ' : ' : ': '}${await sentenceFor(error, language)}\n`);
  };
  const invoke: Invocation = async (context, action) => {
    const outcome = await action({ ...context, io });
    if (outcome === undefined) return;
    status = outcome.status ?? 0;
    if (outcome.error === undefined) io.stdout(await show(outcome.result));
    else await tell(outcome.error, outcome.result);
  };

  const program = buildProgram(invoke, { io, language, json });
  try {
    if (args[0] === 'help') return await printHelp(program, { args: args.slice(1), io, language, tell });
    if (args[0] === '--version' || args[0] === '-V') return await printVersion(io);
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      const command = commandOf(program, args);
      if (error.code === 'commander.helpDisplayed') io.stdout(await moreHelp(command, language));
      if (error.exitCode === 0) return 0;
      // Without a command at all, the list of commands is the best answer.
      if (error.code === 'commander.help' && !json) io.stderr(`${command.helpInformation()}\n`);
      await tell(usageOf(describeUsage(error, command)));
      return 2;
    }
    await tell(toldOf(error));
    if (io.debug) io.stderr(`${(error as Error).stack ?? ''}\n`);
    const { exitStatusOf } = await import('./error-codes/index.js');
    return exitStatusOf(toldOf(error).code);
  }
}

function usageOf(problem: UsageProblem): ToldError {
  return { code: 'ERR_MSS_CLI_USAGE', message: problem.english, french: problem.french, requirement: null };
}

/** What is not an error of the toolkit is shown without its message: nobody knows what it quotes. */
function toldOf(error: unknown): ToldError {
  if (!isMssError(error))
    return { code: 'ERR_MSS_CLI_INTERNAL', message: 'unexpected failure (MSS_DEBUG=1 tells more)', requirement: null };
  const { french } = error.details;
  return {
    code: error.code,
    message: error.message,
    requirement: error.requirement ?? null,
    ...(typeof french === 'string' ? { french } : {}),
  };
}

/** `mss help`, `mss help message`, `mss help message build`. */
async function printHelp(
  program: Command,
  options: {
    readonly args: readonly string[];
    readonly io: CliIo;
    readonly language: Language;
    readonly tell: (error: ToldError) => Promise<void>;
  },
): Promise<ExitStatus> {
  const words = options.args.filter((arg, index) => !arg.startsWith('-') && options.args[index - 1] !== '--lang');
  const command = findCommand(program, words);
  if (command !== null) {
    options.io.stdout(command.helpInformation() + (await moreHelp(command, options.language)));
    return 0;
  }
  const known = commandOf(program, words);
  await options.tell(usageOf(describeUsage(new CommanderError(1, 'commander.unknownCommand', ''), known)));
  return 2;
}

/** What stands below the options: the keys of the configuration file for `send`, to which the other commands point. */
async function moreHelp(command: Command, language: Language): Promise<string> {
  if (fullName(command) !== 'mss send') return '';
  const { sendHelp } = await import('./config/help.js');
  return `\n${sendHelp(language)}`;
}

async function printVersion(io: CliIo): Promise<ExitStatus> {
  const { readVersion } = await import('./version.js');
  io.stdout(`${await readVersion()}\n`);
  return 0;
}
