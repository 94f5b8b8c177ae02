import { timingSafeEqual, createHash } from 'node:crypto';
import type { RandomSource } from '@mss/core';
import type { SandboxAccountKind, SandboxAccountOptions, SandboxAccountState } from './options.js';
import type { Mailbox } from './store/mailbox.js';

/** A client certificate that the sandbox issued. */
export interface SandboxClientCertificate {
  /** The certificate and the intermediates above it. */
  readonly certPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  readonly fingerprint256: string;
}

/** A mailbox and how one gets into it. */
export interface SandboxAccount {
  readonly address: string;
  readonly kind: SandboxAccountKind;
  readonly label: string;
  readonly state: SandboxAccountState;
  /** `null` where there is none: applicative mailboxes and patients. */
  readonly password: string | null;
  /** For XOAUTH2 and OAUTHBEARER; `null` for patients. */
  readonly accessToken: string | null;
  /** For EXTERNAL. */
  readonly clientCertificate: SandboxClientCertificate | null;
}

export class Account implements SandboxAccount {
  readonly address: string;
  readonly kind: SandboxAccountKind;
  readonly label: string;
  state: SandboxAccountState;
  readonly password: string | null;
  readonly accessToken: string | null;
  readonly clientCertificate: SandboxClientCertificate | null;
  readonly maxMessageBytes: number;
  readonly mailbox: Mailbox;

  constructor(
    options: SandboxAccountOptions,
    parts: {
      readonly mailbox: Mailbox;
      readonly clientCertificate: SandboxClientCertificate | null;
      readonly maxMessageBytes: number;
      readonly random: RandomSource;
    },
  ) {
    const human = options.kind === 'personal' || options.kind === 'organisational';
    this.address = options.address;
    this.kind = options.kind;
    this.label = options.label ?? options.address;
    this.state = options.state ?? 'open';
    this.password = human ? (options.password ?? secret(parts.random)) : null;
    this.accessToken = options.kind === 'patient' ? null : secret(parts.random);
    this.clientCertificate = parts.clientCertificate;
    this.maxMessageBytes = parts.maxMessageBytes;
    this.mailbox = parts.mailbox;
  }

  acceptsPassword(password: string): boolean {
    return sameSecret(this.password, password);
  }

  acceptsToken(token: string): boolean {
    return sameSecret(this.accessToken, token);
  }
}

function secret(random: RandomSource): string {
  return Buffer.from(random.bytes(15)).toString('base64url');
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function sameSecret(expected: string | null, given: string): boolean {
  return expected !== null && timingSafeEqual(digest(expected), digest(given));
}

/** All accounts by address; letter case does not count. */
export class Accounts {
  readonly #byAddress = new Map<string, Account>();
  readonly #domains = new Set<string>();

  /** @returns whether the address was free. */
  add(account: Account): boolean {
    const key = account.address.toLowerCase();
    if (this.#byAddress.has(key)) return false;
    this.#byAddress.set(key, account);
    this.#domains.add(domainOf(key));
    return true;
  }

  find(address: string): Account | undefined {
    return this.#byAddress.get(address.toLowerCase());
  }

  /** Who may log in with a client certificate. */
  byCertificate(fingerprint256: string): Account | undefined {
    return this.all.find((account) => account.clientCertificate?.fingerprint256 === fingerprint256);
  }

  hasDomain(domain: string): boolean {
    return this.#domains.has(domain.toLowerCase());
  }

  get all(): readonly Account[] {
    return [...this.#byAddress.values()];
  }
}

/** What stands after the last `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
