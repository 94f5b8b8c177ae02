import { MssError, type MssErrorOptions } from '@mss/core';

/**
 * Codes of the white list of domains. What happens on the wire comes through unchanged from `@mss/pki` (`ERR_MSS_TLS_*`).
 * Whatever the code of a refresh, the last good copy stays in use.
 */
export type WhiteListErrorCode =
  /** There is no copy yet, or none that can be read: whether a domain belongs is not known, so it does not. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_NONE'
  /** The last good copy is older than `maxAgeMs`. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_STALE'
  /** No server gave the list (`details.status`). Later may help. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD'
  /** What came is no white list: a web page, a file cut short, another document, too large, too many names that are none. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT'
  /** A list without a domain. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_EMPTY'
  /** More domains are gone than the threshold allows (`details` has the counts). */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_SHRUNK'
  /** The copy cannot be written to disk; the new list is not used. */
  | 'ERR_MSS_ANNUAIRE_WHITE_LIST_CACHE';

const passing: ReadonlySet<WhiteListErrorCode> = new Set<WhiteListErrorCode>([
  'ERR_MSS_ANNUAIRE_WHITE_LIST_NONE',
  'ERR_MSS_ANNUAIRE_WHITE_LIST_STALE',
  'ERR_MSS_ANNUAIRE_WHITE_LIST_DOWNLOAD',
  'ERR_MSS_ANNUAIRE_WHITE_LIST_CACHE',
]);

/** Makes an error of the white list; whether it is permanent follows from its code. */
export function whiteListError(
  code: WhiteListErrorCode,
  message: string,
  options: Omit<MssErrorOptions, 'permanent' | 'requirement'> = {},
): MssError<WhiteListErrorCode> {
  return new MssError<WhiteListErrorCode>(code, message, { ...options, permanent: !passing.has(code) });
}
