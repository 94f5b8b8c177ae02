import { MssError } from '@mss/core';

/** Errors of the command itself. */
export type CliErrorCode =
  /** Wrong arguments. */
  | 'ERR_MSS_CLI_USAGE'
  /** A file could not be read or written. */
  | 'ERR_MSS_CLI_FILE'
  /** A text file that is not UTF-8. */
  | 'ERR_MSS_CLI_ENCODING'
  /** An input over the limit. */
  | 'ERR_MSS_CLI_TOO_LARGE'
  /** The thing examined was read and the verdict is negative. */
  | 'ERR_MSS_CLI_NEGATIVE'
  /** Something that should not happen. */
  | 'ERR_MSS_CLI_INTERNAL';

/** Wrong arguments, said in both languages. Neither sentence repeats a value: it may name a patient. */
export function usageError(english: string, french: string): MssError<CliErrorCode> {
  return new MssError<CliErrorCode>('ERR_MSS_CLI_USAGE', english, { details: { french } });
}

/** A file of the user's that could not be read or written. The path is the user's own words and may hold a name: it is not repeated. */
export function fileError(message: string, cause: unknown): MssError<CliErrorCode> {
  return new MssError<CliErrorCode>('ERR_MSS_CLI_FILE', message, { cause, details: { reason: (cause as NodeJS.ErrnoException).code } });
}
