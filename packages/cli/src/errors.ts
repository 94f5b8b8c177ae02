/** Errors of the command itself. */
export type CliErrorCode =
  /** Wrong arguments. */
  | 'ERR_MSS_CLI_USAGE'
  /** A file could not be read or written. */
  | 'ERR_MSS_CLI_FILE'
  /** An input over the limit. */
  | 'ERR_MSS_CLI_TOO_LARGE'
  /** The thing examined was read and the verdict is negative. */
  | 'ERR_MSS_CLI_NEGATIVE'
  /** Something that should not happen. */
  | 'ERR_MSS_CLI_INTERNAL';
