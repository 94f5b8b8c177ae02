/** Every code that this package throws. */
export type SandboxErrorCode =
  /** An option or a scenario has a value that cannot be. */
  | 'ERR_MSS_SANDBOX_OPTION'
  /** A port of the range asked for is taken. */
  | 'ERR_MSS_SANDBOX_PORT_TAKEN'
  /** The scenario file is not JSON or has an unknown key. */
  | 'ERR_MSS_SANDBOX_SCENARIO'
  /** No account has this address. */
  | 'ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT'
  /** The account is not of the kind that the call is for. */
  | 'ERR_MSS_SANDBOX_ACCOUNT_KIND'
  /** No message has this id. */
  | 'ERR_MSS_SANDBOX_UNKNOWN_MESSAGE'
  /** The patient may not answer this message: the exchange was ended. */
  | 'ERR_MSS_SANDBOX_REPLY_CLOSED'
  /** The storage limit of the sandbox is reached. */
  | 'ERR_MSS_SANDBOX_STORAGE_FULL'
  /** The sandbox was stopped. */
  | 'ERR_MSS_SANDBOX_STOPPED';
