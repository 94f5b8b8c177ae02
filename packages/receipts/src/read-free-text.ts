import type { RecipientFacts } from './assess.js';
import { addressesIn, type Notification } from './notification.js';
import { readByDialect, type HeaderReader } from './read-dialect.js';
import { readTranscript } from './read-transcript.js';
import { reasonOfText } from './reason-phrases.js';
import { findCodes } from './smtp-codes.js';
import type { Tolerance } from './warnings.js';

/**
 * Reads a notification that has no machine-readable part: by the rules of a mail system, else by general ones. The
 * general rules ask for a failure in the words (a code or a known phrase) and take the addresses that the report names.
 *
 * @returns `null` when the words tell no failure.
 */
export function readFreeText(notification: Notification, header: HeaderReader, tolerance: Tolerance): readonly RecipientFacts[] | null {
  const known = readTranscript(notification.report) ?? readByDialect(notification, header) ?? readQuoted(notification, header);
  if (known !== null) {
    tolerance.add('RECEIPT_FREE_TEXT');
    return known;
  }
  if (!notification.isSystem) return null;
  const { report } = notification;
  const codes = findCodes(report);
  if (codes.status === null && codes.reply === null && reasonOfText(report) === null) return null;
  const failed = (header('X-Failed-Recipients') ?? '').split(/[\s,]+/).filter((one) => one.includes('@'));
  const named = failed.length > 0 ? failed : addressesIn(report).filter((one) => !/^(?:postmaster|mailer-daemon|support|help)@/i.test(one));
  tolerance.add('RECEIPT_FREE_TEXT');
  tolerance.add('RECEIPT_UNKNOWN_DIALECT');
  const fact = (finalRecipient: string | null): RecipientFacts => ({
    finalRecipient,
    originalRecipient: null,
    action: null,
    status: null,
    diagnostic: report.trim(),
    remoteMta: null,
  });
  return named.length === 0 ? [fact(null)] : named.slice(0, 1).map(fact);
}

/** A notification that somebody forwarded inline: the quoting marks are taken off. */
function readQuoted(notification: Notification, header: HeaderReader): readonly RecipientFacts[] | null {
  const lines = notification.report.split(/\r?\n/);
  if (lines.filter((line) => line.startsWith('>')).length < 5) return null;
  const report = lines.map((line) => line.replace(/^>+ ?/, (marks) => (marks.length > 3 ? '>>> ' : ''))).join('\n');
  return readTranscript(report) ?? readByDialect({ ...notification, report }, header);
}
