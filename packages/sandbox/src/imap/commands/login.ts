import { capabilities } from '../capabilities.js';
import { no, ok, type Completion, type ImapCommand } from '../command.js';
import type { Account } from '../../account.js';
import type { ImapSession } from '../session.js';

/** Ends an authentication either way, with the new capabilities when it went well. */
export function settle(session: ImapSession, mechanism: string, account: Account | null | undefined): Completion {
  session.log.add(account ? 'authenticated' : 'authentication-failed', { mechanism });
  if (!account) return no('Authentication failed', 'AUTHENTICATIONFAILED');
  session.logIn(account);
  return ok('Logged in', `CAPABILITY ${capabilities(session)}`);
}

/** The account when the password is its own. */
export function accountByPassword(session: ImapSession, user: string, password: string): Account | null {
  const account = session.context.accounts.find(user);
  return account?.acceptsPassword(password) === true ? account : null;
}

/** RFC 3501 §6.2.3; LOGINDISABLED before TLS. */
export const login: ImapCommand = {
  states: ['not-authenticated'],
  run(session, { args }) {
    args.space();
    const user = args.astring();
    args.space();
    const password = args.astring();
    args.end();
    if (!session.isSecure) return no('TLS first', 'PRIVACYREQUIRED');
    return settle(session, 'LOGIN', accountByPassword(session, user, password));
  },
};
