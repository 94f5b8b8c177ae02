import { annuaireCodes } from './annuaire.js';
import { cardCodes } from './card.js';
import { channelCodes } from './channel.js';
import { documentCodes } from './documents.js';
import { formatCodes } from './formats.js';
import { ledgerCodes } from './ledger.js';
import { mailboxCodes } from './mailbox.js';
import { messageCodes } from './messages.js';
import { signInCodes } from './sign-in.js';
import { storageCodes } from './storage.js';
import type { ExitStatus } from '../exit-status.js';
import type { ErrorCodes } from './type.js';

/** Every error code of the toolkit; a test fails for a code that is not here. */
export const errorCodes: ErrorCodes = Object.freeze({
  ...annuaireCodes,
  ...cardCodes,
  ...channelCodes,
  ...documentCodes,
  ...formatCodes,
  ...ledgerCodes,
  ...mailboxCodes,
  ...messageCodes,
  ...signInCodes,
  ...storageCodes,
});

/** The status that an error code stands for; 1 for a code that this version does not know. */
export function exitStatusOf(code: string): ExitStatus {
  return errorCodes[code]?.[0] ?? 1;
}

/** Its sentence for a person; undefined for a code that this version does not know. */
export function frenchSentenceOf(code: string): string | undefined {
  return errorCodes[code]?.[1];
}
