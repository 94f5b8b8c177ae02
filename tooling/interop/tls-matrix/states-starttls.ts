import { refused, type State } from './cell.js';

const stripped = refused('ERR_MSS_TLS_STARTTLS_REFUSED', 'ECO.1.1.1');
const injection = refused('ERR_MSS_TLS_STARTTLS_INJECTION', 'ECO.1.1.1');
const nonsense = refused('ERR_MSS_TLS_STARTTLS_PROTOCOL', null);
const closed = refused('ERR_MSS_TLS_CLOSED', null);
const silent = refused('ERR_MSS_TLS_TIMEOUT', null);
const notTls = refused('ERR_MSS_TLS_NOT_TLS', 'ECO.1.1.1');

/** An attacker in the clear-text part, the same for each protocol. */
export const attackStates: readonly State[] = [
  { key: 'declined', title: 'STARTTLS declined', expected: stripped },
  { key: 'goodbye', title: 'server says that it serves nobody now, instead of greeting', expected: closed },
  { key: 'injection', title: 'plain text in the packet of the consent (response injection)', expected: injection },
  { key: 'nonsense', title: 'an answer of another protocol', expected: nonsense },
  { key: 'endless', title: 'an answer that never ends', expected: nonsense },
  { key: 'closed', title: 'closed after the request', expected: closed },
  { key: 'silent', title: 'silence after the request', expected: silent },
  { key: 'plain-after', title: 'plain text instead of a ServerHello', expected: notTls },
];

/** Only where the protocol has a list of capabilities. */
export const strippingStates: readonly State[] = [
  { key: 'stripped', title: 'STARTTLS stripped from the capabilities', expected: stripped },
  { key: 'look-alike-capability', title: 'capability that only resembles STARTTLS', expected: stripped },
];

export const preauthStates: readonly State[] = [{ key: 'preauth', title: 'PREAUTH greeting', expected: stripped }];

/** Implicit TLS to a port that does not speak it. */
export const clearStates: readonly State[] = [
  { key: 'clear-greeting', title: 'a clear-text greeting where TLS should begin', expected: notTls },
  { key: 'clear-http', title: 'an HTTP error where TLS should begin', expected: notTls },
];
