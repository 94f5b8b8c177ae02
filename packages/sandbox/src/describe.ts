import type { SandboxAccount } from './account.js';
import type { SandboxAnnuaireDescription } from './annuaire/types.js';
import type { SandboxPorts } from './network/endpoint.js';
import type { SandboxAccountKind, SandboxAccountState } from './options.js';
import type { SandboxPscUser } from './pro-sante-connect/types.js';

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
  readonly proSanteConnect: SandboxPscDescription;
  readonly annuaire: SandboxAnnuaireDescription;
  readonly accounts: readonly SandboxAccountDescription[];
}

/** What a client of Pro Santé Connect is configured with. */
export interface SandboxPscDescription {
  readonly port: number;
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly users: readonly SandboxPscUser[];
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

/** The addresses of the files. */
export function describeAnnuaire(annuaire: SandboxAnnuaireDescription): SandboxAnnuaireDescription {
  const { port, mailboxesUrl, professionalsUrl, whiteListUrl } = annuaire;
  return { port, mailboxesUrl, professionalsUrl, whiteListUrl };
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
