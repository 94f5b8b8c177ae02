import type { LoadContext, LoadJob } from '../load/job.js';
import type { LoadReport } from '../load/report.js';
import type { SourceRecord } from '../source/source-record.js';

/** What a directory was made of. */
export interface KnownSources {
  readonly records: readonly SourceRecord[];
  readonly snapshot: number;
  /** Another release made its search index: a load makes it anew, even of a file that is known. */
  readonly isOutdated?: boolean;
}

/** A place where a directory is kept, as a synchronisation needs it. */
export interface DirectoryStorage {
  /** @throws MssError `ERR_MSS_ANNUAIRE_BUSY` */
  lock(): Promise<AsyncDisposable>;
  /**
   * The folder for downloads and what streams bring, under the lock: nobody else uses it.
   *
   * @param base - where it stands, instead of the usual place.
   */
  workFolder(base: string | undefined): Promise<string>;
  sources(): Promise<KnownSources>;
  load(job: LoadJob, context: LoadContext): Promise<LoadReport>;
  close(): Promise<void>;
}
