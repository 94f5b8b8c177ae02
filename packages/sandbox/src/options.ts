import { systemClock, systemRandom, type Clock, type ProfileId, type RandomSource } from '@mss/core';
import { MssError } from '@mss/core';
import type { SandboxAnnuaireOptions } from './annuaire/types.js';
import { defaultAccounts } from './default-accounts.js';
import type { SandboxErrorCode } from './errors.js';
import type { SandboxPscOptions } from './pro-sante-connect/types.js';

/** The three kinds of professional mailbox, and the patients' of Mon espace santé. */
export type SandboxAccountKind = 'personal' | 'organisational' | 'applicative' | 'patient';

/**
 * | state | what a message to it becomes |
 * |---|---|
 * | `open` | delivered |
 * | `closed` | returned, 5.2.1 |
 * | `full` | returned, 5.2.2 |
 * | `delayed` | kept by the operator, which reports the delay (4.4.1) when NOTIFY asks for it; delivered or returned once the state is another |
 */
export type SandboxAccountState = 'open' | 'closed' | 'full' | 'delayed';

/** A mailbox of the sandbox. */
export interface SandboxAccountOptions {
  readonly address: string;
  readonly kind: SandboxAccountKind;
  /** The sender's label (ECO.2.2.7), or the patient's name as Mon espace santé shows it. */
  readonly label?: string;
  /** Default: a random one. Applicative mailboxes have a client certificate instead, patients have neither. */
  readonly password?: string;
  /** Default `open`. */
  readonly state?: SandboxAccountState;
  /** Most bytes of one message; a longer one is returned, 5.3.4. Default: 25 MB for patients, the operator's limit for others. */
  readonly maxMessageBytes?: number;
  /** All messages of the mailbox; beyond it a message is returned, 5.2.2. Default: none but the storage limit. */
  readonly quotaBytes?: number;
  /** Also issue a client certificate to a personal or organisational mailbox. Applicative ones always have one. */
  readonly clientCertificate?: boolean;
}

export interface SandboxLimits {
  /** Announced as SIZE; default 40 MB. */
  readonly messageBytes: number;
  /** All mailboxes together; default 512 MB. Beyond it messages are refused with 4.3.1. */
  readonly storageBytes: number;
  /** Entries of the event log; the oldest go. Default 10,000. */
  readonly events: number;
  /** Connections at a time on one port; default 200. */
  readonly connections: number;
}

export interface SandboxOptions {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** First of seven consecutive ports (SMTPS, submission, IMAPS, IMAP, CRL, Pro Santé Connect, Annuaire); default free ones. */
  readonly portBase?: number;
  /** Folder for CA, client certificates and keys (mode 0600); nothing else is ever written. */
  readonly dataDirectory?: string;
  /** The mailboxes; default a small practice, a laboratory, a hospital and three patients, all fictitious. */
  readonly accounts?: readonly SandboxAccountOptions[];
  /** Domains of the trust space beside those of the accounts: accepted, then returned as unreachable (5.4.4). */
  readonly trustedDomains?: readonly string[];
  /** An unknown local part of a known domain: `bounce` (default) accepts and returns it, `refuse` answers RCPT with 550 5.1.1. */
  readonly unknownRecipients?: 'bounce' | 'refuse';
  /** Whose TLS rules the operator follows; default `ref2-0.1`. */
  readonly profile?: ProfileId;
  readonly limits?: Partial<SandboxLimits>;
  /** People, lifetimes and keys of Pro Santé Connect. */
  readonly proSanteConnect?: SandboxPscOptions;
  /** The directory whose files are published. */
  readonly annuaire?: SandboxAnnuaireOptions;
  readonly clock?: Clock;
  readonly random?: RandomSource;
}

export interface ResolvedOptions {
  readonly host: string;
  readonly portBase: number | null;
  readonly dataDirectory: string | null;
  readonly accounts: readonly SandboxAccountOptions[];
  readonly trustedDomains: ReadonlySet<string>;
  readonly unknownRecipients: 'bounce' | 'refuse';
  readonly profile: ProfileId;
  readonly limits: SandboxLimits;
  readonly proSanteConnect: SandboxPscOptions;
  readonly annuaire: SandboxAnnuaireOptions;
  readonly clock: Clock;
  readonly random: RandomSource;
}

const MB = 1_000_000;

const defaultSandboxLimits: SandboxLimits = Object.freeze({
  messageBytes: 40 * MB,
  storageBytes: 512 * MB,
  events: 10_000,
  connections: 200,
});

/**
 * Completes the options.
 *
 * @throws MssError `ERR_MSS_SANDBOX_OPTION` two accounts with one address, a limit or a port out of range.
 */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const limits = { ...defaultSandboxLimits, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) throw refused(`limit ${name} must be a positive finite number`);
  }
  const portBase = options.portBase ?? null;
  if (portBase !== null && !(Number.isInteger(portBase) && portBase > 0 && portBase <= 65_529))
    throw refused('the first port must be between 1 and 65529');
  return {
    host: options.host ?? '127.0.0.1',
    portBase,
    dataDirectory: options.dataDirectory ?? null,
    accounts: options.accounts ?? defaultAccounts,
    trustedDomains: new Set((options.trustedDomains ?? []).map((domain) => domain.toLowerCase())),
    unknownRecipients: options.unknownRecipients ?? 'bounce',
    profile: options.profile ?? 'ref2-0.1',
    limits,
    proSanteConnect: options.proSanteConnect ?? {},
    annuaire: options.annuaire ?? {},
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

function refused(message: string): MssError<SandboxErrorCode> {
  return new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_OPTION', message);
}
