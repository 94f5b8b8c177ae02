import type { DocumentSet } from '@mss/cda';
import type { CdaPdfOptions } from '@mss/cda-pdf';
import type { Clock, Environment, Limits, ProfileId, RandomSource } from '@mss/core';
import type { XdmBuildOptions } from '@mss/xdm';

import type { ParentMessage } from './conversation.js';
import type { Recipient } from './recipients.js';
import type { Sender } from './sender.js';

/** A file that goes with the message besides archive and PDF. */
export interface AttachmentDraft {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A message as the host means it; everything else is derived. */
export interface MessageDraft {
  readonly from: Sender;
  readonly to: readonly Recipient[];
  readonly cc?: readonly Recipient[];
  /** Health documents of one patient; the subject is then theirs (ECO.2.1.3). */
  readonly documents?: DocumentSet;
  /** Without documents: the subject. A reply may leave it out and gets `Re: ` and its parent's subject. */
  readonly subject?: string;
  /** Plain text of the body. */
  readonly text?: string;
  /** The same wording as HTML. */
  readonly html?: string;
  readonly attachments?: readonly AttachmentDraft[];
  /** Where answers go, when not to the sender. */
  readonly replyTo?: string;
  /** Personal or organisational mailbox by which people reach the sender; mandatory for an applicative mailbox (ECO.2.2.5). */
  readonly applicativeContact?: string;
  /** The message that is answered (ECO.2.2.2). */
  readonly inReplyTo?: ParentMessage;
  /** Receipts asked for (ECO.2.3.1, 2.3.2). Off unless asked. */
  readonly request?: { readonly dsn?: boolean; readonly mdn?: boolean };
  /** Ends the conversation with the patient (ECO.2.2.8, `ref2-1.0.1`). */
  readonly endConversation?: boolean;
  /** Case number of each document for its PDF name; left out, a laboratory report takes its single order number. */
  readonly caseNumbers?: readonly (string | null)[];
}

/** How to compose. */
export interface ComposeOptions {
  /** Default `ref2-0.1`. */
  readonly profile?: ProfileId;
  /** Default `production`. */
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  /** Zone of the Date header, `+0100`; default `+0000`. */
  readonly zone?: string;
  readonly limits?: Partial<Limits>;
  /** Number of the product (X-MSS-NIL), mandatory in profiles that have it. */
  readonly nil?: string;
  /** Whether an address belongs to the trust space, when the host has the white list. Left out, nothing is checked. */
  readonly isInTrustSpace?: (address: string) => boolean;
  /** Composes to an address outside the trust space all the same: the document leaves the secured space. */
  readonly dangerouslyAllowOutsideTrustSpace?: boolean;
  /** Most encoded bytes that a domain takes, in lower case, when the host knows. Patients: 25 MB, known. */
  readonly maxBytesByDomain?: Readonly<Record<string, number>>;
  /** One PDF a document (default) or one joined PDF. */
  readonly pdf?: 'each' | 'joined';
  /** Passed on to `@mss/cda-pdf`: converter of embedded PDF, Datamatrix … */
  readonly render?: Omit<CdaPdfOptions, 'profile' | 'limits'>;
  /** Passed on to `@mss/xdm`: institution, class of rare types, sending software … */
  readonly archive?: Partial<XdmBuildOptions>;
  /** Between the fields of the sender's label: `"_"` as the rule says. */
  readonly labelSeparator?: '_' | ' ';
}
