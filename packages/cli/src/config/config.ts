import { dirname, resolve } from 'node:path';

import type { Environment, ProfileId } from '@mss/core';

import type { CommandContext } from '../command.js';
import { configError } from '../errors.js';
import { readInput } from '../io.js';
import { note } from '../note.js';
import type { DatabasePlace, SecretSource } from './field.js';
import { configSchema } from './schema.js';
import { validateObject, type Validation } from './validate.js';

/** A server of the mailbox. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'implicit' | 'starttls';
  readonly servername?: string;
}

/** How tokens are shown. */
interface TokenManner {
  readonly user?: string;
  readonly mechanism?: 'XOAUTH2' | 'OAUTHBEARER';
  readonly initialResponse?: boolean;
}

export interface PscConfig extends TokenManner {
  readonly type: 'psc';
  readonly provider?: 'production' | 'bas';
  readonly issuer?: string;
  readonly discoveryUrl?: string;
  readonly hosts?: readonly string[];
  readonly clientId: string;
  readonly clientSecret?: SecretSource;
  readonly signIn: 'telephone' | 'browser';
  readonly nationalId?: string;
  readonly redirectPort?: number;
  readonly anchors?: readonly string[];
}

export type AuthenticationConfig =
  | { readonly type: 'password'; readonly user?: string; readonly password: SecretSource; readonly mechanism?: 'PLAIN' | 'LOGIN' }
  | { readonly type: 'certificate'; readonly user?: string }
  | PscConfig
  | (TokenManner & { readonly type: 'token-command'; readonly command: readonly string[] });

export interface CardConfig {
  readonly type: 'card';
  readonly module: string;
  readonly label?: string;
  readonly serial?: string;
  readonly reader?: string;
  readonly certificate?: string;
  readonly intermediates?: string;
  readonly engine?: string;
  readonly pin?: SecretSource;
}

export type IdentityConfig =
  | { readonly type: 'pfx'; readonly file: string; readonly passphrase?: SecretSource }
  | { readonly type: 'pem'; readonly certificate: string; readonly key: string; readonly passphrase?: SecretSource }
  | CardConfig;

export interface TrustConfig {
  readonly name?: string;
  readonly anchors: readonly string[];
  readonly intermediates?: readonly string[];
  readonly pins?: readonly string[];
  readonly igcSante?: boolean;
}

/** The configuration of a mailbox, checked against {@link configSchema}; paths are absolute, secrets not read yet. */
export interface MssConfig {
  readonly mailbox: {
    readonly address: string;
    readonly kind: 'per' | 'org' | 'app';
    readonly label?: string;
    readonly operatorAllows?: readonly ('password' | 'certificate' | 'token')[];
  };
  readonly servers:
    | 'auto'
    | {
        readonly imap?: ServerConfig;
        readonly smtp?: ServerConfig;
        readonly confirmedTargets?: readonly string[];
        readonly privateHosts?: readonly string[];
      };
  readonly authentication: AuthenticationConfig;
  readonly clientIdentity?: IdentityConfig;
  readonly trust: TrustConfig & { readonly more?: readonly TrustConfig[] };
  readonly revocation?: {
    readonly cache?: string;
    readonly prefer?: 'crl' | 'ocsp';
    readonly timeoutMs?: number;
    readonly refreshAfterMs?: number;
  };
  readonly proxy?: { readonly host: string; readonly port: number; readonly username?: string; readonly password?: SecretSource };
  readonly profile?: ProfileId;
  readonly environment?: Environment;
  readonly ledger: {
    readonly store: DatabasePlace;
    readonly postgresCa?: string;
    readonly contents?: string;
    readonly key: SecretSource;
    readonly keyId?: string;
    readonly previousKeys?: readonly { readonly id: string; readonly key: SecretSource }[];
    readonly pseudonymKey?: SecretSource;
  };
  readonly outbox?: {
    readonly deadlineHours?: number;
    readonly silenceHours?: number;
    readonly readingHours?: number;
    readonly selfCopy?: boolean;
    readonly selfCopyDelayMinutes?: number;
    readonly leaseSeconds?: number;
    readonly connections?: number;
  };
  readonly sent?: { readonly copy?: 'detect' | 'client' | 'server' | 'none'; readonly folder?: string };
  readonly receipts?: { readonly mdn?: 'ask' | 'always' | 'never' };
  readonly whiteList?: { readonly url?: string; readonly file: string; readonly maxAgeDays?: number };
  readonly directory?: DatabasePlace;
  readonly author?: string;
  readonly nil?: string;
  readonly dangerouslyAllowOutsideTrustSpace?: boolean;
}

