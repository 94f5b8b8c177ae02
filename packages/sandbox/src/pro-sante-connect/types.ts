/** A person who can sign in to the sandbox's Pro Santé Connect. */
export interface SandboxPscUser {
  /** `8` and an RPPS number of fiction. */
  readonly nationalId: string;
  readonly familyName: string;
  readonly givenName: string;
  /** `10`: physician. */
  readonly professionCode: string;
  /** Mailboxes that the operator opens to this person. */
  readonly mailboxes: readonly string[];
}

/** What the sandbox's Pro Santé Connect is like. */
export interface SandboxPscOptions {
  /** Default: one person for each personal mailbox, with the organisational ones of the same domain. */
  readonly users?: readonly SandboxPscUser[];
  /** Default 120,000, as seen in public code. */
  readonly accessTokenMs?: number;
  /** Default 350,000. */
  readonly refreshTokenMs?: number;
  /** Of ID and access tokens. Default RS256. */
  readonly signingAlgorithm?: 'RS256' | 'ES256';
}

/**
 * | fault | what happens |
 * |---|---|
 * | `down` | connections are reset |
 * | `silent` | requests are never answered |
 * | `overloaded` | 503 |
 * | `html` | 200 with a page instead of JSON, as a captive portal does |
 * | `refresh-refused` | every refresh token is refused: `invalid_grant` |
 * | `wrong-signature`, `wrong-nonce`, `wrong-audience`, `wrong-issuer`, `expired-id-token` | an ID token that a client must not accept |
 * | `other-person` | the user information is of somebody else |
 */
export type SandboxPscFault =
  | 'none'
  | 'down'
  | 'silent'
  | 'overloaded'
  | 'html'
  | 'refresh-refused'
  | 'wrong-signature'
  | 'wrong-nonce'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'expired-id-token'
  | 'other-person';

/** Another client of the sandbox's Pro Santé Connect, beside the one that is there from the start. */
export interface SandboxPscClient {
  readonly clientId: string;
  readonly secret?: string;
  /** SHA-256 fingerprint of a client certificate that the sandbox issued. */
  readonly certificateFingerprint?: string;
  /** Public key (SPKI, PEM) of `private_key_jwt`. */
  readonly publicKeyPem?: string;
}

/** How people answer on their telephone. */
export type SandboxPscTelephone = 'approve' | 'deny' | 'wait' | 'slow-down';

/** One request that came, without credentials. */
export interface SandboxPscRequest {
  /** For example `token`, `userinfo`, `jwks`. */
  readonly endpoint: string;
  readonly grantType: string | null;
  readonly status: number;
}

/** Pro Santé Connect as the sandbox plays it. */
export interface SandboxProSanteConnect {
  readonly port: number;
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly users: readonly SandboxPscUser[];
  /** The last thousand, oldest first. */
  readonly requests: readonly SandboxPscRequest[];
  /** Sign-ins that wait for a telephone. */
  readonly pendingSignIns: readonly { readonly nationalId: string; readonly bindingMessage: string }[];
  registerClient(client: SandboxPscClient): void;
  /** From now on the browser page signs this person in without asking; `null` asks. */
  signInAs(nationalId: string | null): void;
  /** From now on telephones answer like this at each poll. Default `approve`. */
  telephone(answer: SandboxPscTelephone): void;
  /** Answers one waiting sign-in. @returns whether one was waiting. */
  answerSignIn(nationalId: string, answer: 'approve' | 'deny'): boolean;
  setFault(fault: SandboxPscFault): void;
  /** Makes every access token so far void, as an operator sees it; refresh tokens stay good. */
  revokeAccessTokens(): void;
  /** Ends every session. */
  endSessions(): void;
}
