/** A recipient with the DSN parameters of RFC 3461. */
export interface EnvelopeRecipient {
  readonly address: string;
  /** `NEVER`, or any of `SUCCESS`, `FAILURE`, `DELAY`; `null` when not given. */
  readonly notify: ReadonlySet<string> | null;
  /** `rfc822;address`, decoded. */
  readonly originalRecipient: string | null;
}

/** Who sends what to whom, and how it came. */
export interface Envelope {
  /** `''` is the null sender. */
  readonly sender: string;
  readonly envelopeId: string | null;
  readonly returnContent: 'full' | 'headers' | null;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly trace: EnvelopeTrace;
}

/** For the Received field (RFC 5321 §4.4). */
interface EnvelopeTrace {
  readonly helo: string;
  readonly remoteAddress: string;
  /** For example `ESMTPSA` (RFC 3848). */
  readonly protocol: string;
  readonly tls: string | null;
}
