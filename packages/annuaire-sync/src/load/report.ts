import type { MssWarning } from '@mss/core';
import type { FileKind } from '../directory/file-format.js';
import type { RejectedLine, RejectionReason } from '../line/canonical-block.js';
import type { SyncWarningCode } from '../line/header.js';
import { syncError } from '../errors.js';

/** What a synchronisation did with one file. */
export interface FileReport {
  readonly file: FileKind;
  readonly name: string;
  /** Lines in the directory afterwards. */
  readonly rows: number;
  /** Lines of the file put aside. */
  readonly rejected: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly rejectedBy: Readonly<Partial<Record<RejectionReason, number>>>;
}

/** What a load did. */
export interface LoadReport {
  readonly files: readonly FileReport[];
  /** Number of the snapshot that is current now. */
  readonly snapshot: number;
  readonly published: string | null;
  readonly warnings: readonly MssWarning<SyncWarningCode>[];
}

/** Rejected lines kept of one synchronisation. */
export const keptRejections = 1000;
/** So many bad lines are never fatal, however small the file. */
const alwaysTolerated = 100;

/** Counts and keeps the bad lines of one file. */
export class Rejections {
  readonly kept: RejectedLine[] = [];
  readonly byReason: Partial<Record<RejectionReason, number>> = {};
  count = 0;

  readonly put = (line: RejectedLine): void => this.putMany(line.reason, { count: 1, first: [line] });

  /** @param lines - the first of them are enough: {@link keptRejections} */
  putMany(reason: RejectionReason, { count, first }: { readonly count: number; readonly first: readonly RejectedLine[] }): void {
    this.count += count;
    this.byReason[reason] = (this.byReason[reason] ?? 0) + count;
    this.kept.push(...first.slice(0, keptRejections - this.kept.length));
  }

  /**
   * @param good - lines that were not rejected.
   * @throws MssError `ERR_MSS_ANNUAIRE_TOO_MANY_REJECTED`, `ERR_MSS_ANNUAIRE_ENCODING` when that is the reason, `ERR_MSS_ANNUAIRE_EMPTY`
   */
  judge(file: FileKind, good: number, maxRejectedPercent: number): void {
    const bad = this.count - (this.byReason.duplicate ?? 0);
    const details = { file, rejected: bad, rows: good, rejectedBy: this.byReason };
    if (good > 0 && (bad <= alwaysTolerated || bad * 100 <= (good + bad) * maxRejectedPercent)) return;
    if (good + bad === 0) throw syncError('ERR_MSS_ANNUAIRE_EMPTY', 'the file has headings and no lines', { details });
    if ((this.byReason.encoding ?? 0) * 2 > bad) throw syncError('ERR_MSS_ANNUAIRE_ENCODING', 'too many lines are not UTF-8', { details });
    throw syncError('ERR_MSS_ANNUAIRE_TOO_MANY_REJECTED', 'too many lines of the file are bad', { details });
  }

  /** What is reported of a file that the directory had nothing of. */
  firstReport(file: FileKind, name: string, rows: number): FileReport {
    return { file, name, rows, rejected: this.count, rejectedBy: this.byReason, added: rows, changed: 0, removed: 0, unchanged: 0 };
  }
}
