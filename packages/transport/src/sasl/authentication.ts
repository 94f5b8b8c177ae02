/** What a token provider is told. */
export interface TokenRequest {
  /**
   * `true`: the server has just refused the token given before. Forget it and bring a fresh one.
   * `false`: a token at hand will do.
   */
  readonly renew: boolean;
  /** The server that the token would be shown to, as the caller named it: give none to a host that is not the mailbox's. */
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal | undefined;
}

/** The name and password of a mailbox. */
export interface PasswordAuthentication {
  readonly type: 'password';
  readonly user: string;
  /** Or a function that fetches it just before it is needed. It is kept nowhere. */
  readonly password: string | (() => string | Promise<string>);
  /** Default: PLAIN where offered, else LOGIN. */
  readonly mechanism?: 'PLAIN' | 'LOGIN';
}

/** The client certificate of the channel (SASL EXTERNAL, RFC 4422 appendix A): card, software or applicative-mailbox certificate. */
export interface CertificateAuthentication {
  readonly type: 'certificate';
  /** The mailbox to act for, when the certificate alone does not tell. */
  readonly user?: string;
}

/** An OAuth 2 access token, for example of Pro Santé Connect. */
export interface TokenAuthentication {
  readonly type: 'token';
  /** The address of the mailbox. */
  readonly user: string;
  /** Called for each new connection, once more with `renew` when the server refuses the token. Kept nowhere. */
  readonly token: (request: TokenRequest) => string | Promise<string>;
  /** Default: XOAUTH2 where offered, else OAUTHBEARER. */
  readonly mechanism?: 'XOAUTH2' | 'OAUTHBEARER';
  /**
   * Whether the token goes on the command's own line. Default: on IMAP if SASL-IR is offered, on SMTP if the line stays
   * within 512 octets (RFC 4954 §4); an operator that only takes it as an answer to its challenge needs `false`.
   */
  readonly initialResponse?: boolean;
}

/** How a mailbox proves who it is. Used only on a verified channel. */
export type MailboxAuthentication = PasswordAuthentication | CertificateAuthentication | TokenAuthentication;
