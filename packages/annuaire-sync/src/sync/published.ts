import type { MssWarning } from '@mss/core';
import type { FileKind } from '../directory/file-format.js';
import type { SyncWarningCode } from '../line/header.js';
import type { LoadReport } from '../load/report.js';
import type { SourceRecord } from '../source/source-record.js';

/** Whether a file was published before what the directory has of its kind, as far as both names tell. */
export function isOlder(
  file: { readonly kind: FileKind; readonly published: string | null },
  records: readonly Pick<SourceRecord, 'file' | 'published'>[],
): boolean {
  const known = records.find((record) => record.file === file.kind)?.published ?? null;
  if (known === null || file.published === null) return false;
  // Stamps of a day and of a minute are compared by the day.
  const length = Math.min(known.length, file.published.length);
  return file.published.slice(0, length) < known.slice(0, length);
}

/** What a synchronisation tells of the files that the directory had before. */
export function warningsOfFiles(
  { files, published }: Pick<LoadReport, 'files' | 'published'>,
  { records, location }: { readonly records: readonly SourceRecord[]; readonly location: string | null },
): readonly MssWarning<SyncWarningCode>[] {
  const warnings: MssWarning<SyncWarningCode>[] = [];
  for (const { file } of files) {
    if (isOlder({ kind: file, published }, records))
      warnings.push({ code: 'ANNUAIRE_OLDER', message: 'the directory had a file published later', where: file });
  }
  // Of the archive of professionals, which has several files; the mailboxes may come from the same address.
  const isOfArchive = ({ file }: { readonly file: FileKind }): boolean => file !== 'mailboxes';
  for (const record of files.some(isOfArchive) ? records.filter(isOfArchive) : []) {
    if (location === null || record.location !== location || files.some(({ file }) => file === record.file)) continue;
    warnings.push({
      code: 'ANNUAIRE_FILE_ABSENT',
      message: 'the archive has a file no more: its lines stay as they were',
      where: record.file,
    });
  }
  return warnings;
}
