import type { SandboxServer } from './event-log.js';

/**
 * Something that goes wrong on purpose, at a stage of the dialogue.
 *
 * | action | what the server does when the command comes |
 * |---|---|
 * | `reply` | answers `reply` and does nothing else |
 * | `disconnect` | cuts the connection at once |
 * | `disconnect-after` | carries the command out, then cuts instead of answering |
 * | `stall` | never answers |
 */
export interface SandboxFault {
  readonly server: SandboxServer;
  /**
   * SMTP: `CONNECT`, `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `CONTENT` (the final dot), `QUIT`, `STARTTLS`.
   * IMAP: `CONNECT` or the word of the command, `UID FETCH` written as `FETCH`.
   */
  readonly command: string;
  readonly action: 'reply' | 'disconnect' | 'disconnect-after' | 'stall';
  /** SMTP: `451 4.3.0 Later`; IMAP: `NO [UNAVAILABLE] Later`, to which the tag is added. */
  readonly reply?: string;
  /** How many times; default 1. */
  readonly times?: number;
  /** `RCPT` only: for this recipient alone. */
  readonly recipient?: string;
}

interface Armed {
  readonly fault: SandboxFault;
  left: number;
}

/** The faults that are still to come. */
export class FaultPlan {
  #armed: Armed[] = [];

  add(fault: SandboxFault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The first fault for this moment; it is used up. */
  take(server: SandboxServer, command: string, recipient?: string): SandboxFault | null {
    const found = this.#armed.find(
      ({ fault }) =>
        fault.server === server &&
        fault.command.toUpperCase() === command &&
        (fault.recipient === undefined || fault.recipient.toLowerCase() === recipient?.toLowerCase()),
    );
    if (found === undefined) return null;
    found.left -= 1;
    if (found.left <= 0) this.#armed = this.#armed.filter((armed) => armed !== found);
    return found.fault;
  }
}
