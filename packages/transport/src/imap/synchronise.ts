import type { ImapClient } from './client.js';
import { exec, fetchItems, modseqOf, numberOf, textOf, textsOf } from './exec.js';
import { fetchListed, searchFrom, type FetchedMessage } from './fetch-new.js';
import type { MessageFlags } from './fetch-flags.js';
import type { ImapUntagged } from './inside.js';
import type { ImapSession } from './session.js';
import { keepsModseqs } from './store.js';
import { ensureStateOf, SyncTracker, type SyncState } from './sync-state.js';
import { UidRanges } from './uid-ranges.js';

/** From where to synchronise. */
export interface SyncRequest {
  /** Default `INBOX`. */
  readonly folder?: string;
  /** The last one that was stored; `null`: everything is new. */
  readonly state?: SyncState | null;
  /** A message longer than this comes without its bytes; 0: none comes with them. Default: `limits.messageBytes`. */
  readonly maxMessageBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * One thing that happened to the folder. `state` is what to store once this event is dealt with: from there the next
 * synchronisation neither loses nor repeats a message. Flags may be told again when it stopped among them.
 *
 * | kind | means |
 * |---|---|
 * | `uidvalidity` | the folder was made anew: every stored UID is void, and everything comes as new |
 * | `vanished` | known messages are gone: deleted or moved away |
 * | `flags` | the flags of a known message are others now |
 * | `message` | a new message |
 * | `synchronised` | the end: the folder is known as it was at the beginning, and its new messages |
 */
export type SyncEvent = { readonly state: SyncState } & (
  | { readonly kind: 'uidvalidity'; readonly known: number; readonly current: number }
  | { readonly kind: 'vanished'; readonly uids: readonly number[] }
  | ({ readonly kind: 'flags' } & MessageFlags)
  | { readonly kind: 'message'; readonly message: FetchedMessage }
  | { readonly kind: 'synchronised' }
);

interface Changes {
  readonly vanished: readonly number[];
  readonly changed: readonly MessageFlags[];
}

/**
 * Everything that happened to a folder since a state: what is gone, whose flags changed, what is new, in this order;
 * new messages in the order of their UIDs, as `fetchNew` gives them.
 *
 * | the server offers | deletions | flags |
 * |---|---|---|
 * | QRESYNC | `CHANGEDSINCE … VANISHED` | the same command |
 * | CONDSTORE | `UID SEARCH` of what is known | `CHANGEDSINCE` |
 * | neither | flags of all known messages listed and compared | the same command |
 *
 * Where a server forgets its mod-sequences, or they go back, the folder is listed and compared.
 *
 * @throws TypeError when the state is not one of ours or of another folder
 * @see RFC 7162 §3.1.4.1, §3.2.6; RFC 4549
 */
export async function* synchronise(
  session: ImapSession,
  request: SyncRequest & { readonly maxMessageBytes: number },
): AsyncGenerator<SyncEvent> {
  const { folder = 'INBOX', state = null, signal } = request;
  if (state !== null) ensureStateOf(state, folder);
  // Anew: HIGHESTMODSEQ is that of the last SELECT, and so is UIDVALIDITY.
  const selected = await session.run(
    async (client) => {
      const { uidValidity, highestModseq } = await session.select(folder, null, { anew: true });
      session.quiet = folder;
      return { uidValidity: Number(uidValidity), modseq: keepsModseqs(client) ? (highestModseq ?? null) : null };
    },
    { signal },
  );
  const { uidValidity } = selected;
  const tracker = new SyncTracker({ folder, uidValidity }, state?.uidValidity === uidValidity ? state : null);
  let quiet = true;
  if (state !== null && state.uidValidity !== uidValidity) {
    quiet = false;
    yield { kind: 'uidvalidity', known: state.uidValidity, current: uidValidity, state: tracker.state };
  }
  tracker.keepFlags(selected.modseq === null);
  const { vanished, changed } = await findChanges(session, { tracker, modseq: selected.modseq, signal });
  for (const uid of vanished) tracker.delete(uid);
  if (vanished.length > 0) {
    quiet = false;
    yield { kind: 'vanished', uids: vanished, state: tracker.state };
  }
  for (const [index, change] of changed.entries()) {
    tracker.setFlags(change.uid, change.flags);
    // Only with the last one the new mod-sequence is true: before, the others would be lost.
    if (index === changed.length - 1) tracker.modseq = selected.modseq;
    quiet = false;
    yield { kind: 'flags', ...change, state: tracker.state };
  }
  tracker.modseq = selected.modseq;
  const uids = await session.run(
    async () => {
      await session.select(folder, uidValidity);
      return searchFrom(session, tracker.lastUid);
    },
    { signal },
  );
  for await (const message of fetchListed(session, { folder, uidValidity, uids, maxMessageBytes: request.maxMessageBytes, signal })) {
    tracker.add(message.uid, message.flags);
    quiet = false;
    yield { kind: 'message', message, state: tracker.state };
  }
  tracker.lastUid = Math.max(tracker.lastUid, uids.at(-1) ?? 0);
  // What was told among answers may not have been looked at.
  if (!quiet) session.quiet = null;
  yield { kind: 'synchronised', state: tracker.state };
}

interface Known {
  readonly tracker: SyncTracker;
  readonly modseq: bigint | null;
  readonly signal: AbortSignal | undefined;
}

/** What happened to the messages that are known. */
async function findChanges(session: ImapSession, known: Known): Promise<Changes> {
  const { tracker, modseq, signal } = known;
  if (tracker.uids.size === 0 || (modseq !== null && tracker.modseq === modseq)) return { vanished: [], changed: [] };
  return session.run(
    async (client) => {
      await session.select(tracker.folder, tracker.uidValidity);
      // A mod-sequence above the server's: it was restored from a backup, or began again.
      const since = modseq === null || tracker.modseq === null || tracker.modseq > modseq ? null : tracker.modseq;
      if (since === null) return listAll(client, tracker);
      if (client.enabled.has('QRESYNC')) return askChanges(client, { tracker, since, vanished: true });
      const { changed } = await askChanges(client, { tracker, since, vanished: false });
      const there = new UidRanges(await searchKnown(session, tracker));
      return { changed, vanished: [...tracker.uids].filter((uid) => !there.has(uid)) };
    },
    // A line of FETCH has some 60 bytes, with many keywords more.
    { signal, bodyBytes: tracker.uids.size * 512, timeoutMs: session.timeouts.commandMs + tracker.uids.size },
  );
}

const atoms = (...values: string[]): unknown[] => values.map((value) => ({ type: 'ATOM', value }));
const range = (tracker: SyncTracker): unknown => ({ type: 'SEQUENCE', value: `1:${tracker.lastUid}` });

function flagsIn(line: ImapUntagged): MessageFlags | null {
  const items = fetchItems(line);
  const uid = numberOf(items.get('UID'));
  if (uid === null || !items.has('FLAGS')) return null;
  // \Recent belongs to the session that saw it first, not to the message.
  const flags = textsOf(items.get('FLAGS')).filter((flag) => flag.toLowerCase() !== '\\recent');
  return { uid, flags, modseq: modseqOf(items.get('MODSEQ')) };
}

/** RFC 7162 §3.1.4.1, and §3.2.6 with VANISHED. */
async function askChanges(
  client: ImapClient,
  request: { readonly tracker: SyncTracker; readonly since: bigint; readonly vanished: boolean },
): Promise<Changes> {
  const { tracker, since } = request;
  const changed = new Map<number, MessageFlags>();
  const vanished = new Set<number>();
  await exec(
    client,
    {
      name: 'UID FETCH',
      attributes: [
        range(tracker),
        atoms('UID', 'FLAGS', 'MODSEQ'),
        atoms('CHANGEDSINCE', since.toString(), ...(request.vanished ? ['VANISHED'] : [])),
      ],
    },
    {
      FETCH: (line) => {
        const found = flagsIn(line);
        if (found !== null && tracker.uids.has(found.uid)) changed.set(found.uid, found);
      },
      VANISHED: (line) => {
        // `VANISHED (EARLIER) 41,43:116`; a server may name every UID that is not there.
        for (const part of (textOf(line.attributes?.at(-1)) ?? '').split(',')) {
          const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
          if (match === null) continue;
          const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
          for (const uid of tracker.uids.within(Math.min(from, to), Math.max(from, to))) vanished.add(uid);
        }
      },
    },
  );
  for (const uid of vanished) changed.delete(uid);
  return { changed: inOrder(changed), vanished: [...vanished].sort((a, b) => a - b) };
}

/** For servers without CONDSTORE, and for mod-sequences that are void. */
async function listAll(client: ImapClient, tracker: SyncTracker): Promise<Changes> {
  const changed = new Map<number, MessageFlags>();
  const there = new Set<number>();
  await exec(
    client,
    { name: 'UID FETCH', attributes: [range(tracker), atoms('UID', 'FLAGS', ...(keepsModseqs(client) ? ['MODSEQ'] : []))] },
    {
      FETCH: (line) => {
        const found = flagsIn(line);
        if (found === null || !tracker.uids.has(found.uid)) return;
        there.add(found.uid);
        if (tracker.hasFlags(found.uid, found.flags)) changed.delete(found.uid);
        else changed.set(found.uid, found);
      },
    },
  );
  return { changed: inOrder(changed), vanished: [...tracker.uids].filter((uid) => !there.has(uid)) };
}

/** Which of the known messages are still there. */
async function searchKnown(session: ImapSession, tracker: SyncTracker): Promise<number[]> {
  const found = await session.client.search({ uid: `1:${tracker.lastUid}` }, { uid: true });
  // Never taken for "none": every message would be gone.
  if (!Array.isArray(found)) throw session.refusal();
  return found.sort((a, b) => a - b);
}

const inOrder = (changed: ReadonlyMap<number, MessageFlags>): MessageFlags[] => [...changed.values()].sort((a, b) => a.uid - b.uid);
