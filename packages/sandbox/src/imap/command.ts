import type { Arguments } from './arguments.js';
import type { ImapSession } from './session.js';

/** RFC 3501 §3. */
export type SessionState = 'not-authenticated' | 'authenticated' | 'selected';

/** How a command ended: the rest of its tagged line, for example `OK [READ-ONLY] Done`. */
export interface Completion {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** Response code without brackets. */
  readonly code?: string;
  readonly text: string;
}

export interface Invocation {
  /** Before the arguments stands the space that follows the command's word, when there is one. */
  readonly args: Arguments;
  readonly tag: string;
  /** With the prefix UID: numbers are UIDs. */
  readonly byUid: boolean;
}

export interface ImapCommand {
  readonly states: readonly SessionState[];
  /** EXPUNGE must not be told during FETCH, STORE and SEARCH by sequence number (RFC 3501 §7.4.1). */
  readonly holdsNumbers?: boolean;
  run(session: ImapSession, invocation: Invocation): Completion | Promise<Completion>;
}

export const anyState: readonly SessionState[] = ['not-authenticated', 'authenticated', 'selected'];
export const loggedIn: readonly SessionState[] = ['authenticated', 'selected'];
export const selected: readonly SessionState[] = ['selected'];

export const ok = (text: string, code?: string): Completion => ({ status: 'OK', text, ...(code === undefined ? {} : { code }) });
export const no = (text: string, code?: string): Completion => ({ status: 'NO', text, ...(code === undefined ? {} : { code }) });
export const bad = (text: string): Completion => ({ status: 'BAD', text });
