/** How long each stage may take. Every one is a deadline for the whole answer: a server that drips bytes gains nothing. */
export interface SmtpTimeouts {
  /** TCP, TLS and the revocation verdict. Default 30 s. */
  readonly connectMs: number;
  /** The 220 greeting. Default 60 s; RFC 5321 §4.5.3.2.1 says 5 minutes between servers. */
  readonly greetingMs: number;
  /** EHLO, AUTH, MAIL, RCPT, DATA, RSET, NOOP: each reply. Default 60 s. */
  readonly commandMs: number;
  /** Each block of 64 KiB the server must take. Default 60 s. */
  readonly dataBlockMs: number;
  /**
   * From the final dot to the server's answer. Default 10 minutes, as RFC 5321 §4.5.3.2.6 says: a server that scans a
   * large archive needs minutes, and giving up early makes an uncertain message of an accepted one.
   */
  readonly dataEndMs: number;
}

export const defaultSmtpTimeouts: SmtpTimeouts = Object.freeze({
  connectMs: 30_000,
  greetingMs: 60_000,
  commandMs: 60_000,
  dataBlockMs: 60_000,
  dataEndMs: 600_000,
});

/** @throws TypeError when a deadline is not a positive finite number: none can be switched off. */
export function resolveSmtpTimeouts(given: Partial<SmtpTimeouts> = {}): SmtpTimeouts {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultSmtpTimeouts)) throw new TypeError(`unknown timeout ${name}`);
    if (!Number.isFinite(value) || value <= 0) throw new TypeError(`timeout ${name} must be a positive finite number`);
  }
  return { ...defaultSmtpTimeouts, ...given };
}
