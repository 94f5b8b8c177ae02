import { capabilities } from '../capabilities.js';
import { anyState, bad, loggedIn, ok, type ImapCommand } from '../command.js';

/** RFC 3501 §6.1.1 */
export const capability: ImapCommand = {
  states: anyState,
  run(session, { args }) {
    args.end();
    session.untagged(`CAPABILITY ${capabilities(session)}`);
    return ok('Done');
  },
};

/** RFC 3501 §6.1.2 */
export const noop: ImapCommand = {
  states: anyState,
  run(_session, { args }) {
    args.end();
    return ok('Done');
  },
};

/** RFC 3501 §6.1.3 */
export const logout: ImapCommand = {
  states: anyState,
  run(session, { args }) {
    args.end();
    session.untagged('BYE Au revoir');
    session.logOut();
    return ok('Done');
  },
};

/** RFC 2971. What the client says of itself is read over. */
export const id: ImapCommand = {
  states: anyState,
  run(session) {
    session.untagged('ID ("name" "mss-sandbox" "vendor" "mss-toolkit")');
    return ok('Done');
  },
};

/** RFC 3501 §6.2.1: the session goes on under TLS after the answer. */
export const starttls: ImapCommand = {
  states: ['not-authenticated'],
  run(session, { args }) {
    args.end();
    return session.isSecure ? bad('Already under TLS') : ok('Begin TLS');
  },
};

/** RFC 5161; there is nothing to enable. */
export const enable: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    do {
      args.space();
      args.atom();
    } while (!args.atEnd);
    session.untagged('ENABLED');
    return ok('Done');
  },
};

/** RFC 2342: one personal namespace. */
export const namespace: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.end();
    session.untagged('NAMESPACE (("" "/")) NIL NIL');
    return ok('Done');
  },
};
