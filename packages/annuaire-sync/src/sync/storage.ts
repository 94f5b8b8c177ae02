import type { LoadContext, LoadJob } from '../load/job.js';
import type { LoadReport } from '../load/report.js';
import type { SourceRecord } from '../source/source-record.js';

/** A place where a directory is kept, as a synchronisation needs it. */
export interface DirectoryStorage {
  /** Downloads and what streams bring. */
  readonly workFolder: string;
  /** @throws MssError `ERR_MSS_ANNUAIRE_BUSY` */
  lock(): Promise<AsyncDisposable>;
  sources(): Promise<{ readonly records: readonly SourceRecord[]; readonly snapshot: number }>;
  load(job: LoadJob, context: LoadContext): Promise<LoadReport>;
  close(): Promise<void>;
}
