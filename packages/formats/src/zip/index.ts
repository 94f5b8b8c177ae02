/**
 * ZIP archives of health documents: checked before they are inflated, written deterministically.
 *
 * Référentiel #2 chapter 3.1 (IHE_XDM.ZIP). PKWARE APPNOTE.TXT 6.3.10, RFC 1951.
 *
 * @packageDocumentation
 */
export { readZip, type ZipReadOptions } from './read.js';
export {
  bytesAsZipSource,
  fileAsZipSource,
  readZipEntryStream,
  readZipSource,
  type ReadableFile,
  type ZipSource,
  type ZipSourceArchive,
  type ZipSourceEntry,
} from './source.js';
export { writeZip, type ZipEntryDraft, type ZipWriteOptions } from './write.js';
export { writeZipStream, type ZipEntryStreamDraft } from './write-stream.js';
export { type ZipArchive, type ZipEntry, type ZipEntryInfo, type ZipWarningCode } from './types.js';
export { type ZipErrorCode } from '../errors.js';
