import type { Environment, ProfileId } from '@mss/core';

import type { ExitStatus } from './exit-status.js';
import type { CliIo } from './io.js';

/** `fr` by default. */
export type Language = 'fr' | 'en';

/** What every command is given besides its own arguments. */
export interface CommandContext {
  readonly io: CliIo;
  readonly profile: ProfileId;
  readonly environment: Environment;
  readonly language: Language;
  readonly json: boolean;
  /** Of profile and environment, those that stand on the command line: they win over a configuration file. */
  readonly explicit?: readonly ('profile' | 'environment')[];
}

/** What a command found; printed as JSON or for people. */
export interface CommandResult {
  /** The documented keys, in the documented order. */
  readonly result: Readonly<Record<string, unknown>>;
  /** 0 when left out. With another status, `error` says why. */
  readonly status?: ExitStatus;
  readonly error?: { readonly code: string; readonly message: string; readonly requirement: string | null };
}

/** A command's work: arguments in, result out. Throws `MssError`. */
export type CommandAction<Arguments extends readonly unknown[]> = (
  context: CommandContext,
  ...args: Arguments
) => Promise<CommandResult | undefined>;
