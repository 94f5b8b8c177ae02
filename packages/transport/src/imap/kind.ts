import { MssError, type ProfileId } from '@mss/core';
import type { MailboxKindErrorCode } from '../errors.js';
import type { MailboxAuthentication } from '../sasl/authentication.js';

/** The three kinds of mailbox of the référentiel (glossary, "BAL"). */
export type MailboxKind = 'personal' | 'organisational' | 'applicative';

/** What holds for one kind of mailbox in one profile. */
export interface MailboxKindRules {
  readonly authentication: readonly MailboxAuthentication['type'][];
  /** A person authenticates, as oneself; `false`: never, the mailbox belongs to a program. */
  readonly person: boolean;
  /** Several workstations work on it at a time: messages are claimed before they are handed over. */
  readonly shared: boolean;
  /** Connections of one program by default, and at most. The text gives no number: Dovecot allows 10 for each mailbox and address. */
  readonly connections: { readonly usual: number; readonly max: number };
  /** The requirement that names the authentication; `null` where §2.1.3 only describes it. */
  readonly requirement: string | null;
}

const connections: Readonly<Record<MailboxKind, MailboxKindRules['connections']>> = {
  // One that follows the INBOX, one that works.
  personal: { usual: 2, max: 4 },
  // The same on each of its workstations.
  organisational: { usual: 2, max: 4 },
  applicative: { usual: 4, max: 8 },
};

const person = (kind: MailboxKind, authentication: MailboxKindRules['authentication'], requirement: string | null): MailboxKindRules => ({
  authentication,
  person: true,
  shared: kind === 'organisational',
  connections: connections[kind],
  requirement,
});
/** An organisation's or a server's certificate: offers ORG-CL-AUTH_CLI and ORG-CL-SSL_SERV. */
const applicative: MailboxKindRules = {
  authentication: ['certificate'],
  person: false,
  shared: false,
  connections: connections.applicative,
  requirement: null,
};

/**
 * | profile | personal and organisational | applicative |
 * |---|---|---|
 * | `ref2-0.1` §2.1.3 | CPS or software certificate of a person, Pro Santé Connect, identifier and password with one-time code | certificate of the organisation or server |
 * | `ref2-1.0.1` ECO.1.2.1 | Pro Santé Connect | the same |
 */
export const mailboxKindRules: Readonly<Record<ProfileId, Readonly<Record<MailboxKind, MailboxKindRules>>>> = Object.freeze({
  'ref2-0.1': {
    personal: person('personal', ['certificate', 'token', 'password'], null),
    organisational: person('organisational', ['certificate', 'token', 'password'], null),
    applicative,
  },
  'ref2-1.0.1': {
    personal: person('personal', ['token'], 'ECO.1.2.1'),
    organisational: person('organisational', ['token'], 'ECO.1.2.1'),
    applicative,
  },
});

/** How a mailbox is to be used. */
export interface MailboxUse {
  readonly kind: MailboxKind;
  /** Default `ref2-0.1`. */
  readonly profile?: ProfileId;
  readonly auth: Pick<MailboxAuthentication, 'type'>;
  /** Whether a person is asked while it is opened: PIN, one-time code, login page. Leave it out when nobody knows. */
  readonly interactive?: boolean;
  readonly connections?: number;
  /** What the operator's contract allows beyond the table, for example the passwords of a hospital's connector. */
  readonly operatorAllows?: readonly MailboxAuthentication['type'][];
}

/**
 * Every reason why a mailbox of this kind may not be used like this; none: it may. Whose certificate it is, is not
 * looked at here.
 *
 * @see référentiel #2 v0.1 §2.1.3, glossary; v1.0.1 ECO.1.2.1
 */
export function checkMailboxKind(use: MailboxUse): readonly MssError<MailboxKindErrorCode>[] {
  const rules = mailboxKindRules[use.profile ?? 'ref2-0.1'][use.kind];
  const refusals: MssError<MailboxKindErrorCode>[] = [];
  const refuse = (code: MailboxKindErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): void => {
    const { requirement } = rules;
    refusals.push(
      new MssError(code, message, { details: { kind: use.kind, ...details }, ...(requirement === null ? {} : { requirement }) }),
    );
  };
  const allowed = [...rules.authentication, ...(use.operatorAllows ?? [])];
  if (!allowed.includes(use.auth.type))
    refuse('ERR_MSS_MAILBOX_AUTHENTICATION', 'this authentication is not one for this kind of mailbox', { type: use.auth.type, allowed });
  if (!rules.person && use.interactive === true) refuse('ERR_MSS_MAILBOX_INTERACTIVE', 'an applicative mailbox is opened without a person');
  if (rules.person && use.interactive === false && use.auth.type === 'certificate')
    refuse('ERR_MSS_MAILBOX_NOBODY', "a person's mailbox is opened with the person's own credentials, not by a program alone");
  const { max } = rules.connections;
  if (use.connections !== undefined && use.connections > max)
    refuse('ERR_MSS_MAILBOX_CONNECTIONS', 'too many connections for this kind of mailbox', { max });
  return refusals;
}
