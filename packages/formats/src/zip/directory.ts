import type { Limits, MssWarning } from '@mss/core';
import { parseDosTime } from './dos-time.js';
import type { DirectoryPlace } from './end-of-directory.js';
import { decodeName, foldName, unsafeName } from './names.js';
import { refuse } from './refuse.js';
import type { ZipEntryInfo, ZipWarningCode } from './types.js';

const headerLength = 46;

/** Below this size an entry's ratio says nothing: a page of spaces is not a bomb. */
const ratioFloorBytes = 64 * 1024;

/** One entry of the central directory, checked on its own. */
export interface DirectoryRecord extends ZipEntryInfo {
  /** Place in the directory, for errors. */
  readonly index: number;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  /** General purpose flags. */
  readonly flags: number;
  /** Position of the local header in the file. */
  readonly localOffset: number;
  /** The name's bytes as written, to compare with the local header. */
  readonly rawName: Buffer;
}

interface Zip64Values {
  size: number;
  compressedSize: number;
  offset: number;
}

/** Replaces the 32-bit numbers that say "see the ZIP64 field". */
function readZip64Field(extra: Buffer, values: Zip64Values, index: number): void {
  const wanted = (['size', 'compressedSize', 'offset'] as const).filter((key) => values[key] === 0xffffffff);
  if (wanted.length === 0) return;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    if (field.length < wanted.length * 8) refuse('ERR_MSS_ZIP_ZIP64', 'a ZIP64 field that is too short', { entry: index });
    wanted.forEach((key, place) => {
      const value = field.readBigUInt64LE(place * 8);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse('ERR_MSS_ZIP_ZIP64', 'a ZIP64 number beyond what any file has', { entry: index });
      values[key] = Number(value);
    });
    return;
  }
  refuse('ERR_MSS_ZIP_ZIP64', 'a number that points to a ZIP64 field that is not there', { entry: index });
}

function checkType(attributes: number, isUnix: boolean, index: number): void {
  const type = (attributes >>> 16) & 0o170000;
  if (type === 0o120000) refuse('ERR_MSS_ZIP_UNSAFE_TYPE', 'a symbolic link', { entry: index });
  if (isUnix && type !== 0 && type !== 0o100000 && type !== 0o040000)
    refuse('ERR_MSS_ZIP_UNSAFE_TYPE', 'an entry that is neither file nor folder', { entry: index });
}

function checkSizes(record: DirectoryRecord, limits: Limits): void {
  const { index, size, compressedSize } = record;
  if (size > limits.entryBytes)
    refuse('ERR_MSS_ZIP_TOO_LARGE', 'an entry is over the limit entryBytes', { entry: index, limit: 'entryBytes', max: limits.entryBytes });
  if (record.method === 0 && size !== compressedSize) refuse('ERR_MSS_ZIP_INCONSISTENT', 'a stored entry with two sizes', { entry: index });
  if (record.isDirectory && size > 0) refuse('ERR_MSS_ZIP_INCONSISTENT', 'a folder with content', { entry: index });
  if (size > ratioFloorBytes && size > compressedSize * limits.compressionRatio) {
    refuse('ERR_MSS_ZIP_RATIO', 'an entry is over the limit compressionRatio', {
      entry: index,
      limit: 'compressionRatio',
      max: limits.compressionRatio,
    });
  }
}

/**
 * Reads the central directory, and refuses on its word alone everything that must not be inflated.
 *
 * @param bytes - the directory itself.
 * @see APPNOTE.TXT 6.3.10, §4.3.12, §4.4
 */
