import type { InboxErrorCode } from './inbox/errors.js';
import type { AuditErrorCode, ContentErrorCode, OutboxErrorCode } from './outbox/errors.js';

/** Every code this package throws. Codes of `@mss/store` (`ERR_MSS_STORE_*`) come through unchanged. */
export type LedgerErrorCode = OutboxErrorCode | ContentErrorCode | AuditErrorCode | InboxErrorCode;
