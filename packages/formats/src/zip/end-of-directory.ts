import { decodeName } from './names.js';
import { refuse } from './refuse.js';

const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const endLength = 22;
const zip64LocatorLength = 20;
const zip64EndLength = 56;

/** How much of an archive's end is searched: the longest comment, the ZIP64 records, and as much again for stray bytes. */
export const tailLength: number = 128 * 1024;

/** Where the central directory is, once everything before the archive is accounted for. */
export interface DirectoryPlace {
  /** Position of the directory in the file. */
  readonly offset: number;
  readonly size: number;
  /** Entries, as declared. */
  readonly count: number;
  /** Bytes before the archive: added to every position that the archive writes. */
  readonly base: number;
  /** Bytes after the archive. */
  readonly trailing: number;
  readonly comment: string;
}

function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse('ERR_MSS_ZIP_ZIP64', 'a ZIP64 number beyond what any file has');
  return Number(value);
}

/** Whether a small number is neither that of the ZIP64 record nor the one that says "see there". */
const differs = (small: number, big: number, full: number): boolean => small !== full && small !== big;

interface Declared {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
  /** Where the records that follow the directory begin, in the tail. */
  readonly recordsAt: number;
}

function declaredIn(tail: Buffer, at: number): Declared {
  const disk = tail.readUInt16LE(at + 4);
  const directoryDisk = tail.readUInt16LE(at + 6);
  const countHere = tail.readUInt16LE(at + 8);
  const count = tail.readUInt16LE(at + 10);
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  const locatorAt = at - zip64LocatorLength;
  const hasLocator = locatorAt >= 0 && tail.readUInt32LE(locatorAt) === 0x07064b50;
  if (!hasLocator) {
    if (disk !== 0 || directoryDisk !== 0 || countHere !== count) refuse('ERR_MSS_ZIP_MULTI_DISK', 'an archive in several volumes');
    return { offset, size, count, recordsAt: at };
  }
  if (tail.readUInt32LE(locatorAt + 4) !== 0 || tail.readUInt32LE(locatorAt + 16) > 1)
    refuse('ERR_MSS_ZIP_MULTI_DISK', 'an archive in several volumes');
  // The record stands right before its locator; its own length says where it begins. Only the fixed version 1 is read.
  const recordAt = locatorAt - zip64EndLength;
  if (recordAt < 0 || tail.readUInt32LE(recordAt) !== 0x06064b50 || tail.readBigUInt64LE(recordAt + 4) !== BigInt(zip64EndLength - 12)) {
    refuse('ERR_MSS_ZIP_ZIP64', 'the ZIP64 end record is not before its locator, or is not of version 1');
  }
  if (tail.readUInt32LE(recordAt + 16) !== 0 || tail.readUInt32LE(recordAt + 20) !== 0)
    refuse('ERR_MSS_ZIP_MULTI_DISK', 'an archive in several volumes');
  const large = {
    countHere: safeNumber(tail.readBigUInt64LE(recordAt + 24)),
    count: safeNumber(tail.readBigUInt64LE(recordAt + 32)),
    size: safeNumber(tail.readBigUInt64LE(recordAt + 40)),
    offset: safeNumber(tail.readBigUInt64LE(recordAt + 48)),
  };
  if (large.countHere !== large.count) refuse('ERR_MSS_ZIP_MULTI_DISK', 'an archive in several volumes');
  if (differs(count, large.count, 0xffff) || differs(size, large.size, 0xffffffff) || differs(offset, large.offset, 0xffffffff)) {
    refuse('ERR_MSS_ZIP_ZIP64', 'the end record and its ZIP64 form contradict each other');
  }
  return { offset: large.offset, size: large.size, count: large.count, recordsAt: recordAt };
}

/**
 * Finds the end of central directory record, the last one whose comment fits, and computes where the directory is.
 *
 * @param tail - the last bytes of the file, at most {@link tailLength} of them.
 * @param fileSize - bytes of the whole file.
 * @throws MssError `ERR_MSS_ZIP_NOT_A_ZIP`, `ERR_MSS_ZIP_TRUNCATED`, `ERR_MSS_ZIP_MULTI_DISK`, `ERR_MSS_ZIP_ZIP64`
 * @see APPNOTE.TXT 6.3.10, §4.3.14 to §4.3.16
 */
export function findDirectory(tail: Buffer, fileSize: number): DirectoryPlace {
  const tailAt = fileSize - tail.length;
  let at = tail.length < endLength ? -1 : tail.lastIndexOf(endSignature, tail.length - endLength);
  let cutComment = false;
  while (at >= 0 && at + endLength + tail.readUInt16LE(at + 20) > tail.length) {
    cutComment = true;
    at = at === 0 ? -1 : tail.lastIndexOf(endSignature, at - 1);
  }
  if (at < 0) {
    if (cutComment) refuse('ERR_MSS_ZIP_TRUNCATED', 'the comment of the archive is cut');
    // An archive that begins like one and has no end was cut on its way.
    if (tailAt === 0 && tail.length >= 4 && tail.readUInt32LE(0) === 0x04034b50)
      refuse('ERR_MSS_ZIP_TRUNCATED', 'the archive has no end: it was cut');
    refuse('ERR_MSS_ZIP_NOT_A_ZIP', 'no end of central directory: not a ZIP archive');
  }
  const commentLength = tail.readUInt16LE(at + 20);
  const comment = tail.subarray(at + endLength, at + endLength + commentLength);
  const declared = declaredIn(tail, at);
  const directoryEnd = tailAt + declared.recordsAt;
  const base = directoryEnd - declared.size - declared.offset;
  if (base < 0) refuse('ERR_MSS_ZIP_TRUNCATED', 'the central directory is said to be larger or further than the bytes that are there');
  return {
    offset: declared.offset + base,
    size: declared.size,
    count: declared.count,
    base,
    trailing: tail.length - at - endLength - commentLength,
    comment: decodeName(comment, { utf8Flag: false, extra: Buffer.alloc(0) }).name,
  };
}
