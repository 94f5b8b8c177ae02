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
  /** The configuration file is not JSON, or a key of it is unknown, missing or wrong. */
  | 'ERR_MSS_CLI_CONFIG'
  /** A secret that the configuration names cannot be had. */
  | 'ERR_MSS_CLI_SECRET'
  /** A command of the configuration that was to print a token failed. */
  | 'ERR_MSS_CLI_TOKEN_COMMAND'
  /** An entry of the outbox belongs to another mailbox than that of the configuration. */
  | 'ERR_MSS_CLI_OTHER_MAILBOX'
  /** Not sent yet: the message waits in the outbox for its next try. */
  | 'ERR_MSS_CLI_WAITING'
  /** The message was not sent and will not be: cancelled, expired or given up. */
  | 'ERR_MSS_CLI_NOT_SENT'
  /** Messages were put in quarantine. */
  | 'ERR_MSS_CLI_QUARANTINE'
  /** Messages could not be handed over, or steps are left to do: they are tried again at the next call. */
  | 'ERR_MSS_CLI_UNFINISHED'
  /** `doctor`: a check failed. */
  | 'ERR_MSS_CLI_DOCTOR'
  /** A read receipt that goes out only when the person agrees. */
  | 'ERR_MSS_CLI_CONSENT'
  /** Cancelled too late: the message is leaving or has left. */
  | 'ERR_MSS_CLI_TOO_LATE'
  /** `doctor`: checks failed for lack of an answer, none for another reason. */
  | 'ERR_MSS_CLI_DOCTOR_NO_ANSWER'
  /** Nothing was found. */
  | 'ERR_MSS_CLI_NOTHING_FOUND'
  /** A person stopped the command before its end. */
  | 'ERR_MSS_CLI_INTERRUPTED'
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

/** A fault of the configuration file, said in both languages. No value of the file is repeated. */
export function configError(english: string, french: string): MssError<CliErrorCode> {
  return new MssError<CliErrorCode>('ERR_MSS_CLI_CONFIG', english, { details: { french } });
}
