import type { SandboxAccount } from './account.js';
import type { SandboxAnnuaire } from './annuaire/types.js';
import type { SandboxDescription } from './describe.js';
import type { SandboxEvents } from './event-log.js';
import type { SandboxFault } from './faults.js';
import type { SandboxPorts } from './network/endpoint.js';
import type { SandboxAccountState } from './options.js';
import type { PatientSpace } from './patient-space/types.js';
import type { SandboxProSanteConnect } from './pro-sante-connect/types.js';
import type { SandboxVariant } from './variant.js';
import type { SandboxVariantName } from './variant-names.js';

/** A message in a mailbox of the sandbox, as the operator holds it. */
export interface SandboxMessage {
  readonly folder: string;
  readonly uid: number;
  readonly receivedAt: Date;
  readonly flags: readonly string[];
  readonly content: Uint8Array;
}

/** A running sandbox. */
export interface Sandbox {
  readonly host: string;
  /** The name in the servers' certificates: what a client gives as server name. */
  readonly servername: string;
  readonly ports: SandboxPorts;
  /** The root of the test IGC: the only anchor a client needs. */
  readonly caPem: string;
  /** The same as a file; `null` without a data directory. */
  readonly caFile: string | null;
  readonly crl: SandboxCrl;
  /** Pro Santé Connect, whose access tokens open the mailboxes of its people by XOAUTH2 and OAUTHBEARER. */
  readonly proSanteConnect: SandboxProSanteConnect;
  /** The public extractions of the Annuaire Santé and the white list: the accounts, and a country of fiction around them. */
  readonly annuaire: SandboxAnnuaire;
  readonly accounts: readonly SandboxAccount[];
  readonly events: SandboxEvents;
  /** @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT` */
  account(address: string): SandboxAccount;
  /**
   * What a mailbox holds, oldest first.
   *
   * @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT`
   */
  messages(address: string, options?: { readonly folder?: string }): readonly SandboxMessage[];
  /** The next message that reaches the INBOX of an account. */
  nextMessage(address: string, options?: { readonly signal?: AbortSignal }): Promise<SandboxMessage>;
  /**
   * Puts a message into the operator's hands as another operator would.
   *
   * @throws MssError `ERR_MSS_SANDBOX_STORAGE_FULL`
   */
  deliver(content: Uint8Array, envelope: { readonly from: string; readonly to: readonly string[] }): void;
  /**
   * Opens, closes or fills a mailbox, or delays what is sent to it; what was delayed is delivered or returned with the next other state.
   *
   * @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT`
   */
  setAccountState(address: string, state: SandboxAccountState): void;
  /** Revokes the client certificate of an account. */
  revokeClientCertificate(address: string): void;
  /**
   * Mon espace santé for one patient.
   *
   * @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT`
   * @throws MssError `ERR_MSS_SANDBOX_ACCOUNT_KIND` the mailbox is not a patient's.
   */
  patientSpace(address: string): PatientSpace;
  /** Four more ports whose servers a conforming client refuses, watched on the wire. */
  startVariant(name: SandboxVariantName): Promise<SandboxVariant>;
  /** Makes something go wrong at a stage of a dialogue to come. */
  addFault(fault: SandboxFault): void;
  clearFaults(): void;
  describe(): SandboxDescription;
  /** Cuts every connection and closes every port. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The CRL publication of the test IGC. */
export interface SandboxCrl {
  /** Of every authority, those of variants included once they are started. */
  readonly urls: readonly string[];
  /** Requests so far. */
  readonly requests: number;
  /** While it is down its connections are reset. */
  setDown(down: boolean): void;
}
