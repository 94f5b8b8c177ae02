import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { ImapClient } from './client.js';
import { completionOf, exec, fetchItems, modseqOf, numberOf, textOf } from './exec.js';
import type { ImapToken } from './inside.js';
import type { ImapSession, KnownFolder } from './session.js';
import { ensureUids, formatUidSet, parseUidSet } from './uid-set.js';

/** Which messages get and lose which flags: `\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`, or keywords such as `$MDNSent`. */
export interface FlagChange extends KnownFolder {
  readonly uids: readonly number[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  /**
   * Only messages whose mod-sequence is not above this are changed; the server decides, so of two clients that took
   * the same value from {@link MessageFlags.modseq} exactly one wins. With either `add` or `remove`, not both.
   */
  readonly unchangedSince?: bigint;
  readonly signal?: AbortSignal;
}

/** What became of a flag change. */
export interface FlagResult {
  /** UIDs left as they are because somebody had changed them after `unchangedSince`; empty without it. */
  readonly modified: readonly number[];
  /**
   * The new mod-sequence of each message that was changed, as far as the server tells: with `unchangedSince` it tells
   * all. A message that is neither here nor in `modified` is no longer in the folder.
   */
  readonly modseqs: ReadonlyMap<number, bigint>;
}

const flagPattern = /^\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~]{1,100}$/;

/**
 * UID STORE. Flags set by others stay.
 *
 * @throws MssError `ERR_MSS_IMAP_UNSUPPORTED` when the folder does not keep a flag that is to be added: imapflow would
 * leave it out silently, and a receipt would be sent twice. Also for `unchangedSince` where the server keeps no
 * mod-sequences.
 * @see RFC 9051 §6.4.6; RFC 7162 §3.1.3, UNCHANGEDSINCE
 */
export async function store(session: ImapSession, change: FlagChange): Promise<FlagResult> {
  ensureUids(change.uids);
  const { add = [], remove = [], unchangedSince } = change;
  for (const flag of [...add, ...remove]) if (!flagPattern.test(flag)) throw new TypeError('not an IMAP flag');
  if (unchangedSince !== undefined && add.length > 0 && remove.length > 0)
    throw new TypeError('unchangedSince takes add or remove, not both');
  return session.run(
    async (client) => {
      const { permanentFlags } = await session.select(change.folder, change.uidValidity);
      const kept = (flag: string): boolean => permanentFlags === undefined || permanentFlags.has('\\*') || permanentFlags.has(flag);
      const lost = add.filter((flag) => !kept(flag));
      if (lost.length > 0)
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the folder does not keep this flag', { details: { flags: lost } });
      if (unchangedSince !== undefined && !keepsModseqs(client))
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the server keeps no mod-sequences (CONDSTORE)');
      const result = { modified: [] as number[], modseqs: new Map<number, bigint>() };
      for (const [operation, flags] of [
        ['+FLAGS.SILENT', add],
        ['-FLAGS.SILENT', remove],
      ] as const) {
        if (flags.length > 0) await storeOnce(client, { uids: change.uids, operation, flags, unchangedSince }, result);
      }
      return result;
    },
    { signal: change.signal },
  );
}

/** Whether the selected folder has mod-sequences. */
export function keepsModseqs(client: ImapClient): boolean {
  const { mailbox } = client;
  const offered = client.capabilities.has('CONDSTORE') || client.capabilities.has('QRESYNC');
  return offered && mailbox !== false && mailbox.noModseq !== true && mailbox.highestModseq !== undefined;
}

async function storeOnce(
  client: ImapClient,
  change: {
    readonly uids: readonly number[];
    readonly operation: string;
    readonly flags: readonly string[];
    readonly unchangedSince: bigint | undefined;
  },
  result: { readonly modified: number[]; readonly modseqs: Map<number, bigint> },
): Promise<void> {
  const attributes: unknown[] = [
    { type: 'SEQUENCE', value: formatUidSet(change.uids) },
    ...(change.unchangedSince === undefined
      ? []
      : [
          [
            { type: 'ATOM', value: 'UNCHANGEDSINCE' },
            { type: 'ATOM', value: change.unchangedSince.toString() },
          ],
        ]),
    { type: 'ATOM', value: change.operation },
    change.flags.map((flag) => ({ type: 'ATOM', value: flag })),
  ];
  const wanted = new Set(change.uids);
  const note = (values: readonly ImapToken[]): void =>
    void result.modified.push(...parseUidSet(textOf(values[0]) ?? '', wanted.size).filter((uid) => wanted.has(uid)));
  try {
    const { code, values } = await exec(
      client,
      { name: 'UID STORE', attributes },
      {
        FETCH: (line) => {
          const items = fetchItems(line);
          const [uid, modseq] = [numberOf(items.get('UID')), modseqOf(items.get('MODSEQ'))];
          if (uid !== null && modseq !== null && wanted.has(uid)) result.modseqs.set(uid, modseq);
        },
      },
    );
    if (code === 'MODIFIED') note(values);
  } catch (error) {
    // RFC 7162 §3.1.3, example 8: NO [MODIFIED …] when some of the others are gone.
    const { attributes: said } = (error as { readonly response?: { readonly attributes?: readonly ImapToken[] } }).response ?? {};
    const { code, values } = completionOf(said);
    if (change.unchangedSince === undefined || code !== 'MODIFIED') throw error;
    note(values);
  }
  for (const uid of result.modified) result.modseqs.delete(uid);
}
