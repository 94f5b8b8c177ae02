import { pkiError } from '../errors.js';

/** The server breaks the protocol that is spoken before TLS. */
export const nonsense = (protocol: string): Error =>
  pkiError('ERR_MSS_TLS_STARTTLS_PROTOCOL', `the server does not speak ${protocol} before STARTTLS`, { details: { protocol } });

/** The server does not let TLS begin. @param passing - it says itself that this may pass. */
export const refused = (protocol: string, why: string, passing = false): Error =>
  pkiError('ERR_MSS_TLS_STARTTLS_REFUSED', `the ${protocol} server ${why}; nothing is sent in clear`, {
    details: { protocol },
    permanent: !passing,
  });

/** The server serves nobody now: it is overloaded, or about to stop. No verdict on its channel follows from that. */
export const unavailable = (protocol: string, why: string): Error =>
  pkiError('ERR_MSS_TLS_CLOSED', `the ${protocol} server ${why}: it serves nobody now`, { details: { protocol } });
