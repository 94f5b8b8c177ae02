import type { Clock } from '@mss/core';
import type { Account, Accounts } from '../account.js';
import type { Operator } from '../delivery/operator.js';
import type { EventLog } from '../event-log.js';
import type { FaultPlan } from '../faults.js';
import type { SandboxLimits } from '../options.js';
import type { StorageBudget } from '../store/budget.js';

/** What all servers of the sandbox share. */
export interface ServerContext {
  /** The name in greetings, certificates and trace headers. */
  readonly hostname: string;
  readonly accounts: Accounts;
  readonly operator: Operator;
  /** Counts what is stored and what is being received. */
  readonly budget: StorageBudget;
  readonly events: EventLog;
  readonly faults: FaultPlan;
  readonly limits: SandboxLimits;
  readonly clock: Clock;
  /**
   * Who a client certificate stands for.
   *
   * @param authorizationId - the mailbox asked for, `''` for the certificate's own.
   * @returns `null` for an unknown, revoked or missing certificate and for another's mailbox.
   */
  accountOfCertificate(fingerprint256: string | null, authorizationId: string): Account | null;
  /** Whether an access token, the account's own or one of Pro Santé Connect, opens the mailbox now. */
  acceptsToken(account: Account, token: string): boolean;
}
