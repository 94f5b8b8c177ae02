import type { DocumentKnowledge, DeliveryRecord, OutboxStory } from '@mss/ledger';

import type { KillPoint } from './steps.js';

/** Where the servers are and how to log in. */
export interface ServerAccess {
  readonly host: string;
  readonly servername: string;
  readonly caPem: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly password: string;
}

/** A letter that a worker is to queue. */
export interface Letter {
  readonly documentId: string;
  readonly to: string;
  readonly text: string;
}

/** One life of a worker process. */
export interface Life {
  /** Of this mailbox alone: database, vault, record of the host. */
  readonly folder: string;
  readonly address: string;
  /** Name of the worker: the same in every life, another one than that of a workstation beside it. */
  readonly worker: string;
  readonly claim: 'database' | 'keyword';
  readonly server: ServerAccess;
  readonly letters: readonly Letter[];
  readonly kill: KillPoint | null;
}

/** From the parent to a worker. `finish`: stop, and report. */
export type ToWorker = { readonly kind: 'live'; readonly life: Life } | { readonly kind: 'finish' };

/** From a worker to the parent. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'queued'; readonly documentId: string }
  | { readonly kind: 'status'; readonly status: WorkerStatus }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  | { readonly kind: 'failed'; readonly message: string };

/** What is still to do. */
export interface WorkerStatus {
  /** Entries of any kind whose recipients are not all final. */
  readonly unsettled: number;
  /** Messages of the mailbox that were taken in to their end. */
  readonly finished: number;
  readonly unfinished: number;
}

/** An entry of any kind, from the database. */
export interface EntryFacts {
  readonly kind: string;
  readonly messageId: string;
  readonly state: string;
  readonly recipientStates: readonly string[];
  readonly attempts: readonly { readonly outcome: string; readonly queueId: string | null }[];
}

/** The whole account of one mailbox at the end of a run. */
export interface WorkerReport {
  readonly stories: readonly OutboxStory[];
  readonly entries: readonly EntryFacts[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly knowledge: readonly DocumentKnowledge[];
  readonly audit: { readonly ok: boolean; readonly submissions: number; readonly handOvers: number };
  /** Contents in the vault once everything is settled and the sweep of later hours has passed. */
  readonly contentsLeft: number;
}
