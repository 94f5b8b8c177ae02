/** SMTP codes found in a text: RFC 5321 replies and RFC 3463 statuses. */
export interface SmtpCodes {
  /** The reply that counts; `null` without one. */
  readonly reply: number | null;
  /** The status that counts; `null` without one. */
  readonly status: string | null;
}

/** Whether a text is a status of RFC 3463. */
export function isStatus(text: string): boolean {
  return /^[245]\.\d{1,3}\.\d{1,3}$/.test(text);
}

/** Every status in a text, in order. IP addresses, versions and longer numbers are none. */
function findStatuses(text: string, className?: string): readonly string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?<![\w./@]|(?<!\d{3})-)([245])\.([0-7])\.(\d{1,3})(?![\w-]|\.\d)/g)) {
    const status = `${match[1]}.${match[2]}.${match[3]}`;
    if (className === undefined || match[1] === className) found.push(status);
  }
  return found;
}

/** The first reply code of SMTP in a text: after nothing, a quote, `#`, a colon or a space, and before a separator. */
function findReply(text: string, className?: string): number | null {
  for (const match of text.matchAll(/(?<![\w.@=/-])([245][0-5]\d)(?=[\s:;,.)\]'"<-]|$)(?!\.\d)/g)) {
    const code = Number(match[1]);
    if (known.has(code) && (className === undefined || match[1]?.startsWith(className) === true)) return code;
  }
  return null;
}

/** Replies that mail servers give; other numbers of three digits are sizes, ports and times. */
const known = new Set([
  211, 214, 220, 221, 235, 250, 251, 252, 253, 421, 422, 430, 432, 450, 451, 452, 453, 454, 455, 456, 458, 459, 499, 500, 501, 502, 503,
  504, 510, 511, 512, 515, 517, 520, 521, 522, 523, 524, 525, 530, 531, 533, 534, 535, 538, 540, 541, 542, 543, 544, 545, 546, 547, 549,
  550, 551, 552, 553, 554, 555, 556, 557,
]);

/** Codes of a diagnostic text: the best status, and the reply of the same class where there is one. */
export function findCodes(text: string): SmtpCodes {
  const statuses = findStatuses(text);
  const first = findReply(text);
  const className = first === null ? undefined : String(first).charAt(0);
  const agreeing = className === undefined ? statuses : statuses.filter((one) => one.startsWith(className));
  const status = (agreeing.length > 0 ? agreeing : statuses).reduce<string | null>(
    (best, one) => (best === null ? one : moreTelling(best, one)),
    null,
  );
  const reply = status === null ? first : (findReply(text, status.charAt(0)) ?? null);
  return { reply, status };
}

/** Nothing is known but the class. */
const isBare = (status: string): boolean => /^\d\.0\.0$/.test(status);
/** The detail is "other": X.Y.0. */
const isVague = (status: string): boolean => status.endsWith('.0');
/** Statuses that tell what the mail system did about an error, not what the error was. */
const hides = (status: string): boolean => /^(?:4\.4\.7|4\.7\.0|5\.3\.\d+|\d\.5\.[1245])$/.test(status);

/** Of two statuses for the same recipient, the one that says more about the cause; the first when both say as much. */
export function moreTelling(first: string, second: string): string {
  if (first === second) return first;
  if (isBare(first)) return isBare(second) ? first : second;
  if (isBare(second)) return first;
  if (isVague(first) !== isVague(second)) return isVague(first) ? second : first;
  if (hides(first)) return second;
  // A system that calls every refusal "bad mailbox" (5.1.1) is contradicted by the remote server's own words.
  if (first === '5.1.1' && !second.startsWith('5.5.')) return second;
  if (first === '5.1.3' && second.startsWith('5.7.')) return second;
  return first;
}
