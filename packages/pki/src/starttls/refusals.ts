import { pkiError } from '../errors.js';

/** The server breaks the protocol that is spoken before TLS. */
export const nonsense = (protocol: string): Error =>
  pkiError('ERR_MSS_TLS_STARTTLS_PROTOCOL', `the server does not speak ${protocol} before STARTTLS`, { details: { protocol } });

/** The server does not let TLS begin. */
export const refused = (protocol: string, why: string): Error =>
  pkiError('ERR_MSS_TLS_STARTTLS_REFUSED', `the ${protocol} server ${why}; nothing is sent in clear`, { details: { protocol } });
