import { MssError } from '@mss/core';

import type { InboxErrorCode } from './errors.js';
import type { InboxMailbox } from './types.js';

/** Keyword of a message that a workstation has taken: `$MssClaimed-` and the workstation's name. */
export const claimKeywordPrefix = '$MssClaimed-';

/** Where a message is, for the server. */
export interface ServerPlace {
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
  readonly signal?: AbortSignal;
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Times that somebody else may change the message between reading its flags and changing them. */
const maxTurns = 8;

/**
 * Sets a keyword that only one client may set: reads the flags, and changes them on the condition that nobody did meanwhile
 * (UNCHANGEDSINCE). The server decides, so of two clients exactly one gets `set`.
 *
 * @param options.taken - whether the flags say that somebody else was first
 * @returns `set` · `taken` · `gone` (no longer in the folder) · `busy` (others change the message all the time)
 * @see RFC 7162 §3.1.3; RFC 3503 §3.1 for `$MDNSent`
 */
export async function setOnce(
  mailbox: InboxMailbox,
  place: ServerPlace,
  options: { readonly keywords: readonly string[]; readonly taken: (flags: readonly string[]) => boolean; readonly conditional: boolean },
): Promise<'set' | 'taken' | 'gone' | 'busy'> {
  const { folder, uidValidity, uid } = place;
  const known = { folder, uidValidity, uids: [uid], ...(place.signal === undefined ? {} : { signal: place.signal }) };
  for (let turn = 0; turn < maxTurns; turn += 1) {
    const [now] = await mailbox.fetchFlags(known);
    if (now === undefined) return 'gone';
    if (options.taken(now.flags)) return 'taken';
    if (!options.conditional || now.modseq === null) {
      await mailbox.setFlags({ ...known, add: options.keywords });
      return 'set';
    }
    const { modified, modseqs } = await mailbox.setFlags({ ...known, add: options.keywords, unchangedSince: now.modseq });
    if (!modified.includes(uid)) {
      if (modseqs.has(uid)) return 'set';
      // Neither changed nor refused: perhaps gone, perhaps a server that does not tell. The flags decide.
      const [after] = await mailbox.fetchFlags(known);
      if (after === undefined) return 'gone';
      if (options.keywords.every((keyword) => after.flags.some((flag) => same(flag, keyword)))) return 'set';
    }
  }
  return 'busy';
}

/**
 * Claims a message for this workstation.
 *
 * @param options.force - although another one has claimed it: the host says that it is no more
 */
export async function claimByKeyword(
  mailbox: InboxMailbox,
  place: ServerPlace,
  options: { readonly workstation: string; readonly force: boolean },
): Promise<'set' | 'taken' | 'gone' | 'busy'> {
  const ours = `${claimKeywordPrefix}${options.workstation}`;
  let already = false;
  const result = await setOnce(mailbox, place, {
    keywords: [ours],
    conditional: true,
    taken: (flags) => {
      already = flags.some((flag) => same(flag, ours));
      const others = flags.some((flag) => flag.toLowerCase().startsWith(claimKeywordPrefix.toLowerCase()));
      return already || (others && !options.force);
    },
  });
  return result === 'taken' && already ? 'set' : result;
}

/** @throws MssError `ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED` */
export function ensureClaimable(folder: { readonly newKeywords: boolean; readonly highestModseq: bigint | null }): void {
  const lacks = folder.newKeywords ? (folder.highestModseq === null ? 'CONDSTORE' : null) : 'keywords';
  if (lacks !== null)
    throw new MssError<InboxErrorCode>(
      'ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED',
      'the folder cannot keep claims of workstations: let them share one database',
      {
        details: { lacks },
      },
    );
}
