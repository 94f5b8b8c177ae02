import { refusedError } from './errors.js';
import type { ImapClient } from './client.js';
import { readFetchAnswer, type FetchAnswer } from './fetch-answer.js';
import { formatUidSet } from './uid-set.js';

/** Lines of one FETCH: flags, keywords and dates, or a notice about many messages. */
const maxLineBytes = 8 * 1024 * 1024;

/**
 * UID FETCH without imapflow, which keeps the selected folder up to date from what the server tells in between.
 *
 * @param request.onAnswer - called for each answer as it comes, in the order of the server
 * @throws MssError `ERR_MSS_IMAP_REFUSED`, `ERR_MSS_IMAP_PROTOCOL`
 * @see RFC 9051 §6.4.9
 */
export async function fetchDiverted(
  client: ImapClient,
  request: {
    readonly uids: readonly number[];
    /** For example `UID BODY.PEEK[]`. */
    readonly items: string;
    /** Longest body. */
    readonly maxLiteralBytes: number;
    readonly onAnswer: (answer: FetchAnswer) => void;
  },
): Promise<void> {
  const end = await client.divert({
    command: `UID FETCH ${formatUidSet(request.uids)} (${request.items})`,
    limits: { maxLineBytes, maxLiteralBytes: request.maxLiteralBytes },
    take: (response) => {
      const answer = readFetchAnswer(response);
      if (answer === null || !answer.wasAskedFor) return false;
      request.onAnswer(answer);
      return true;
    },
  });
  const [, status = '', code] = /^(\w+)(?: \[([^\s\]]+))?/.exec(end) ?? [];
  // As Dovecot and others say when some were deleted meanwhile: what came counts.
  if (/^OK$/i.test(status) || /^NO .*some of the requested messages no longer exist/i.test(end)) return;
  throw refusedError(status.toUpperCase(), code?.toUpperCase() ?? null);
}
