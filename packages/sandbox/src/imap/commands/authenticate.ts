import type { Account } from '../../account.js';
import { bad, no, type ImapCommand } from '../command.js';
import type { ImapSession } from '../session.js';
import { accountByPassword, settle } from './login.js';

/** Who the client's message stands for, or `null`. */
type Mechanism = (session: ImapSession, message: string) => Account | null;

/** RFC 4616 */
const plain: Mechanism = (session, message) => {
  const [authorizationId = '', user = '', password = '', ...rest] = message.split('\0');
  if (rest.length > 0 || (authorizationId !== '' && authorizationId.toLowerCase() !== user.toLowerCase())) return null;
  return accountByPassword(session, user, password);
};

/** RFC 4422, appendix A: the authorization identity, empty for the certificate's own. */
const external: Mechanism = (session, message) => session.context.accountOfCertificate(session.clientCertificate, message);

function byToken(session: ImapSession, user: string | undefined, token: string | undefined): Account | null {
  const account = session.context.accounts.find(user ?? '');
  return account !== undefined && session.context.acceptsToken(account, token ?? '') ? account : null;
}

/** ^A separates the fields. */
const bearer = /(?:^|\x01)auth=Bearer ([^\x01]*)\x01/i;

/** Google's form: `user=…^Aauth=Bearer …^A^A`. */
const xoauth2: Mechanism = (session, message) => byToken(session, /^user=(\P{Cc}*)\p{Cc}/u.exec(message)?.[1], bearer.exec(message)?.[1]);

/** RFC 7628 §3.1: `n,a=user,^Ahost=…^Aauth=Bearer …^A^A`. */
const oauthBearer: Mechanism = (session, message) => byToken(session, /^[ny],a=([^,]*),/.exec(message)?.[1], bearer.exec(message)?.[1]);

const mechanisms: ReadonlyMap<string, Mechanism> = new Map([
  ['PLAIN', plain],
  ['EXTERNAL', external],
  ['XOAUTH2', xoauth2],
  ['OAUTHBEARER', oauthBearer],
]);

/** RFC 3501 §6.2.2 with the initial response of RFC 4959. */
export const authenticate: ImapCommand = {
  states: ['not-authenticated'],
  async run(session, { args }) {
    args.space();
    const name = args.atom().toUpperCase();
    const initial = args.take(' ') ? args.astring() : null;
    args.end();
    const mechanism = mechanisms.get(name);
    if (mechanism === undefined) return no('Unknown mechanism');
    if (!session.isSecure) return no('TLS first', 'PRIVACYREQUIRED');
    if (initial === null) session.proceed('');
    const message = initial ?? (await session.line());
    if (message === null || message === '*') return bad('Aborted');
    const account = mechanism(session, message === '=' ? '' : Buffer.from(message, 'base64').toString('utf8'));
    if (account === null && (name === 'XOAUTH2' || name === 'OAUTHBEARER')) {
      // The client answers the explanation with an empty line before it is told.
      session.proceed(Buffer.from('{"status":"401","schemes":"bearer"}').toString('base64'));
      await session.line();
    }
    return settle(session, name, account);
  },
};
