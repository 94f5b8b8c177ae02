import type { Clock, Logger, RandomSource } from '@mss/core';
import type { ClientIdentity, SecureChannelPolicy } from '@mss/pki';
import type { PscProvider } from './provider.js';
import type { Schedule } from './schedule.js';
import type { PscSessionEvent } from './types.js';

/** How the software proves to Pro Santé Connect that it is the client it says. */
export type PscClientAuthentication =
  /** The secret given at registration, or a function that fetches it. */
  | { readonly type: 'secret'; readonly secret: string | (() => string | Promise<string>); readonly method?: 'basic' | 'post' }
  /** A client certificate of IGC Santé (RFC 8705). */
  | { readonly type: 'certificate'; readonly identity: ClientIdentity }
  /** A signed assertion (RFC 7523). */
  | {
      readonly type: 'private-key';
      /** PKCS#8, PEM. */
      readonly key: string;
      readonly algorithm: 'RS256' | 'PS256' | 'ES256';
      readonly keyId?: string;
    };

/** What {@link createProSanteConnect} takes. */
export interface ProSanteConnectOptions {
  readonly provider: PscProvider;
  readonly clientId: string;
  readonly clientAuthentication: PscClientAuthentication;
  /** Of kind `public-web`: everything but the browser goes through its verified `fetch`. */
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
  /** Default `openid scope_all`. */
  readonly scope?: string;
  /** Level of assurance that is asked for and that the ID token must not contradict. Default `eidas1`. */
  readonly acrValues?: string;
  /** For one request to Pro Santé Connect. Default 15,000. */
  readonly requestTimeoutMs?: number;
  /** How far apart the clocks may be. Default 30 s. */
  readonly clockToleranceMs?: number;
  /** Refreshes in the background, so that an idle session does not end. Default `true`. */
  readonly keepAlive?: boolean;
  /** Opens an ended session again without a person, while the browser is still signed in to Pro Santé Connect (ECO.1.2.7). */
  readonly reopen?: {
    readonly redirectUri: string;
    /** Opens the address in the person's browser (it asks nothing, `prompt=none`) and resolves with the callback; `null`: not possible now. */
    readonly open: (url: string, options: { readonly signal: AbortSignal }) => Promise<string | URL | null>;
  };
  /** Told of everything that happens to a session by itself. What it throws is logged and changes nothing. */
  readonly onEvent?: (event: PscSessionEvent) => void;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly logger?: Logger;
  /** Runs something later. Default: a timer that keeps no process alive. */
  readonly schedule?: Schedule;
}
