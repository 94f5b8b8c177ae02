import type { ImapSession } from './session.js';
import { minimumBytesPerSecond } from './timeouts.js';
import { formatUidSet } from './uid-set.js';

/** Where reading resumes. */
export interface FetchRequest {
  /** Default `INBOX`. */
  readonly folder?: string;
  /** The one stored with `afterUid`; leave it out the first time. */
  readonly uidValidity?: number | null;
  /** Only messages with a greater UID. Default 0: all. */
  readonly afterUid?: number;
  /** A message longer than this comes without its bytes. Default: `limits.messageBytes`. */
  readonly maxMessageBytes?: number;
  readonly signal?: AbortSignal;
}

/** One message as the server has it. */
export interface FetchedMessage {
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
  /** When the server received it; `null` when it does not say so properly. */
  readonly internalDate: Date | null;
  readonly flags: readonly string[];
  /** RFC822.SIZE as the server counts. */
  readonly sizeBytes: number;
  /** The message, or `null` when it is longer than `maxMessageBytes`: read it with `readMessage`. */
  readonly bytes: Uint8Array | null;
}

type Listed = Omit<FetchedMessage, 'bytes'>;

/** Messages whose attributes are asked for at once. */
const listingSize = 500;
/** Bytes of bodies asked for at once: what is in memory besides the message in the consumer's hands. */
const batchBytes = 4 * 1024 * 1024;
const batchMessages = 200;

/**
 * New messages in the order of their UIDs.
 *
 * Bodies come in batches, one FETCH for each, and the next batch is fetched while the consumer works on this one: no
 * command is open while a message is in the consumer's hands, who may flag, move or append in between. A message
 * that is deleted meanwhile is passed over. Reading does not set `\Seen`.
 *
 * Memory: two batches of 4 MiB, or of one message if that is longer.
 *
 * @throws MssError `ERR_MSS_IMAP_UID_VALIDITY` when the folder was made anew
 */
export async function* fetchNew(
  session: ImapSession,
  request: FetchRequest & { readonly maxMessageBytes: number },
): AsyncGenerator<FetchedMessage> {
  const { folder = 'INBOX', afterUid = 0, signal } = request;
  let { uidValidity = null } = request;
  const uids = await session.run(
    async () => {
      const selected = await session.select(folder, uidValidity);
      uidValidity = Number(selected.uidValidity);
      return searchFrom(session, afterUid);
    },
    { signal },
  );
  yield* fetchListed(session, { folder, uidValidity: uidValidity ?? 0, uids, maxMessageBytes: request.maxMessageBytes, signal });
}

/** The messages of these UIDs, in order; those that are gone are passed over. */
export async function* fetchListed(
  session: ImapSession,
  request: Slice & { readonly uids: readonly number[]; readonly maxMessageBytes: number },
): AsyncGenerator<FetchedMessage> {
  const { uids, maxMessageBytes, ...known } = request;
  for (let at = 0; at < uids.length; at += listingSize) {
    const listed = await listAttributes(session, { ...known, uids: uids.slice(at, at + listingSize) });
    yield* fetchBodies(session, { ...known, listed, maxMessageBytes });
  }
}

/** The UIDs above `afterUid`, in order. */
export async function searchFrom(session: ImapSession, afterUid: number): Promise<number[]> {
  const { client } = session;
  // A folder that was selected before is shown as it was then: NOOP lets the server tell what came since.
  await client.noop();
  if (client.mailbox === false || client.mailbox.exists === 0) return [];
  const found = await client.search({ uid: `${afterUid + 1}:*` }, { uid: true });
  if (!Array.isArray(found)) throw session.refusal();
  // "n:*" also means the last message when every UID is below n.
  return found.filter((uid) => uid > afterUid).sort((a, b) => a - b);
}

interface Slice {
  readonly folder: string;
  readonly uidValidity: number;
  readonly signal: AbortSignal | undefined;
}

