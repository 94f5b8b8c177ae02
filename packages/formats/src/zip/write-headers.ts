import { defaultLimits } from '@mss/core';
import { foldName, unsafeName } from './names.js';
import { refuse } from './refuse.js';

/** What the headers of one entry say. */
export interface WrittenEntry {
  readonly rawName: Buffer;
  readonly isDirectory: boolean;
  readonly flags: number;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Position of the local header. */
  readonly offset: number;
}

export interface DosTime {
  readonly date: number;
  readonly time: number;
}

const maxUint32 = 0xffffffff;
const utf8Flag = 0x800;

/** Checks the names of an archive that is being written, each once. */
export class NameGuard {
  readonly #seen = new Set<string>();

  /**
   * @returns the bytes of the name, and the flags that go with them: UTF-8 only when it is needed.
   * @throws MssError `ERR_MSS_ZIP_WRITE`
   */
  accept(name: string): { readonly rawName: Buffer; readonly flags: number; readonly isDirectory: boolean } {
    const problem = name.includes('\\') ? 'a backslash in a name' : unsafeName(name, defaultLimits);
    if (problem !== null) refuse('ERR_MSS_ZIP_WRITE', problem);
    if (/(^|\/)\.?\/|(^|\/)\.$|\p{Surrogate}/u.test(name))
      refuse('ERR_MSS_ZIP_WRITE', 'an empty folder, a "." or a lone surrogate in a name');
    const folded = foldName(name);
    if (this.#seen.has(folded)) refuse('ERR_MSS_ZIP_WRITE', 'two entries with the same name');
    this.#seen.add(folded);
    if (this.#seen.size > 0xfffe) refuse('ERR_MSS_ZIP_WRITE', 'more entries than an archive holds without ZIP64');
    const rawName = Buffer.from(name, 'utf8');
    if (rawName.length > defaultLimits.entryNameBytes) refuse('ERR_MSS_ZIP_WRITE', 'a name longer than the limit entryNameBytes');
    return { rawName, flags: rawName.length === name.length ? 0 : utf8Flag, isDirectory: name.endsWith('/') };
  }
}

function common(target: Buffer, at: number, entry: WrittenEntry, time: DosTime): void {
  target.writeUInt16LE(20, at);
  target.writeUInt16LE(entry.flags, at + 2);
  target.writeUInt16LE(entry.method, at + 4);
  target.writeUInt16LE(time.time, at + 6);
  target.writeUInt16LE(time.date, at + 8);
  // With bit 3 these numbers follow the content instead.
  const later = (entry.flags & 8) !== 0 && target.readUInt32LE(0) === 0x04034b50;
  target.writeUInt32LE(later ? 0 : entry.crc32, at + 10);
  target.writeUInt32LE(later ? 0 : entry.compressedSize, at + 14);
  target.writeUInt32LE(later ? 0 : entry.size, at + 18);
  target.writeUInt16LE(entry.rawName.length, at + 22);
}

/** The local header of an entry, name included. */
export function localHeader(entry: WrittenEntry, time: DosTime): Buffer {
  const header = Buffer.alloc(30 + entry.rawName.length);
  header.writeUInt32LE(0x04034b50, 0);
  common(header, 4, entry, time);
  entry.rawName.copy(header, 30);
  return header;
}

/** The data descriptor of an entry whose local header has bit 3. */
export function dataDescriptor(entry: WrittenEntry): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(entry.crc32, 4);
  descriptor.writeUInt32LE(entry.compressedSize, 8);
  descriptor.writeUInt32LE(entry.size, 12);
  return descriptor;
}

/** The central directory and the end record. */
export function directoryAndEnd(entries: readonly WrittenEntry[], time: DosTime, offset: number): Buffer {
  const size = entries.reduce((sum, entry) => sum + 46 + entry.rawName.length, 0);
  if (offset + size > maxUint32 - 1) refuse('ERR_MSS_ZIP_WRITE', 'an archive of 4 GiB or more');
  const target = Buffer.alloc(size + 22);
  let at = 0;
  for (const entry of entries) {
    const header = target.subarray(at, at + 46 + entry.rawName.length);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(20, 4);
    common(header, 6, entry, time);
    header.writeUInt32LE(entry.isDirectory ? 0x10 : 0, 38);
    header.writeUInt32LE(entry.offset, 42);
    entry.rawName.copy(header, 46);
    at += header.length;
  }
  target.writeUInt32LE(0x06054b50, at);
  target.writeUInt16LE(entries.length, at + 8);
  target.writeUInt16LE(entries.length, at + 10);
  target.writeUInt32LE(size, at + 12);
  target.writeUInt32LE(offset, at + 16);
  return target;
}

/** Refuses what needs ZIP64. */
export function checkWrittenSizes(size: number, compressedSize: number, offset: number): void {
  if (Math.max(size, compressedSize, offset + compressedSize) > maxUint32 - 1) refuse('ERR_MSS_ZIP_WRITE', 'an archive of 4 GiB or more');
}
