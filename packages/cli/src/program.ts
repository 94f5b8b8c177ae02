import { Command, InvalidArgumentError, Option } from 'commander';

import { isProfileId } from '@mss/core';

import type { CommandAction, CommandContext, Language } from './command.js';
import { addCommands } from './command-table.js';
import { helpIn } from './help.js';
import type { CliIo } from './io.js';

/** What an action gives back. */
export type ActionOutcome = Promise<Awaited<ReturnType<CommandAction<[]>>>>;

/** Runs an action in the context of its options; the caller prints what comes back. */
export type Invocation = (context: Omit<CommandContext, 'io'>, action: (context: CommandContext) => ActionOutcome) => Promise<void>;

/** The work of a command: context, then arguments and options as its usage has them. */
export type Action = (context: CommandContext, ...args: never[]) => ActionOutcome;

/** How commands are put on the command line. */
export interface ProgramFrame {
  /** The text of the user's language. */
  readonly say: (french: string, english: string) => string;
  /** A group of commands: `mss ins`. */
  readonly group: (name: string, description: string) => Command;
  /** A command with the shared options; its action gets the context, then its own arguments and options. */
  readonly add: (parent: Command, usage: string, description: string, action: Action) => Command;
}

/** The command line of `mss`: frame, shared options, help in the user's language. */
export function buildProgram(
  invoke: Invocation,
  options: { readonly io: CliIo; readonly language: Language; readonly json: boolean },
): Command {
  const { io, language, json } = options;
  const say = (french: string, english: string): string => (language === 'fr' ? french : english);
  // Both are read before parsing (see runMss); they are declared here so that they may stand anywhere on the line.
  const manner = (command: Command): Command =>
    command
      .option('--json', say('un document JSON sur la sortie standard', 'one JSON document on standard output'))
      .addOption(new Option('--lang <langue>', say('langue de la sortie', 'language of the output')).choices(['fr', 'en']));
  const program = manner(
    new Command('mss')
      .description(
        say(
          'Outils MSSanté : identités, documents, archives, messages, accusés, canal sécurisé',
          'MSSanté tools: identities, documents, archives, messages, receipts, secure channel',
        ),
      )
      .showSuggestionAfterError(true)
      .exitOverride()
      .configureOutput({ writeOut: io.stdout, writeErr: () => {} })
      .configureHelp(helpIn(language))
      .helpOption('-h, --help', say("affiche l'aide", 'shows help'))
      .helpCommand(say('help [commande...]', 'help [command...]'), say("affiche l'aide d'une commande", 'shows the help of a command'))
      .option('-V, --version', say('affiche la version', 'shows the version')),
  );

  const add = (parent: Command, usage: string, description: string, action: Action): Command =>
    manner(parent.command(usage).description(description))
      .addOption(
        new Option(
          '--profile <profil>',
          say('version du référentiel (ref2-0.1 ou ref2-1.0.1)', 'version of the référentiel (ref2-0.1 or ref2-1.0.1)'),
        )
          .argParser(profileOption)
          .default('ref2-0.1'),
      )
      .addOption(
        new Option(
          '--environment <environnement>',
          say('seul réglage qui admet les identités de test', 'the only switch that lets test identities pass'),
        )
          .choices(['production', 'test'])
          .default('production'),
      )
      .action(async (...all: unknown[]) => {
        // Commander hands over the arguments, then the options, then the command itself.
        const args = all.slice(0, -1) as never[];
        const { profile, environment } = all.at(-2) as Pick<CommandContext, 'profile' | 'environment'>;
        const command = all.at(-1) as Command;
        const explicit = (['profile', 'environment'] as const).filter((name) => command.getOptionValueSource(name) === 'cli');
        await invoke({ json, language, profile, environment, explicit }, (context) => action(context, ...args));
      });
  addCommands(program, { say, add, group: (name, description) => program.command(name).description(description) });
  return program;
}

function profileOption(text: string): string {
  if (!isProfileId(text)) throw new InvalidArgumentError('ref2-0.1, ref2-1.0.1');
  return text;
}
