import type { PkiErrorCode } from '@mss/pki';

/**
 * How the channel is opened. Each way is another entry point of `@mss/pki`, so that every one of them meets every state.
 *
 * | way | entry point |
 * |---|---|
 * | `https` | `policy.fetch` |
 * | `imaps` | `policy.warm`, then the library's own `tls.connect` with `policy.tlsOptions` (imapflow) |
 * | `imap+starttls` | `policy.connectStartTls` |
 * | `smtps` | `policy.connect` |
 * | `smtp+starttls` | `policy.connectStartTls` |
 * | `ldaps` | `policy.warm`, then `policy.upgrade` of a stream of the caller's |
 * | `ldap+starttls` | `policy.connectStartTls` |
 */
export type Way = 'https' | 'imaps' | 'imap+starttls' | 'smtps' | 'smtp+starttls' | 'ldaps' | 'ldap+starttls';

export const ways: readonly Way[] = ['https', 'imaps', 'imap+starttls', 'smtps', 'smtp+starttls', 'ldaps', 'ldap+starttls'];

/** Who answers: our capture server, `openssl s_server`, a scripted peer, or a real server of Debian. */
export type Peer = 'capture' | 's_server' | 'script' | 'dovecot' | 'postfix' | 'nginx' | 'nginx-mail' | 'slapd';

export type Profile = 'ref2-0.1' | 'ref2-1.0.1';

/** What must come out. */
export type Expected =
  | {
      readonly verdict: 'accepted';
      /** Version that must have been negotiated; default TLS 1.2. */
      readonly protocol?: 'TLSv1.2' | 'TLSv1.3';
      readonly cipher?: string;
      /** How the server's own certificate was found good. */
      readonly method?: 'crl' | 'ocsp' | 'stapled';
    }
  | {
      readonly verdict: 'refused';
      readonly code: PkiErrorCode;
      /** `null`: no requirement speaks about it. */
      readonly requirement: string | null;
      /** For an unknown revocation: the code of each address that was tried. */
      readonly reasons?: readonly PkiErrorCode[];
    };

export type Group = 'versions' | 'suites' | 'certificates' | 'crl' | 'ocsp' | 'paths' | 'starttls' | 'sessions' | 'servers';

/** A state of the world, with the verdict it must meet. Each is met on several ways. */
export interface State {
  /** Names what `arrange-*.ts` builds. */
  readonly key: string;
  /** In words, for the table. */
  readonly title: string;
  readonly expected: Expected;
}

/** One cell of the matrix. */
export interface Cell extends State {
  readonly id: string;
  readonly group: Group;
  readonly way: Way;
  readonly peer: Peer;
  readonly profile: Profile;
}

export const accepted = (more: Omit<Extract<Expected, { verdict: 'accepted' }>, 'verdict'> = {}): Expected => ({
  verdict: 'accepted',
  ...more,
});

export const refused = (code: PkiErrorCode, requirement: string | null): Expected => ({ verdict: 'refused', code, requirement });

export const unknown = (...reasons: readonly PkiErrorCode[]): Expected => ({
  verdict: 'refused',
  code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
  requirement: 'ECO.1.1.6',
  reasons,
});

/** Every state on every way. */
export function cross(
  group: Group,
  states: readonly State[],
  how: { readonly ways: readonly Way[]; readonly peer: Peer; readonly profile?: Profile },
): Cell[] {
  const { peer, profile = 'ref2-0.1' } = how;
  return states.flatMap((state) =>
    how.ways.map((way) => ({ ...state, id: [group, peer, state.key, way, profile].join('/'), group, way, peer, profile })),
  );
}

/** The number under which version 1.0.1 states a requirement of version 0.1. */
const renumbered: Readonly<Record<string, string>> = { 'ECO.1.1.2': 'ECO.1.1.1', 'ECO.1.1.4': 'ECO.1.1.10' };

/** The same states in profile `ref2-1.0.1`. */
export function in101(states: readonly State[]): State[] {
  return states.map((state) => {
    const { expected } = state;
    if (expected.verdict === 'accepted' || expected.requirement === null) return state;
    return { ...state, expected: { ...expected, requirement: renumbered[expected.requirement] ?? expected.requirement } };
  });
}
