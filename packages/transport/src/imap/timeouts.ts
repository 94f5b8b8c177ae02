/** How long each kind of wait may take. */
export interface ImapTimeouts {
  /** TCP, TLS and the revocation verdict, greeting, login. Default 30 s. */
  readonly connectMs: number;
  /** One command; bodies are given {@link minimumBytesPerSecond} on top. Default 60 s. */
  readonly commandMs: number;
  /** After so long an IDLE is renewed (RFC 2177 says at most 29 minutes; routers forget sooner). Default 9 minutes. */
  readonly idleMs: number;
}

export const defaultImapTimeouts: ImapTimeouts = Object.freeze({ connectMs: 30_000, commandMs: 60_000, idleMs: 9 * 60_000 });

/** A server that sends bodies slower than this is given up: 16 KiB/s, a poor mobile link. */
export const minimumBytesPerSecond: number = 16 * 1024;

/** @throws TypeError when a deadline is not a positive finite number: none can be switched off. */
export function resolveImapTimeouts(given: Partial<ImapTimeouts> = {}): ImapTimeouts {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultImapTimeouts)) throw new TypeError(`unknown timeout ${name}`);
    if (!Number.isFinite(value) || value <= 0) throw new TypeError(`timeout ${name} must be a positive finite number`);
  }
  return { ...defaultImapTimeouts, ...given };
}
