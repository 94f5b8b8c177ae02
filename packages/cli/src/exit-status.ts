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
