import { ldapError } from './errors.js';
import type { LdapSession } from './session.js';

export interface SessionPoolOptions {
  readonly open: (signal: AbortSignal | undefined) => Promise<LdapSession>;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
}

const closed = (): Error => ldapError('ERR_MSS_ANNUAIRE_LDAP_CLOSED', 'the directory was closed');

/** Connections that searches borrow: a cookie of paged results is worth something only on the connection that gave it. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #idle: { readonly session: LdapSession; readonly timer: NodeJS.Timeout }[] = [];
  readonly #borrowed = new Set<LdapSession>();
  readonly #waiting: (() => void)[] = [];
  #places: number;
  #isClosed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#places = options.maxConnections;
  }

  /** A kept connection, or a new one; waits while as many as allowed are in use. */
  async acquire(signal: AbortSignal | undefined): Promise<LdapSession> {
    await this.#place(signal);
    try {
      for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
        clearTimeout(kept.timer);
        if (kept.session.isOpen) return this.#lend(kept.session);
      }
      return this.#lend(await this.#options.open(signal));
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  /** Gives a connection back; a closed one is forgotten. */
  release(session: LdapSession): void {
    this.#borrowed.delete(session);
    if (session.isOpen && this.#isClosed) session.close();
    if (session.isOpen) {
      session.isKept = true;
      const timer = setTimeout(() => this.#expire(session), this.#options.idleTimeoutMs).unref();
      this.#idle.push({ session, timer });
    }
    this.#free();
  }

  close(): void {
    this.#isClosed = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.close();
    }
    for (const session of this.#borrowed) session.close();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #lend(session: LdapSession): LdapSession {
    if (this.#isClosed) {
      session.close();
      throw closed();
    }
    this.#borrowed.add(session);
    return session;
  }

  #expire(session: LdapSession): void {
    const at = this.#idle.findIndex((one) => one.session === session);
    if (at >= 0) this.#idle.splice(at, 1);
    session.close();
  }

  async #place(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isClosed) throw closed();
    if (this.#places > 0) {
      this.#places -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(ldapError('ERR_MSS_ANNUAIRE_LDAP_ABORTED', 'the search was aborted', { cause: signal?.reason }));
      };
      this.#waiting.push(wake);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
    if (this.#isClosed) throw closed();
  }

  /** The place goes to whoever waits first. */
  #free(): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#places += 1;
    else wake();
  }
}
