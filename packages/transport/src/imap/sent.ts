import { setTimeout as delay } from 'node:timers/promises';
import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import { append } from './append.js';
import { expunge } from './expunge.js';
import { fetchFlags } from './fetch-flags.js';
import { chooseFolder } from './folders.js';
import { list } from './list.js';
import { openFolder } from './open-folder.js';
import type { ImapSession, KnownFolder } from './session.js';

/**
 * Who keeps the copy of a sent message: the `server` (it files what it accepts by SMTP), this `client` by APPEND, or
 * `detect`: the server is given time to file it, then the client does.
 */
export type SentCopy = 'server' | 'client' | 'detect';

/** A message that was sent. */
export interface SentRequest {
  readonly message: Uint8Array;
  /** Of the message, angle brackets included. */
  readonly messageId: string;
  /** Default `detect`. */
  readonly sentCopy?: SentCopy;
  /** Path from the configuration. Default: the folder with that use. */
  readonly folder?: string | null;
  /**
   * Whether this message may have been saved by this client before (a crash, a lost answer). `false` only when the
   * host knows that no `saveToSent` of it ever began. Default `true`.
   */
  readonly mayHaveSaved?: boolean;
  /** When to look for the server's copy, counted from one look to the next. Default 0, 1, 3 and 10 s. */
  readonly lookAfterMs?: readonly number[];
  /** Default: the server's time. */
  readonly internalDate?: Date;
  readonly signal?: AbortSignal;
  /** Injected for tests. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Where the copy is, and who put it there. */
export interface SentResult extends KnownFolder {
  /** `null`: there is no copy, or the server does not tell its UID. */
  readonly uid: number | null;
  /**
   * | value | means |
   * |---|---|
   * | `server` | the server filed the message it accepted: evidence that it was sent |
   * | `client` | this client did, now or before: evidence of nothing |
   * | `unknown` | a copy is there and nobody can tell whose it is: evidence of nothing |
   * | `nobody` | `sentCopy: 'server'`, and none has come yet |
   */
  readonly filedBy: 'server' | 'client' | 'unknown' | 'nobody';
  /** Copies that are there; more than one only where the server has no UIDPLUS. */
  readonly copies: number;
}

/** On what this client appends: no program answers our own message, and it is told from the server's copy. */
const mark = '$MDNSent';
const usualLooks: readonly number[] = Object.freeze([0, 1_000, 3_000, 10_000]);

/**
 * One copy in Sent, whoever puts it there.
 *
 * A copy with this Message-ID that is there stays the only one, so that a call that was interrupted can be repeated.
 * After APPEND it is looked once more: of two copies, by a server that was late or another worker of the host, the
 * appended one goes (UID EXPUNGE, so only with UIDPLUS).
 *
 * @throws MssError `ERR_MSS_IMAP_NO_FOLDER` when there is no Sent, `ERR_MSS_IMAP_OVER_QUOTA`
 * @see RFC 6154; RFC 3503 §3.1, `$MDNSent` on what is appended to Sent
 */
export async function saveToSent(session: ImapSession, request: SentRequest): Promise<SentResult> {
  const { sentCopy = 'detect', signal, messageId } = request;
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$/.test(messageId)) throw new TypeError('messageId is <…>');
  const chosen = chooseFolder(await list(session, signal), 'sent', request.folder ?? null);
  if (chosen === null)
    throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_NO_FOLDER', 'the mailbox has no folder for sent messages', {
      details: { use: 'sent' },
    });
  const { uidValidity, permanentFlags, newKeywords, readOnly } = await openFolder(session, chosen.path, signal);
  const place = { folder: chosen.path, uidValidity };
  const marks = !readOnly && (newKeywords || permanentFlags?.includes(mark) === true);
  const look = async (): Promise<readonly Copy[]> => findCopies(session, { ...place, messageId, signal });
  const wait = request.wait ?? (async (ms, until) => delay(ms, undefined, until === undefined ? {} : { signal: until }));

  for (const ms of sentCopy === 'client' ? [0] : (request.lookAfterMs ?? usualLooks)) {
    if (ms > 0) await wait(ms, signal);
    const copies = await look();
    const [first] = copies;
    if (first === undefined) continue;
    const server = copies.find((copy) => (marks ? !copy.marked : request.mayHaveSaved === false));
    return {
      ...place,
      uid: (server ?? first).uid,
      filedBy: server !== undefined ? 'server' : marks ? 'client' : 'unknown',
      copies: copies.length,
    };
  }
  if (sentCopy === 'server') return { ...place, uid: null, filedBy: 'nobody', copies: 0 };
  return appendOnce(session, { ...request, ...place, marks, look });
}

interface Copy {
  readonly uid: number;
  readonly marked: boolean;
}

async function findCopies(
  session: ImapSession,
  query: KnownFolder & { readonly messageId: string; readonly signal: AbortSignal | undefined },
): Promise<readonly Copy[]> {
  const uids = await session.run(
    async (client) => {
      await session.select(query.folder, query.uidValidity);
      await client.noop();
      const found = await client.search({ header: { 'Message-ID': query.messageId } }, { uid: true });
      // Never taken for "none": there would be two.
      if (!Array.isArray(found)) throw session.refusal();
      return found;
    },
    { signal: query.signal },
  );
  if (uids.length === 0) return [];
  const known = { folder: query.folder, uidValidity: query.uidValidity, uids };
  const flags = await fetchFlags(session, query.signal === undefined ? known : { ...known, signal: query.signal });
  return flags.map((one) => ({ uid: one.uid, marked: one.flags.includes(mark) }));
}

async function appendOnce(
  session: ImapSession,
  request: SentRequest & KnownFolder & { readonly marks: boolean; readonly look: () => Promise<readonly Copy[]> },
): Promise<SentResult> {
  const { folder, uidValidity, marks, signal } = request;
  const place = { folder, uidValidity };
  const abortable = signal === undefined ? {} : { signal };
  const appended = await append(session, {
    folder,
    message: request.message,
    flags: ['\\Seen', ...(marks ? [mark] : [])],
    ...(request.internalDate === undefined ? {} : { internalDate: request.internalDate }),
    ...abortable,
  });
  const copies = await request.look();
  const others = copies.filter(({ uid }) => uid !== appended.uid);
  const server = others.find((copy) => marks && !copy.marked);
  // Of several workers each keeps the first.
  const ours = appended.uid ?? Infinity;
  const tooMany = appended.uid !== null && (server !== undefined || others.some(({ uid }) => uid < ours));
  if (!tooMany) return { ...place, uid: appended.uid, filedBy: server === undefined ? 'client' : 'server', copies: copies.length };
  await expunge(session, { ...place, uids: [ours], ...abortable });
  return { ...place, uid: (server ?? others[0])?.uid ?? null, filedBy: server === undefined ? 'client' : 'server', copies: others.length };
}
