import type { CommandContext } from './command.js';

/** One line for the person on standard error: nothing of a patient, no secret. */
export function note(context: Pick<CommandContext, 'io' | 'language'>, french: string, english: string): void {
  context.io.stderr(context.language === 'fr' ? `mss : ${french}\n` : `mss: ${english}\n`);
}
