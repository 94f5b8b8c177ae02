/**
 * Exit status of `mss`.
 *
 * | status | meaning |
 * |---|---|
 * | 0 | done, or the thing examined is acceptable |
 * | 1 | it was read and the verdict is negative |
 * | 2 | wrong usage, not readable as the format, over a limit, encrypted, DOCTYPE |
 * | 3 | no answer, or a peer that breaks its protocol |
 */
export type ExitStatus = 0 | 1 | 2 | 3;

const unreadable: readonly RegExp[] = [
  /^ERR_MSS_(XML|ZIP|MIME)_/,
  /^ERR_MSS_CLI_(USAGE|FILE|TOO_LARGE)$/,
  /_(LIMIT|TOO_LARGE_TO_READ|ENCRYPTED|DOCTYPE|MALFORMED|NOT_READABLE|NOT_A_[A-Z]+|UNREADABLE)$/,
  /^ERR_MSS_CDA_(NO_CLINICAL_DOCUMENT|SEVERAL_CLINICAL_DOCUMENTS)$/,
];
const silent: readonly RegExp[] = [/^ERR_MSS_(SMTP|IMAP)_(?!AUTH|REFUSED|REJECTED)/, /_(CONNECT|CONNECTION|TIMEOUT|NETWORK|PROTOCOL|UNREACHABLE|CONNECTION_LOST|STARTTLS_PROTOCOL)$/];

/** The status that an error code stands for: what is neither unreadable nor silent is a negative verdict. */
export function exitStatusOf(code: string): ExitStatus {
  if (code === 'ERR_MSS_INS_MALFORMED') return 1;
  if (unreadable.some((pattern) => pattern.test(code))) return 2;
  if (silent.some((pattern) => pattern.test(code))) return 3;
  return 1;
}