/** A configuration and where it stands. */
export interface LoadedConfig {
  readonly config: MssConfig;
  /** Absolute path of the file; `null` when it came by standard input. */
  readonly file: string | null;
  readonly inlineSecrets: readonly string[];
  readonly dangers: readonly string[];
}

const maxConfigBytes = 1024 * 1024;

/**
 * Reads the configuration file and checks it whole. Says on standard error which `dangerously…` switches are on and which secrets stand
 * in the file itself.
 *
 * @throws MssError `ERR_MSS_CLI_FILE`, `ERR_MSS_CLI_CONFIG`
 */
export async function loadConfig(context: CommandContext, file: string): Promise<LoadedConfig> {
  const bytes = await readInput(file, { io: context.io, maxBytes: maxConfigBytes });
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The cause is left out: it quotes what it could not read.
    throw configError('the configuration is not JSON in UTF-8', "la configuration n'est pas du JSON en UTF-8");
  }
  const notes: Validation = { folder: file === '-' ? process.cwd() : dirname(resolve(file)), inlineSecrets: [], dangers: [] };
  const config = validateObject(parsed, configSchema, { place: '', notes }) as unknown as MssConfig;
  checkTogether(config);
  for (const danger of notes.dangers)
    note(context, `ATTENTION : ${danger} est actif dans la configuration`, `WARNING: ${danger} is on in the configuration`);
  if (notes.inlineSecrets.length > 0) {
    const places = notes.inlineSecrets.join(', ');
    note(
      context,
      `secret écrit en clair dans la configuration : ${places} ; préférez { "env": … } ou { "file": … }`,
      `secret as plain text in the configuration: ${places}; prefer { "env": … } or { "file": … }`,
    );
  }
  return { config, file: file === '-' ? null : resolve(file), inlineSecrets: notes.inlineSecrets, dangers: notes.dangers };
}

/** What no key shows by itself. */
function checkTogether(config: MssConfig): void {
  const { authentication, clientIdentity, ledger, trust } = config;
  if (authentication.type === 'certificate' && clientIdentity === undefined)
    throw configError(
      'authentication by certificate needs "clientIdentity"',
      "l'authentification par certificat demande « clientIdentity »",
    );
  if (authentication.type === 'psc') {
    if (authentication.signIn === 'telephone' && authentication.nationalId === undefined)
      throw configError(
        '"authentication.nationalId" is needed to sign in by telephone',
        '« authentication.nationalId » est nécessaire pour signIn telephone',
      );
    if ((authentication.provider === undefined) === (authentication.issuer === undefined))
      throw configError(
        '"authentication" takes either "provider" or "issuer"',
        '« authentication » attend soit « provider », soit « issuer »',
      );
    if (authentication.clientSecret === undefined && clientIdentity === undefined)
      throw configError(
        '"authentication.clientSecret" or "clientIdentity" is needed',
        '« authentication.clientSecret » ou « clientIdentity » est nécessaire',
      );
  }
  if (ledger.previousKeys !== undefined && ledger.pseudonymKey === undefined)
    throw configError(
      'with "ledger.previousKeys" the key "ledger.pseudonymKey" is needed: pseudonyms must not change',
      'avec « ledger.previousKeys », la clé « ledger.pseudonymKey » est nécessaire : les pseudonymes ne doivent pas changer',
    );
  for (const pin of [trust, ...(trust.more ?? [])].flatMap((store) => store.pins ?? [])) {
    if (!/^[0-9a-f]{64}$/i.test(pin.replaceAll(/[:\s]/g, '')))
      throw configError(
        '"trust.pins" are SHA-256 fingerprints of 64 hexadecimal digits',
        '« trust.pins » sont des empreintes SHA-256 de 64 chiffres hexadécimaux',
      );
  }
}
