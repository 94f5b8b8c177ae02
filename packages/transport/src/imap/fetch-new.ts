import { BodiesAhead } from './bodies-ahead.js';
import { fetchDiverted } from './fetch-diverted.js';
import type { ImapSession } from './session.js';
import { minimumBytesPerSecond } from './timeouts.js';

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
/** Bytes of bodies asked for at once. */
const batchBytes = 4 * 1024 * 1024;
const batchMessages = 200;
/** A date or a flag may come as literal. */
const listingLiteralBytes = 64 * 1024;
/** A body may be longer than its message was said to be; a server that counts otherwise is no enemy. */
const overshootBytes = 8 * 1024 * 1024;

/**
 * New messages in the order of their UIDs.
 *
 * Bodies come in batches, one FETCH for each. A message is given as soon as it is there; the next batch is asked for
 * while the consumer works on this one, and read to its end whatever the consumer does, who may flag, move or append
 * in between. A message that is deleted meanwhile is passed over. Reading does not set `\Seen`.
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
  const { folder, uidValidity } = slice;
  const wanted = new Set(slice.uids);
  const listed: Listed[] = [];
  await session.run(
    async (client) => {
      await session.select(folder, uidValidity);
      await fetchDiverted(client, {
        uids: slice.uids,
        items: 'UID FLAGS INTERNALDATE RFC822.SIZE',
        maxLiteralBytes: listingLiteralBytes,
        onAnswer: ({ uid, flags, internalDate, sizeBytes }) => {
          if (uid === null || !wanted.delete(uid)) return;
          // \\Recent belongs to the session that saw it first, not to the message.
          const own = (flags ?? []).filter((flag) => flag.toLowerCase() !== '\\recent');
          listed.push({ folder, uidValidity, uid, internalDate, flags: own, sizeBytes: sizeBytes ?? 0 });
        },
      });
    },
    { signal: slice.signal },
  );
  return listed.sort((a, b) => a.uid - b.uid);
}

async function* fetchBodies(
  session: ImapSession,
  slice: Slice & { readonly listed: readonly Listed[]; readonly maxMessageBytes: number },
): AsyncGenerator<FetchedMessage> {
  const batches = cutIntoBatches(slice.listed, slice.maxMessageBytes);
  const ahead = new BodiesAhead(batches, {
    roomBytes: batchBytes,
    fetch: (batch, onBody) => fetchBatch(session, { ...slice, batch }, onBody),
  });
  for (const [index, batch] of batches.entries()) {
    for (const message of batch) {
      if (message.sizeBytes > slice.maxMessageBytes) {
        yield { ...message, bytes: null };
        continue;
      }
      const body = await ahead.take(message.uid, index);
      if (body !== null) yield { ...message, bytes: body.length > slice.maxMessageBytes ? null : body };
    }
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
  slice: Slice & { readonly maxMessageBytes: number; readonly batch: readonly Listed[] },
  onBody: (uid: number, body: Uint8Array) => void,
): Promise<void> {
  const small = slice.batch.filter((message) => message.sizeBytes <= slice.maxMessageBytes);
  if (small.length === 0) return;
  const wanted = new Set(small.map(({ uid }) => uid));
  const expectedBytes = small.reduce((sum, message) => sum + message.sizeBytes, 0);
  // One byte more than allowed: a server that tells too small a size is found out, and cannot fill the memory.
  const most = slice.maxMessageBytes + 1;
  await session.run(
    async (client) => {
      await session.select(slice.folder, slice.uidValidity);
      await fetchDiverted(client, {
        uids: [...wanted],
        items: `UID BODY.PEEK[]<0.${most}>`,
        maxLiteralBytes: Math.min(most, expectedBytes + overshootBytes),
        onAnswer: ({ uid, body }) => {
          if (uid !== null && body !== null && wanted.delete(uid)) onBody(uid, body);
        },
      });
    },
    {
      signal: slice.signal,
      timeoutMs: session.timeouts.commandMs + (expectedBytes / minimumBytesPerSecond) * 1000,
      bodyBytes: expectedBytes,
    },
  );
}
