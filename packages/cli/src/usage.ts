import type { Command, CommanderError } from 'commander';

import { fullName } from './help.js';

/** A wrong command line in both languages. */
export interface UsageProblem {
  readonly english: string;
  readonly french: string;
}

/** What stands between quotes in a sentence of commander: a name of ours for most codes. */
function quoted(error: CommanderError): string {
  return /'([^']*)'/.exec(error.message)?.[1] ?? '';
}

/**
 * Says what is wrong with a command line without repeating a word of the user's: a misplaced argument may be a name or a matricule.
 * Only names of commands, options and arguments, which are ours, stand in the sentence.
 */
export function describeUsage(error: CommanderError, command: Command): UsageProblem {
  const name = fullName(command);
  const help = { english: `see: mss help${name.slice(3)}`, french: `voir « mss help${name.slice(3)} »` };
  const guess = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(error.message)?.[1];
  const meant = { english: guess === undefined ? '' : ` (did you mean ${guess}?)`, french: guess === undefined ? '' : ` (${guess} ?)` };
  const tell = (english: string, french: string): UsageProblem => ({
    english: `${english}; ${help.english}`,
    french: `${french} ; ${help.french}`,
  });
  const names = command.commands.map((one) => one.name()).join(', ');
  switch (error.code) {
    case 'commander.help':
      return tell(`a command is missing after ${name}: ${names}`, `une commande manque après ${name} : ${names}`);
    case 'commander.unknownCommand':
      return tell(
        `unknown command${meant.english}; ${name} has: ${names}`,
        `commande inconnue${meant.french} ; ${name} connaît : ${names}`,
      );
    case 'commander.unknownOption':
      return tell(`unknown option for ${name}${meant.english}`, `option inconnue de ${name}${meant.french}`);
    case 'commander.missingArgument':
      return tell(`${name}: the argument <${quoted(error)}> is missing`, `${name} : l'argument <${quoted(error)}> manque`);
    case 'commander.optionMissingArgument':
      return tell(`${name}: the option ${quoted(error)} needs a value`, `${name} : l'option ${quoted(error)} attend une valeur`);
    case 'commander.missingMandatoryOptionValue':
      return tell(`${name}: the option ${quoted(error)} is mandatory`, `${name} : l'option ${quoted(error)} est obligatoire`);
    case 'commander.excessArguments':
      return tell(`${name}: too many arguments`, `${name} : trop d'arguments`);
    case 'commander.invalidArgument': {
      const allowed = /Allowed choices are (.*)\.$/.exec(error.message)?.[1] ?? /is invalid\. (.*)$/.exec(error.message)?.[1] ?? '';
      return tell(
        `${name}: the value of ${quoted(error)} is not valid${allowed === '' ? '' : ` (${allowed})`}`,
        `${name} : la valeur de ${quoted(error)} n'est pas valable${allowed === '' ? '' : ` (${allowed})`}`,
      );
    }
    default:
      return tell('wrong arguments', 'arguments incorrects');
  }
}
