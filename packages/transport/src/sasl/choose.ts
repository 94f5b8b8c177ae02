import type { MailboxAuthentication } from './authentication.js';
import { saslExternal, saslLogin, saslOauthBearer, saslPlain, saslXoauth2, type SaslClient } from './mechanism.js';

/** What the choice of a mechanism depends on. */
export interface SaslContext {
  /** As the server offers them on the verified channel, upper case. */
  readonly offered: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly renewToken: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The exchange for these credentials, or `null` when the server offers no mechanism that takes them. Credentials are
 * fetched from the host only once a mechanism is found.
 */
export async function chooseSasl(authentication: MailboxAuthentication, context: SaslContext): Promise<SaslClient | null> {
  const pick = <Name extends string>(names: readonly Name[]): Name | undefined => names.find((name) => context.offered.includes(name));
  switch (authentication.type) {
    case 'password': {
      const mechanism = pick(authentication.mechanism === undefined ? ['PLAIN', 'LOGIN'] : [authentication.mechanism]);
      if (mechanism === undefined) return null;
      const { user, password } = authentication;
      const secret = typeof password === 'string' ? password : await password();
      return mechanism === 'PLAIN' ? saslPlain(user, secret) : saslLogin(user, secret);
    }
    case 'certificate':
      return pick(['EXTERNAL']) === undefined ? null : saslExternal(authentication.user);
    default: {
      const mechanism = pick(authentication.mechanism === undefined ? ['XOAUTH2', 'OAUTHBEARER'] : [authentication.mechanism]);
      if (mechanism === undefined) return null;
      const { renewToken: renew, host, port, signal } = context;
      const token = await authentication.token({ renew, host, port, signal });
      return mechanism === 'XOAUTH2' ? saslXoauth2(authentication.user, token) : saslOauthBearer(authentication.user, token, context);
    }
  }
}
