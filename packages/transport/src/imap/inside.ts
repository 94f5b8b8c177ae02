import type { Writable } from 'node:stream';
import type { SecureSocket } from '@mss/pki';

/** A parsed token of an answer: an atom, string or literal, or a list of them; `null` is NIL. */
export type ImapToken = ImapAtom | readonly ImapToken[] | null;

export interface ImapAtom {
  readonly type?: string;
  readonly value?: unknown;
  /** Of a response code, or of `BODY[…]`. */
  readonly section?: readonly ImapToken[];
}

/** One untagged line, for example `* 3 FETCH (…)`: command `3`, attributes `FETCH` and the list. */
export interface ImapUntagged {
  readonly command: string;
  readonly attributes?: readonly ImapToken[];
}

/** Node's TLS socket, or another stream. */
type ImapSocket = SecureSocket & { readonly setNoDelay?: (noDelay: boolean) => void };

type Handler = (untagged: ImapUntagged) => Promise<void>;

/**
 * What of imapflow's inside this package uses; the package is pinned to `~2.1.2`, and the tests go through every part of it.
 *
 * Evidence: imapflow 2.1.2, `imap-flow.ts`: `connect`, `startSession`, `exec`, `close`.
 */
export interface Inside {
  readonly capabilities: Map<string, unknown>;
  readonly state: number;
  readonly states: { readonly NOT_AUTHENTICATED: number; readonly LOGOUT: number };
  readonly isClosed: boolean;
  readonly preCheck: false | (() => Promise<void>);
  readonly currentRequest: false | { readonly command: string };
  readonly streamer: Writable;
  readonly untaggedHandlers: Record<string, Handler | null>;
  readonly sectionHandlers: Record<string, (section: readonly ImapToken[]) => Promise<void>>;
  socket: ImapSocket | false;
  writeSocket: ImapSocket | false;
  initialResolve: (() => void) | false;
  initialReject: ((error: unknown) => void) | false;
  authenticated: boolean | string;
  expectCapabilityUpdate: boolean;
  exec(
    command: string,
    attributes: readonly unknown[] | false,
    options: {
      readonly untagged?: Readonly<Record<string, Handler>>;
      readonly onPlusTag?: (response: ImapUntagged) => Promise<void>;
    },
  ): Promise<{ readonly response: { readonly command?: string; readonly attributes?: readonly ImapToken[] }; readonly next: () => void }>;
  run(command: string, ...given: unknown[]): Promise<unknown>;
  write(line: string): void;
  setAuthenticationState(): Promise<void>;
  configureSocket(socket: ImapSocket): void;
  setSocketHandlers(): void;
  setEventHandlers(): void;
  failProtocol(error: Error): void;
  closeAfter(): void;
  initialOK(untagged: ImapUntagged): Promise<void>;
  initialPREAUTH(): Promise<void>;
  serverBye(untagged: ImapUntagged): Promise<void>;
  untaggedCapability(untagged: ImapUntagged): Promise<void>;
  sectionCapability(section: readonly ImapToken[]): Promise<void>;
  untaggedExists(untagged: ImapUntagged): Promise<void>;
  untaggedExpunge(untagged: ImapUntagged): Promise<void>;
  untaggedFetch(untagged: ImapUntagged): Promise<void>;
  untaggedVanished: () => Promise<void>;
}
