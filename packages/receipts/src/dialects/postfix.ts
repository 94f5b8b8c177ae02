import { bracketed, line, type Dialect } from '../dialect.js';

/** Postfix, the notification without its machine-readable part, also in the versions that providers translate. */
export const postfix: Dialect = {
  name: 'postfix',
  signs: [
    { text: /This is the (?:Postfix program|mail system) at host/i },
    { text: /I'm sorry to have to inform you that (?:the message returned|your message)/i },
    { text: /The (?:Postfix program|mail system)\s*$/im },
    { sender: /mailer-daemon/i, subject: /^(?:Undelivered Mail Returned to Sender|Delayed Mail \(still being retried\))/i },
  ],
  recipients: [line(`^\\s*${bracketed}(?:\\s+\\((?:expanded from|reason:)[^)]*\\)?)?:\\s+(?<words>\\S.*)$`)],
  stops: [/^\s*$/, /^\s*The following (?:sentences|is)/i],
};
