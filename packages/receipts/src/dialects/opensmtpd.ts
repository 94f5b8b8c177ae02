import { address, line, type Dialect } from '../dialect.js';

/** OpenSMTPD. */
export const opensmtpd: Dialect = {
  name: 'opensmtpd',
  signs: [{ text: /This is the MAILER-DAEMON, please DO NOT REPLY/i }],
  recipients: [line(`^${address}: (?<words>\\S.*)$`)],
  stops: [/^\s*$/],
};
