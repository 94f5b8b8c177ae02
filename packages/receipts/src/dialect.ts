/** How one family of mail systems writes its notifications to people. Data only: the engine is `read-dialect.ts`. */
export interface Dialect {
  readonly name: string;
  /** Any of these tells the family; within one sign all given patterns must match. */
  readonly signs: readonly DialectSign[];
  /**
   * Lines that name a recipient. Group `address` is the address; group `words`, when there is one, begins its diagnostic.
   * Lines that follow belong to the recipient until the next one.
   */
  readonly recipients: readonly RegExp[];
  /** Lines that end the words of a recipient. */
  readonly stops?: readonly RegExp[];
  /** Lines that are no diagnostic. */
  readonly skips?: readonly RegExp[];
  /** Only lines after this one are looked at. */
  readonly from?: RegExp;
  /** Lines after this one concern every recipient. */
  readonly shared?: RegExp;
  /** The diagnostic stands before the recipients. */
  readonly wordsFirst?: boolean;
  /** What the family means when it says nothing more. */
  readonly words?: string;
  /** The recipients stand only in the header: `X-Failed-Recipients`. */
  readonly recipientHeader?: string;
  /** The notification names no recipient at all: the returned message does. */
  readonly anonymous?: boolean;
  /** The signs are sentences that people write as well: the mail must come from a mail system beyond doubt. */
  readonly everyday?: boolean;
}

/** One way to recognise a family. */
export interface DialectSign {
  readonly sender?: RegExp;
  readonly subject?: RegExp;
  readonly text?: RegExp;
  /** A header field that must be there. */
  readonly header?: string;
}

/** An address as it stands in a notification. */
export const address: string = String.raw`(?<address>[^\s<>()\[\]:;,"'|]+@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])`;
/** What may stand between angle brackets: also addresses of other systems. */
export const bracketed: string = String.raw`<(?<address>[^<>\s]+@[^<>\s]+|[^<>@\s]+)>`;

/** A pattern with the pieces above in it. */
export function line(pattern: string): RegExp {
  return new RegExp(pattern, 'iu');
}