export function readDirectory(
  bytes: Buffer,
  place: DirectoryPlace,
  limits: Limits,
): { readonly records: DirectoryRecord[]; readonly warnings: MssWarning<ZipWarningCode>[] } {
  const records: DirectoryRecord[] = [];
  const warnings: MssWarning<ZipWarningCode>[] = [];
  const seen = new Set<string>();
  let total = 0;
  for (let at = 0; at < bytes.length;) {
    const index = records.length;
    if (index >= limits.archiveEntries)
      refuse('ERR_MSS_ZIP_TOO_MANY_ENTRIES', 'more entries than the limit archiveEntries', {
        limit: 'archiveEntries',
        max: limits.archiveEntries,
      });
    if (at + headerLength > bytes.length) refuse('ERR_MSS_ZIP_TRUNCATED', 'the central directory is cut', { entry: index });
    if (bytes.readUInt32LE(at) !== 0x02014b50)
      refuse('ERR_MSS_ZIP_INCONSISTENT', 'something else than an entry in the central directory', { entry: index });
    const flags = bytes.readUInt16LE(at + 8);
    const method = bytes.readUInt16LE(at + 10);
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraAt = at + headerLength + nameLength;
    const extra = bytes.subarray(extraAt, extraAt + bytes.readUInt16LE(at + 30));
    const next = extraAt + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) refuse('ERR_MSS_ZIP_TRUNCATED', 'the central directory is cut', { entry: index });
    if ((flags & 0x2041) !== 0 || method === 99) refuse('ERR_MSS_ZIP_ENCRYPTED', 'an encrypted entry', { entry: index });
    if ((method !== 0 && method !== 8) || (flags & 0x20) !== 0)
      refuse('ERR_MSS_ZIP_METHOD', 'a compression method that is not read', { entry: index, method });
    if (bytes.readUInt16LE(at + 34) !== 0) refuse('ERR_MSS_ZIP_MULTI_DISK', 'an entry on another volume', { entry: index });
    const made = bytes.readUInt8(at + 5);
    checkType(bytes.readUInt32LE(at + 38), made === 3 || made === 19, index);

    const rawName = bytes.subarray(at + headerLength, extraAt);
    if (nameLength > limits.entryNameBytes)
      refuse('ERR_MSS_ZIP_UNSAFE_NAME', 'a name longer than the limit entryNameBytes', { entry: index, limit: 'entryNameBytes' });
    const { name, tolerated } = decodeName(rawName, { utf8Flag: (flags & 0x800) !== 0, extra });
    const problem = unsafeName(name, limits);
    if (problem !== null) refuse('ERR_MSS_ZIP_UNSAFE_NAME', problem, { entry: index });
    const folded = foldName(name);
    if (seen.has(folded)) refuse('ERR_MSS_ZIP_DUPLICATE_ENTRY', 'two entries with the same name', { entry: index });
    seen.add(folded);
    for (const code of tolerated) warnings.push({ code, message: toleratedNames[code] ?? 'an unusual name', where: name });

    const values: Zip64Values = {
      size: bytes.readUInt32LE(at + 24),
      compressedSize: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42),
    };
    readZip64Field(extra, values, index);
    const record: DirectoryRecord = {
      index,
      name,
      size: values.size,
      compressedSize: values.compressedSize,
      crc32: bytes.readUInt32LE(at + 16),
      isDirectory: name.endsWith('/'),
      modifiedAt: parseDosTime(bytes.readUInt16LE(at + 14), bytes.readUInt16LE(at + 12)),
      method,
      flags,
      localOffset: values.offset + place.base,
      rawName,
    };
    checkSizes(record, limits);
    total += record.size;
    if (total > limits.archiveInflatedBytes) {
      refuse('ERR_MSS_ZIP_TOO_LARGE', 'all entries together are over the limit archiveInflatedBytes', {
        limit: 'archiveInflatedBytes',
        max: limits.archiveInflatedBytes,
      });
    }
    records.push(record);
    at = next;
  }
  if (records.length === 0) refuse('ERR_MSS_ZIP_EMPTY', 'an archive without entries');
  if (records.length !== place.count) refuse('ERR_MSS_ZIP_INCONSISTENT', 'the end record announces another number of entries');
  return { records, warnings };
}

const toleratedNames: Readonly<Partial<Record<ZipWarningCode, string>>> = {
  ZIP_NAME_BACKSLASH: 'backslashes between folders, read as slashes',
  ZIP_NAME_NORMALISED: 'empty or "." folders in a name, removed',
  ZIP_NAME_UTF8_UNFLAGGED: 'a UTF-8 name without the UTF-8 flag',
  ZIP_NAME_CP437: 'a name without the UTF-8 flag, read as code page 437',
};
