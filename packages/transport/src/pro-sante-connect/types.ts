import type { MssError } from '@mss/core';
import type { TokenAuthentication } from '../sasl/authentication.js';
import type { PscErrorCode } from './errors.js';

/** What is asked of the browser. */
export interface AuthorizationOptions {
  /** Registered with Pro Santé Connect: HTTPS, or `http://127.0.0.1:…` for software on the person's machine (RFC 8252 §7.3). */
  readonly redirectUri: string;
  /** `none`: answers without asking anybody, or not at all. `login`: asks even who is signed in. */
  readonly prompt?: 'none' | 'login';
  readonly signal?: AbortSignal;
}

/** What a sign-in without browser takes: the person confirms it on the telephone (e-CPS). */
export interface CibaOptions {
  /** For example `8` and the RPPS number. */
  readonly nationalId: string;
  /** Two digits that this software and the telephone show alike. Default: drawn by lot, and told by `onStarted`. */
  readonly bindingMessage?: string;
  /** Called once the telephone has been asked: show `bindingMessage` to the person now. */
  readonly onStarted?: (started: { readonly bindingMessage: string; readonly expiresAt: Date }) => void;
  /** How long to wait for the person; never longer than Pro Santé Connect does. Default 120,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Who has signed in, as Pro Santé Connect says (userinfo). */
export interface PscIdentity {
  /** The subject of the tokens: opaque, stable. */
  readonly subject: string;
  /** National identifier with its leading digit for the kind: `8` and the RPPS number, `0` and ADELI …; `null` when it was not told. */
  readonly nationalId: string | null;
  /** Eleven digits; `null` for other kinds of identifier. */
  readonly rpps: string | null;
  readonly familyName: string | null;
  readonly givenName: string | null;
  /** Codes of the professions that are exercised (`SubjectRefPro.exercices[].codeProfession`). */
  readonly professionCodes: readonly string[];
}

/** Something that happened to a session. */
export type PscSessionEvent =
  | { readonly type: 'refreshed'; readonly at: Date; readonly expiresAt: Date }
  /** The tokens could not be refreshed now; it is tried again, ever more rarely. */
  | { readonly type: 'refresh-failed'; readonly at: Date; readonly code: string; readonly retryAt: Date }
  /** The refresh token was refused, and the browser was still signed in (ECO.1.2.7). */
  | { readonly type: 'reopened'; readonly at: Date }
  | { readonly type: 'ended'; readonly at: Date; readonly error: MssError<PscErrorCode> };

/** Which servers a mailbox has, and how they want the token. */
export interface PscMailboxOptions {
  /** The address of the mailbox. */
  readonly user: string;
  /** The hosts, as they are given to `openMailbox` and `openSmtpSession`: those of the configuration or of `discoverMailbox`. */
  readonly hosts: readonly string[];
  readonly mechanism?: TokenAuthentication['mechanism'];
  /** `false` for operators that take the token only as an answer to their challenge (Mailiz). */
  readonly initialResponse?: boolean;
}

/**
 * A person's session. Its tokens are in memory only: they are no property, and `JSON.stringify`, `util.inspect` and structured
 * clones show none (ECO.1.2.5).
 */
export interface PscSession extends AsyncDisposable {
  readonly identity: PscIdentity;
  readonly state: 'open' | 'ended' | 'closed';
  /** When the access token at hand expires; `null` once the session is over. */
  readonly expiresAt: Date | null;
  /** Resolves when the session is over, with why; with `null` when the host application closed it. */
  readonly ended: Promise<MssError<PscErrorCode> | null>;
  /**
   * An access token that is good for a while: the one at hand, or a new one. Concurrent callers share one refresh.
   *
   * @param options.renew - the one at hand was refused by a server: bring another.
   * @throws ERR_MSS_PSC_SESSION_ENDED | ERR_MSS_PSC_SESSION_CLOSED | ERR_MSS_PSC_UNAVAILABLE | ERR_MSS_PSC_PROTOCOL |
   * ERR_MSS_PSC_CLIENT | ERR_MSS_PSC_ID_TOKEN | ERR_MSS_PSC_CLOCK | ERR_MSS_PSC_ABORTED, or a refusal of the channel
   */
  accessToken(options?: { readonly renew?: boolean; readonly signal?: AbortSignal | undefined }): Promise<string>;
  /** For `openMailbox` and `openSmtpSession`. Gives the token to the mailbox's hosts only; else ERR_MSS_PSC_HOST. */
  mailboxAuthentication(options: PscMailboxOptions): TokenAuthentication;
  /** Asks Pro Santé Connect again who this is. */
  userInfo(options?: { readonly signal?: AbortSignal }): Promise<PscIdentity>;
  /** Where to send the browser to end the sign-in of all software of this person; `null` when the provider has no such page. */
  signOutUrl(options?: { readonly redirectUri?: string }): Promise<string | null>;
  /** Tells Pro Santé Connect to forget the session, and forgets the tokens in any case. */
  signOut(options?: { readonly signal?: AbortSignal }): Promise<{ readonly revoked: boolean }>;
  /** Forgets the tokens; nobody is told. */
  close(): Promise<void>;
  toJSON(): Readonly<Record<string, unknown>>;
}
