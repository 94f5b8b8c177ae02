import { channelSentences } from './channel.js';
import { documentSentences } from './documents.js';
import { formatSentences } from './formats.js';
import { messageSentences } from './messages.js';
import { signInSentences } from './sign-in.js';
import { cardSentences } from './card.js';
import { storageSentences } from './storage.js';
import { ledgerSentences } from './ledger.js';
import { annuaireSentences } from './annuaire.js';
import { mailboxSentences } from './mailbox.js';

/** One French sentence for each error code: short, for a person at a help desk, with nothing about a patient. */
export const frenchSentences: Readonly<Record<string, string>> = Object.freeze({
  ...formatSentences,
  ...documentSentences,
  ...messageSentences,
  ...channelSentences,
  ...signInSentences,
  ...cardSentences,
  ...storageSentences,
  ...ledgerSentences,
  ...annuaireSentences,
  ...mailboxSentences,
});
