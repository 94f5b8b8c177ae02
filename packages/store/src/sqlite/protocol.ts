import type { ErrorRecord } from '../errors.js';
import type { MigrationStep } from '../migrations.js';
import type { StoreStatement, StoreValue } from '../types.js';

/** How a statement answers: all rows, the first row, or the number of rows changed. */
export type StatementMode = 'all' | 'get' | 'run';

/** What the main thread asks of the worker; each is answered once, by its id. */
export type Request =
  | { readonly kind: 'read'; readonly mode: 'all' | 'get'; readonly sql: string; readonly parameters: readonly StoreValue[] }
  | { readonly kind: 'batch'; readonly statements: readonly StoreStatement[] }
  /** Answered when the transaction has begun. `alone`: shares its COMMIT with no other. */
  | { readonly kind: 'begin'; readonly alone: boolean }
  | {
      readonly kind: 'statement';
      readonly transaction: number;
      readonly mode: StatementMode;
      readonly sql: string;
      readonly parameters: readonly StoreValue[];
    }
  | { readonly kind: 'commit'; readonly transaction: number }
  | { readonly kind: 'rollback'; readonly transaction: number }
  /** Forgets a `begin` that still waits; answered at once, as is the `begin`. */
  | { readonly kind: 'withdraw'; readonly begin: number }
  | { readonly kind: 'migrate'; readonly owner: string; readonly steps: readonly MigrationStep[]; readonly now: number }
  | { readonly kind: 'close' };

export interface Call {
  readonly id: number;
  readonly request: Request;
}

/** `again`: through no fault of its own the transaction was rolled back; run it once more, alone. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorRecord }
  | { readonly id: number; readonly again: true };

/** The worker's first message, then answers. */
export type WorkerMessage = { readonly opened: true } | { readonly refused: ErrorRecord } | { readonly answers: readonly Answer[] };

export interface WorkerOptions {
  readonly file: string;
  readonly memory: boolean;
  readonly busyTimeoutMs: number;
  readonly pragmas: readonly string[];
}

/** Below this, copying a blob between threads is cheaper than handing its memory over. */
export const transferredBytes: number = 16 * 1024;
