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

/** RFC 5161: CONDSTORE, and QRESYNC, which brings it along (RFC 7162 §3.2.3). */
export const enable: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    const asked: string[] = [];
    do {
      args.space();
      asked.push(args.atom().toUpperCase());
    } while (!args.atEnd);
    const enabled = ['CONDSTORE', 'QRESYNC'].filter((name) => asked.includes(name));
    if (enabled.length > 0) session.knowsModseqs = true;
    if (enabled.includes('QRESYNC')) session.resynchronises = true;
    session.untagged(['ENABLED', ...enabled].join(' '));
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
