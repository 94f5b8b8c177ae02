import type { SandboxAccount } from './account.js';
import type { SandboxPorts } from './network/endpoint.js';
import type { SandboxAccountKind, SandboxAccountState } from './options.js';

/** What `mss sandbox` prints: everything a client needs to get in. The credentials are those of a world of fiction. */
export interface SandboxDescription {
  readonly host: string;
  /** The name in the servers' certificates. */
  readonly servername: string;
  readonly ports: SandboxPorts;
  readonly profile: string;
  readonly environment: 'test';
  /** The root of the test IGC; `null` without a data directory. */
  readonly caFile: string | null;
  readonly crlUrls: readonly string[];
  readonly accounts: readonly SandboxAccountDescription[];
}

export interface SandboxAccountDescription {
  readonly address: string;
  readonly kind: SandboxAccountKind;
  readonly label: string;
  readonly state: SandboxAccountState;
  readonly password: string | null;
  readonly accessToken: string | null;
  /** Certificate chain and key as PEM files; `null` without a data directory or without certificate. */
  readonly clientCertificateFile: string | null;
  readonly clientKeyFile: string | null;
}

export function describeAccount(
  account: SandboxAccount,
  files: { readonly certificate: string; readonly key: string } | undefined,
): SandboxAccountDescription {
  const { address, kind, label, state, password, accessToken } = account;
  return {
    address,
    kind,
    label,
    state,
    password,
    accessToken,
    clientCertificateFile: files?.certificate ?? null,
    clientKeyFile: files?.key ?? null,
  };
}
