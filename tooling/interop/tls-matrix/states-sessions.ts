import { accepted, refused, type State } from './cell.js';

/** What must not be carried from one connection, or one host, to another. */
export const sessionStates: readonly State[] = [
  { key: 'tickets', title: 'session ticket offered: the next connection is a full handshake', expected: accepted() },
  { key: 'session-id', title: 'session id offered: the next connection is a full handshake', expected: accepted() },
  { key: 'renegotiation', title: 'renegotiation asked for by the server: declined, no second client certificate', expected: accepted() },
];

/** Tokens and passwords given to a client of `@mss/transport`, or in a header. */
export const tokenStates: readonly State[] = [
  { key: 'token:other-host', title: 'token for a mailbox, server of another host', expected: refused('ERR_MSS_TLS_HOST', 'ECO.1.1.1') },
  { key: 'token:revoked', title: 'token for a mailbox, revoked server', expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6') },
  { key: 'token:unknown-ca', title: 'token for a mailbox, unknown authority', expected: refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4') },
];

export const redirectStates: readonly State[] = [
  {
    key: 'redirect:other-origin',
    title: 'redirect to another host: authorization and client certificate stay behind',
    expected: accepted(),
  },
  { key: 'redirect:clear', title: 'redirect to clear text', expected: refused('ERR_MSS_TLS_REDIRECT', null) },
  { key: 'redirect:revoked', title: 'redirect to a revoked host', expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6') },
];
