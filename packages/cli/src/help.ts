import { Help, type Command, type HelpConfiguration, type Option } from 'commander';

import type { Language } from './command.js';

const titles: Readonly<Record<string, string>> = {
  'Usage:': 'Utilisation :',
  'Arguments:': 'Arguments :',
  'Options:': 'Options :',
  'Commands:': 'Commandes :',
};

/** The help texts of commander in the user's language. */
export function helpIn(language: Language): HelpConfiguration {
  if (language === 'en') return {};
  const standard = new Help();
  return {
    styleTitle: (title) => titles[title] ?? title,
    commandUsage: (command: Command) => standard.commandUsage(command).replace('[command]', '[commande]'),
    optionDescription(option: Option): string {
      const notes = [
        ...(option.argChoices === undefined ? [] : [`au choix : ${option.argChoices.join(', ')}`]),
        ...(option.defaultValue === undefined ? [] : [`par défaut : ${String(option.defaultValue)}`]),
        ...(option.mandatory ? ['obligatoire'] : []),
      ];
      return notes.length === 0 ? option.description : `${option.description} (${notes.join(' ; ')})`;
    },
  };
}

/** The command that leading words name: `["message", "build"]`; `null` when a word names none. */
export function findCommand(program: Command, words: readonly string[]): Command | null {
  let at: Command = program;
  for (const word of words) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

/** The command that a line means: as many of its leading words as name one. */
export function commandOf(program: Command, args: readonly string[]): Command {
  const words = args.filter((word) => !word.startsWith('-'));
  for (let count = Math.min(words.length, 2); count > 0; count -= 1) {
    const command = findCommand(program, words.slice(0, count));
    if (command !== null) return command;
  }
  return program;
}

/** `mss message build`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
