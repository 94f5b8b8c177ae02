import type { Clock } from '@mss/core';
import type { Store } from '@mss/store';

import type { Privacy } from '../privacy.js';

/** What the pieces of the trail work with. */
export interface TrailContext {
  readonly store: Store;
  readonly privacy: Privacy;
  readonly clock: Clock;
}

/** MAC of the newest link: whoever can write the tables but has not the host's key can neither cut the end off nor write the chain anew. */
export function headMac(privacy: Privacy, head: { readonly mailbox: string; readonly seq: number; readonly hash: string }): string {
  return privacy.pseudonym('audit-head', JSON.stringify([head.mailbox, head.seq, head.hash]));
}
