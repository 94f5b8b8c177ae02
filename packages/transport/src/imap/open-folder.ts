import type { ImapSession } from './session.js';
import { keepsModseqs } from './store.js';

/** What SELECT tells of a folder. */
export interface OpenFolder {
  readonly uidValidity: number;
  /** The UID the next message will have, at least; `null` when the server does not tell. */
  readonly uidNext: number | null;
  readonly messages: number;
  /** CONDSTORE (RFC 7162): `setFlags` takes `unchangedSince`; `null` when the server keeps no mod-sequences. */
  readonly highestModseq: bigint | null;
  readonly readOnly: boolean;
  /** Flags that stay when the connection ends; `null` when the server does not tell: then all do. */
  readonly permanentFlags: readonly string[] | null;
  /** Whether a keyword the folder has never seen, such as `$MDNSent`, can be set and stays. */
  readonly newKeywords: boolean;
}

/** SELECT. @see RFC 9051 §6.3.2, §7.1 PERMANENTFLAGS */
export async function openFolder(session: ImapSession, folder: string, signal?: AbortSignal): Promise<OpenFolder> {
  return session.run(
    async (client) => {
      // Anew: HIGHESTMODSEQ is that of the last SELECT.
      const selected = await session.select(folder, null, { anew: true });
      const { permanentFlags } = selected;
      const readOnly = selected.readOnly === true;
      return {
        uidValidity: Number(selected.uidValidity),
        uidNext: selected.uidNext > 0 ? selected.uidNext : null,
        messages: selected.exists,
        highestModseq: keepsModseqs(client) ? (selected.highestModseq ?? null) : null,
        readOnly,
        permanentFlags: permanentFlags === undefined ? null : [...permanentFlags],
        newKeywords: !readOnly && (permanentFlags === undefined || permanentFlags.has('\\*')),
      };
    },
    { signal },
  );
}
