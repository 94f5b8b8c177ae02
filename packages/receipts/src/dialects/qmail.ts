import { bracketed, line, type Dialect } from '../dialect.js';

/** qmail and those that kept its sentences: Yahoo, Courier's plain text, webmail services built on it. */
export const qmail: Dialect = {
  name: 'qmail',
  signs: [
    { text: /This is the (?:qmail|machine generated)/i },
    { text: /I(?:'m| am) afraid I wasn't able to deliver your message/i },
    { text: /(?:we were|was) unable to deliver your message to the following address/i },
    { text: /Unable to deliver message to the following address/i },
    { text: /This is a permanent error; I've given up/i },
  ],
  recipients: [line(`^\\s*${bracketed}:\\s*(?<words>.*)$`)],
  skips: [/^\s*Giving up on \S+\.?$/i, /^\s*$/],
};
