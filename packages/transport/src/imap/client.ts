import { MssError } from '@mss/core';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import type { ImapErrorCode } from '../errors.js';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { chooseSasl } from '../sasl/choose.js';
import type { SaslClient } from '../sasl/mechanism.js';
import { responseCodeOf } from './errors.js';

/** What of imapflow's inside this extension uses; the package is pinned to `~2.1.2` and the tests log in with each mechanism. */
interface Inside {
  readonly capabilities: Map<string, unknown>;
  readonly state: number;
  readonly states: { readonly NOT_AUTHENTICATED: number };
  readonly socket: { setNoDelay(noDelay: boolean): void };
  authenticated: boolean | string;
  expectCapabilityUpdate: boolean;
  exec(
    command: string,
    attributes: readonly unknown[],
    options: { readonly onPlusTag: (response: { readonly attributes?: readonly { readonly value?: unknown }[] }) => Promise<void> },
  ): Promise<{ readonly next: () => void }>;
  run(command: string, ...given: unknown[]): Promise<unknown>;
  write(line: string): void;
  setAuthenticationState(): Promise<void>;
}

/** How to log in. */
export interface ImapLogin {
  readonly authentication: MailboxAuthentication;
  readonly renewToken: boolean;
  readonly signal?: AbortSignal | undefined;
}

const maxTurns = 6;

/**
 * imapflow with our SASL exchanges.
 *
 * QUIRK: imapflow 2.1.2 knows no EXTERNAL, always sends OAuth tokens with the command, and hides the error report of
 * a refused token. So `authenticate`, which it calls on itself once the channel stands, is replaced. ID is not sent:
 * on STARTTLS it would go in clear, and nobody needs to know the software. Evidence: imapflow 2.1.2,
 * `startSession`, `commands/authenticate`.
 */
export class ImapClient extends ImapFlow {
  readonly #login: ImapLogin;

  constructor(options: ImapFlowOptions, login: ImapLogin) {
    super(options);
    this.#login = login;
    const inside = this as unknown as Inside;
    const run = inside.run.bind(this);
    inside.run = (command, ...given) => (command === 'ID' ? Promise.resolve({}) : run(command, ...given));
  }

  /** Called by imapflow after the greeting, or after STARTTLS. */
  async authenticate(): Promise<boolean> {
    const inside = this as unknown as Inside;
    // A server that says PREAUTH would let us read as someone it chose.
    if (inside.state !== inside.states.NOT_AUTHENTICATED)
      throw imapAuthError('ERR_MSS_IMAP_PROTOCOL', 'the server says that the connection is authenticated already');
    // Small commands follow each other: without this each waits for the acknowledgement of the one before, 40 ms.
    inside.socket.setNoDelay(true);
    const { authentication, renewToken, signal } = this.#login;
    const offered = [...inside.capabilities.keys()].filter((name) => /^AUTH=/i.test(name)).map((name) => name.slice(5).toUpperCase());
    const sasl = await chooseSasl(authentication, { offered, host: this.host, port: this.port, renewToken, signal });
    inside.expectCapabilityUpdate = true;
    if (sasl !== null) await this.#exchange(sasl);
    else if (authentication.type === 'password' && authentication.mechanism === undefined && !inside.capabilities.has('LOGINDISABLED'))
      await this.#loginCommand(authentication);
    else throw imapAuthError('ERR_MSS_IMAP_AUTH_MECHANISM', 'the server offers no mechanism for these credentials', { offered });
    inside.authenticated = true;
    await inside.setAuthenticationState();
    return true;
  }

  async #exchange(sasl: SaslClient): Promise<void> {
    const inside = this as unknown as Inside;
    const { authentication } = this.#login;
    const wanted = authentication.type === 'token' ? authentication.initialResponse : undefined;
    const first = sasl.initialResponse !== null && (wanted ?? inside.capabilities.has('SASL-IR')) ? sasl.initialResponse : null;
    const attributes: unknown[] = [{ type: 'ATOM', value: sasl.name }];
    if (first !== null) attributes.push({ type: 'ATOM', value: first === '' ? '=' : base64(first), sensitive: true });
    let turns = 0;
    try {
      const response = await inside.exec('AUTHENTICATE', attributes, {
        // Must not throw: imapflow would only log it, and the exchange would stand still.
        onPlusTag: async ({ attributes: challenge }) => {
          turns += 1;
          const value = challenge?.[0]?.value;
          const answer =
            turns > maxTurns ? null : sasl.respond(typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '');
          inside.write(answer === null ? '*' : base64(answer));
          return Promise.resolve();
        },
      });
      response.next();
    } catch (error) {
      throw this.#refusal(error, sasl);
    }
  }

  /** RFC 9051 §6.2.3: for servers that offer no SASL mechanism for passwords. */
  async #loginCommand(authentication: Extract<MailboxAuthentication, { readonly type: 'password' }>): Promise<void> {
    const { user, password } = authentication;
    try {
      await (this as unknown as Inside).run('LOGIN', user, typeof password === 'string' ? password : await password());
    } catch (error) {
      throw this.#refusal(error, null);
    }
  }

  #refusal(error: unknown, sasl: SaslClient | null): unknown {
    const { responseStatus } = error as { responseStatus?: unknown };
    const refusedToken = sasl?.refusal ?? null;
    if (responseStatus !== 'NO' && responseStatus !== 'BAD') {
      if (refusedToken === null) return error;
      return imapAuthError('ERR_MSS_IMAP_AUTH_TOKEN_REFUSED', 'the server refuses the access token', { status: refusedToken.status });
    }
    const responseCode = responseCodeOf(error);
    if (responseCode !== null && ['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG'].includes(responseCode)) {
      return imapAuthError('ERR_MSS_IMAP_AUTH_UNAVAILABLE', 'the server cannot judge the credentials now', { responseCode });
    }
    if (this.#login.authentication.type === 'token') {
      return imapAuthError('ERR_MSS_IMAP_AUTH_TOKEN_REFUSED', 'the server refuses the access token', {
        responseCode,
        status: refusedToken?.status ?? null,
      });
    }
    return imapAuthError('ERR_MSS_IMAP_AUTH_FAILED', 'the server refuses the credentials', { responseCode });
  }
}

function imapAuthError(code: ImapErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): MssError<ImapErrorCode> {
  return new MssError(code, message, { permanent: code !== 'ERR_MSS_IMAP_AUTH_UNAVAILABLE', details });
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
