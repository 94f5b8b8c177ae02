import type { RecipientFacts } from './assess.js';
import type { Dialect, DialectSign } from './dialect.js';
import { dialects } from './dialects/index.js';
import type { Notification } from './notification.js';

/** Header fields that tell a family or name recipients. */
export type HeaderReader = (name: string) => string | null;

interface Draft {
  readonly address: string;
  readonly words: string[];
}

/** Reads a notification by the first family whose signs it has and whose rules find a recipient; `null` when none does. */
export function readByDialect(notification: Notification, header: HeaderReader): readonly RecipientFacts[] | null {
  for (const dialect of dialects) {
    if (dialect.everyday === true && !notification.isSystem) continue;
    if (!dialect.signs.some((sign) => hasSign(sign, notification, header))) continue;
    const found = read(dialect, notification, header);
    if (found.length > 0) return found;
  }
  return null;
}

function hasSign(sign: DialectSign, notification: Notification, header: HeaderReader): boolean {
  return (
    (sign.sender === undefined || sign.sender.test(notification.sender)) &&
    (sign.subject === undefined || sign.subject.test(notification.subject)) &&
    (sign.text === undefined || sign.text.test(notification.report)) &&
    (sign.header === undefined || header(sign.header) !== null)
  );
}

function read(dialect: Dialect, notification: Notification, header: HeaderReader): readonly RecipientFacts[] {
  const lines = notification.report.split(/\r?\n|\r/);
  const start = dialect.from === undefined ? 0 : lines.findIndex((line) => dialect.from?.test(line) === true) + 1;
  const { drafts, before, shared } = readLines(lines.slice(start), dialect);
  if (drafts.length === 0 && dialect.recipientHeader !== undefined) {
    for (const one of (header(dialect.recipientHeader) ?? '').split(/[\s,]+/))
      if (one.includes('@')) drafts.push({ address: one, words: [] });
  }
  const common = [...(dialect.wordsFirst === true ? before : []), ...shared, ...(dialect.words === undefined ? [] : [dialect.words])]
    .join('\n')
    .trim();
  const named: readonly { readonly address: string | null; readonly words: readonly string[] }[] =
    drafts.length === 0 && dialect.anonymous === true ? [{ address: null, words: before }] : drafts;
  return named.map(({ address, words }) => {
    const own = words.join('\n').trim();
    const text = [own, common].filter((part) => part !== '').join('\n');
    return {
      finalRecipient: address,
      originalRecipient: null,
      action: null,
      status: null,
      diagnostic: text === '' ? null : text,
      remoteMta: null,
      context: notification.report,
    };
  });
}

const isSame = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

interface Lines {
  readonly drafts: Draft[];
  /** Words before the first recipient. */
  readonly before: readonly string[];
  /** Words that concern all. */
  readonly shared: readonly string[];
}

function readLines(lines: readonly string[], dialect: Dialect): Lines {
  const drafts: Draft[] = [];
  const before: string[] = [];
  const shared: string[] = [];
  let current: Draft | null = null;
  let isShared = false;
  for (const line of lines) {
    const match = dialect.recipients.map((pattern) => pattern.exec(line)).find((one) => one !== null);
    const address = match?.groups?.['address'];
    if (dialect.shared?.test(line) === true) isShared = true;
    else if (address !== undefined && !isShared && !isSame(current?.address, address)) {
      const repeated: Draft | undefined = drafts.find((draft) => isSame(draft.address, address));
      // A notification in two languages names every recipient twice: the second time its words are not taken.
      current = repeated === undefined ? { address, words: [] } : { address, words: repeated.words.length === 0 ? repeated.words : [] };
      if (repeated === undefined) drafts.push(current);
      const words = match?.groups?.['words'];
      if (words !== undefined && words !== '') current.words.push(words);
      continue;
    } else if (dialect.stops?.some((stop) => stop.test(line)) === true && (current === null || current.words.length > 0)) {
      current = null;
      continue;
    }
    if (dialect.skips?.some((skip) => skip.test(line)) === true) continue;
    if (isShared) shared.push(line);
    else if (current !== null) current.words.push(line);
    else if (drafts.length === 0) before.push(line);
  }
  return { drafts, before, shared };
}
