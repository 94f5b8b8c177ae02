import { headMac, type TrailContext } from './context.js';
import { firstHash, hashEvent } from './event.js';
import { newestCheckpoint, readEvents } from './read.js';

/** What {@link verifyTrail} found. */
export interface AuditVerdict {
  readonly ok: boolean;
  /** Events verified, up to the first broken link. */
  readonly events: number;
  /** Number of the event that the kept part begins after; 0 without retention. */
  readonly sealedUpTo: number;
  readonly broken: BrokenLink | null;
}

/**
 * | reason | means |
 * |---|---|
 * | `missing` | events between the one before and `seq` are not there |
 * | `changed` | the event, or one before it, is not what was written |
 * | `cut` | the end is missing: the head names a later event |
 * | `head` | the head is missing, or was not written with the host's key |
 * | `checkpoint` | the checkpoint was not written with the host's key |
 */
export interface BrokenLink {
  readonly seq: number;
  readonly reason: 'missing' | 'changed' | 'cut' | 'head' | 'checkpoint';
}

export async function verifyTrail(context: TrailContext, mailbox: string, upTo: number = Number.POSITIVE_INFINITY): Promise<AuditVerdict> {
  const { store, privacy } = context;
  const checkpoint = await newestCheckpoint(store, mailbox);
  const sealedUpTo = checkpoint?.seq ?? 0;
  let events = 0;
  const broken = (seq: number, reason: BrokenLink['reason']): AuditVerdict => ({ ok: false, events, sealedUpTo, broken: { seq, reason } });
  if (checkpoint !== null && headMac(privacy, { mailbox, ...checkpoint }) !== checkpoint.mac) return broken(sealedUpTo, 'checkpoint');

  // The head is read first: what comes while the chain is walked is not missed by it.
  const head = await store.get<{ seq: number; hash: string; mac: string }>('SELECT seq, hash, mac FROM audit_heads WHERE mailbox = ?', [
    mailbox,
  ]);
  let seq = sealedUpTo;
  let hash = checkpoint?.hash ?? firstHash;
  let hashAtHead = head?.seq === seq ? hash : null;
  for await (const event of readEvents(store, mailbox, 0)) {
    if (event.seq !== seq + 1) return broken(event.seq, 'missing');
    if (hashEvent(event, hash) !== event.hash) return broken(event.seq, 'changed');
    ({ seq, hash } = event);
    events += 1;
    if (head?.seq === seq) hashAtHead = hash;
    if (seq >= upTo) return { ok: true, events, sealedUpTo, broken: null };
  }
  if (head === null) return seq === 0 ? { ok: true, events, sealedUpTo, broken: null } : broken(seq, 'head');
  if (head.seq > seq) return broken(seq + 1, 'cut');
  if (headMac(privacy, { mailbox, seq: head.seq, hash: head.hash }) !== head.mac || hashAtHead !== head.hash)
    return broken(head.seq, 'head');
  return { ok: true, events, sealedUpTo, broken: null };
}
