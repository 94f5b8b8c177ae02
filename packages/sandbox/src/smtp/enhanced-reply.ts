/** A reply as a fault or a refusal writes it: `550 5.7.1 Text`. */
export interface SmtpReply {
  readonly code: number;
  /** With the enhanced status code before it. */
  readonly text: string;
}

/** An error that smtp-server turns into a reply. */
export class RefusedCommand extends Error {
  readonly responseCode: number;

  /** @param text - begins with the enhanced status code (RFC 3463). */
  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

/** `451 4.3.0 Later` in its parts; a text without a code is a 451. */
export function readReply(text: string): SmtpReply {
  const match = /^([245]\d\d)[ -](.*)$/s.exec(text);
  return match === null ? { code: 451, text: `4.3.0 ${text}` } : { code: Number(match[1]), text: match[2] ?? '' };
}

/** Whether a reply text brings its own enhanced status code. */
export function hasEnhancedCode(text: string): boolean {
  return /^[245]\.\d{1,3}\.\d{1,3}( |$)/.test(text);
}
