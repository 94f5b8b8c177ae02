/**
 * One line of the functional trace of a mailbox.
 *
 * @see Référentiel #2 v1.0.1, ECO.4.1.1 and ECO.4.1.2: author, time, action, request to the server, response.
 */
export interface AuditEvent {
  /** Who acted: an identifier of the host's, never a patient. */
  readonly author: string;
  readonly at: Date;
  /** For example `smtp.submit`, `imap.fetch`, `tls.refused`. */
  readonly action: string;
  /** The mailbox acted upon. */
  readonly mailbox?: string;
  /** The request as sent, without content and credentials. */
  readonly request?: string;
  /** The answer's code and text, without content. */
  readonly response?: string;
  readonly outcome: 'success' | 'failure' | 'uncertain';
}

/** Where the trace goes. A rejected promise stops the action that is being traced. */
export interface AuditSink {
  record(event: AuditEvent): void | Promise<void>;
}
