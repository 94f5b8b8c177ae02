import type { TokenAuthentication } from '../sasl/authentication.js';
import { pscError } from './errors.js';
import type { PscMailboxOptions, PscSession } from './types.js';

const normal = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/**
 * The token provider of a mailbox. A token that a server refuses is replaced once, by the session; one that is asked for another
 * host is not given: whoever holds it could read every mailbox of the person.
 */
export function mailboxAuthentication(session: PscSession, options: PscMailboxOptions): TokenAuthentication {
  const hosts = new Set(options.hosts.map(normal));
  if (hosts.size === 0) throw new TypeError('a mailbox has at least one host');
  const { user, mechanism, initialResponse } = options;
  return {
    type: 'token',
    user,
    ...(mechanism === undefined ? {} : { mechanism }),
    ...(initialResponse === undefined ? {} : { initialResponse }),
    token: async ({ renew, host, signal }) => {
      // A caller without types may say no host.
      if (typeof host !== 'string' || !hosts.has(normal(host))) {
        throw pscError('ERR_MSS_PSC_HOST', 'the token was asked for a host that is not the mailbox’s; it was not given', {
          details: { host: typeof host === 'string' ? host : null },
        });
      }
      return session.accessToken({ renew, signal });
    },
  };
}
