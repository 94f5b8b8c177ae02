import type { ImapSession } from './session.js';

const always = [
  'IMAP4rev1',
  'LITERAL+',
  'SASL-IR',
  'ID',
  'IDLE',
  'ENABLE',
  'NAMESPACE',
  'CHILDREN',
  'LIST-EXTENDED',
  'SPECIAL-USE',
  'UIDPLUS',
  'UNSELECT',
  'CONDSTORE',
  'QRESYNC',
  'MOVE',
  'QUOTA',
  'QUOTA=RES-STORAGE',
];

/** What the server can do, as far as it is of use at this point. */
export function capabilities(session: ImapSession): string {
  const words = [...always, `APPENDLIMIT=${session.context.limits.messageBytes}`];
  if (session.account === null) {
    if (session.isSecure) words.push('AUTH=PLAIN', 'AUTH=XOAUTH2', 'AUTH=OAUTHBEARER', 'AUTH=EXTERNAL');
    else words.push('STARTTLS', 'LOGINDISABLED');
  }
  return words.join(' ');
}