async function listAttributes(session: ImapSession, slice: Slice & { readonly uids: readonly number[] }): Promise<Listed[]> {
  const listed = await session.run(
    async (client) => {
      await session.select(slice.folder, slice.uidValidity);
      return client.fetchAll(formatUidSet(slice.uids), { uid: true, flags: true, internalDate: true, size: true }, { uid: true });
    },
    { signal: slice.signal },
  );
  const wanted = new Set(slice.uids);
  return listed
    .filter(({ uid }) => wanted.delete(uid))
    .map((message) => ({
      folder: slice.folder,
      uidValidity: slice.uidValidity,
      uid: message.uid,
      internalDate: message.internalDate instanceof Date ? message.internalDate : null,
      // \\Recent belongs to the session that saw it first, not to the message.
      flags: [...(message.flags ?? [])].filter((flag) => flag.toLowerCase() !== '\\recent'),
      sizeBytes: message.size ?? 0,
    }))
    .sort((a, b) => a.uid - b.uid);
}

async function* fetchBodies(
  session: ImapSession,
  slice: Slice & { readonly listed: readonly Listed[]; readonly maxMessageBytes: number },
): AsyncGenerator<FetchedMessage> {
  const batches = cutIntoBatches(slice.listed, slice.maxMessageBytes);
  let next = batches.length > 0 ? fetchBatch(session, slice, batches[0] as readonly Listed[]) : null;
  try {
    for (let index = 0; next !== null; index += 1) {
      const messages: readonly FetchedMessage[] = await next;
      const following = batches[index + 1];
      next = following === undefined ? null : fetchBatch(session, slice, following);
      // Whoever stops reading early never looks at it.
      next?.catch(() => {});
      yield* messages;
    }
  } finally {
    next?.catch(() => {});
  }
}

function cutIntoBatches(listed: readonly Listed[], maxMessageBytes: number): Listed[][] {
  const batches: Listed[][] = [];
  let bytes = Infinity;
  for (const message of listed) {
    const size = message.sizeBytes > maxMessageBytes ? 0 : message.sizeBytes;
    if (bytes + size > batchBytes || (batches.at(-1)?.length ?? 0) >= batchMessages) {
      batches.push([]);
      bytes = 0;
    }
    bytes += size;
    batches.at(-1)?.push(message);
  }
  return batches;
}

async function fetchBatch(
  session: ImapSession,
  slice: Slice & { readonly maxMessageBytes: number },
  batch: readonly Listed[],
): Promise<readonly FetchedMessage[]> {
  const small = batch.filter((message) => message.sizeBytes <= slice.maxMessageBytes);
  if (small.length === 0) return batch.map((message) => ({ ...message, bytes: null }));
  const expectedBytes = small.reduce((sum, message) => sum + message.sizeBytes, 0);
  const timeoutMs = session.timeouts.commandMs + (expectedBytes / minimumBytesPerSecond) * 1000;
  // One byte more than allowed: a server that tells too small a size is found out, and cannot fill the memory.
  const source = { start: 0, maxLength: slice.maxMessageBytes + 1 };
  const bodies = await session.run(
    async (client) => {
      await session.select(slice.folder, slice.uidValidity);
      const found = new Map<number, Uint8Array>();
      for await (const message of client.fetch(formatUidSet(small.map(({ uid }) => uid)), { uid: true, source }, { uid: true })) {
        if (message.source !== undefined) found.set(message.uid, message.source);
      }
      return found;
    },
    { signal: slice.signal, timeoutMs, bodyBytes: expectedBytes },
  );
  return batch.flatMap((message): FetchedMessage[] => {
    if (message.sizeBytes > slice.maxMessageBytes) return [{ ...message, bytes: null }];
    const bytes = bodies.get(message.uid);
    if (bytes === undefined) return [];
    return [{ ...message, bytes: bytes.length > slice.maxMessageBytes ? null : bytes }];
  });
}
