// A zip writer that can lie: every field of every header can be given. Only for test archives.
import { crc32, deflateRawSync } from 'node:zlib';

const dosDate = ((2026 - 1980) << 9) | (3 << 5) | 2;
const dosTime = (9 << 11) | (30 << 5);

const u16 = (value) => Buffer.from([value & 0xff, (value >>> 8) & 0xff]);
const u32 = (value) => Buffer.from([value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff]);

const u64 = (value) => Buffer.concat([u32(value), u32(0)]);

/**
 * @param {object} entry
 *   name (text or bytes), bytes; method (8, 0 or another number), flags, crc32, size, compressedSize (as declared),
 *   compressed (the bytes that stand for the content), localName, dataDescriptor, attributes (external, 32 bits),
 *   madeBy (operating system), extra, sharedWith (from the offsets so far, the offset of the local header that is used instead).
 * @param {object} archive leading, trailing, disk, count, comment, zip64.
 */
export function rawZip(entries, archive = {}) {
  const parts = [];
  const directory = [];
  const offsets = [];
  let at = 0;
  const push = (...buffers) => {
    for (const buffer of buffers) {
      parts.push(buffer);
      at += buffer.length;
    }
  };
  if (archive.leading) push(Buffer.from(archive.leading));
  const base = archive.leading && archive.leadingCounted !== true ? Buffer.from(archive.leading).length : 0;
  for (const entry of entries) {
    const name = Buffer.isBuffer(entry.name) ? entry.name : Buffer.from(entry.name, 'utf8');
    const bytes = Buffer.from(entry.bytes ?? '');
    const isFolder = name.at(-1) === 0x2f && bytes.length === 0;
    const method = entry.method ?? (isFolder ? 0 : 8);
    const compressed = entry.compressed ?? (method === 8 ? deflateRawSync(bytes, { level: 9 }) : bytes);
    const crc = entry.crc32 ?? crc32(bytes);
    const size = entry.size ?? bytes.length;
    const compressedSize = entry.compressedSize ?? compressed.length;
    const flags = (entry.flags ?? 0) | (entry.dataDescriptor ? 8 : 0);
    const extra = entry.extra ?? Buffer.alloc(0);
    if (entry.sharedWith === undefined) {
      const localName = entry.localName === undefined ? name : Buffer.from(entry.localName, 'utf8');
      offsets.push(at - base);
      push(
        Buffer.from('PK\x03\x04', 'latin1'),
        u16(20),
        u16(flags),
        u16(method),
        u16(dosTime),
        u16(dosDate),
        u32(entry.dataDescriptor ? 0 : crc),
        u32(entry.dataDescriptor ? 0 : compressedSize),
        u32(entry.dataDescriptor ? 0 : size),
        u16(localName.length),
        u16(0),
        localName,
        compressed,
      );
      if (entry.dataDescriptor) push(Buffer.from('PK\x07\x08', 'latin1'), u32(crc), u32(compressedSize), u32(size));
      if (entry.after) push(Buffer.from(entry.after));
    } else offsets.push(entry.sharedWith(offsets));
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        Buffer.from([20, entry.madeBy ?? 0]),
        u16(20),
        u16(flags),
        u16(method),
        u16(dosTime),
        u16(dosDate),
        u32(crc),
        u32(compressedSize),
        u32(size),
        u16(name.length),
        u16(extra.length),
        u16(0),
        u16(0),
        u16(0),
        u32(entry.attributes ?? 0),
        u32(offsets.at(-1)),
        name,
        extra,
      ]),
    );
  }
  const directoryAt = at - base;
  push(...directory);
  const comment = Buffer.from(archive.comment ?? '', 'utf8');
  const count = archive.count ?? entries.length;
  const directorySize = at - base - directoryAt;
  if (archive.zip64) {
    const recordAt = at - base;
    const record = [u16(45), u16(45), u32(0), u32(0), u64(count), u64(count), u64(directorySize), u64(directoryAt)];
    push(Buffer.from('PK\x06\x06', 'latin1'), u64(44), ...record);
    push(Buffer.from('PK\x06\x07', 'latin1'), u32(0), u64(recordAt), u32(1));
  }
  push(
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(archive.disk ?? 0),
    u16(archive.disk ?? 0),
    u16(archive.zip64 ? 0xffff : count),
    u16(archive.zip64 ? 0xffff : count),
    u32(archive.zip64 ? 0xffffffff : directorySize),
    u32(archive.zip64 ? 0xffffffff : directoryAt),
    u16(comment.length),
    comment,
  );
  if (archive.trailing) push(Buffer.from(archive.trailing));
  const whole = Buffer.concat(parts);
  return archive.cut === undefined ? whole : whole.subarray(0, archive.cut < 0 ? whole.length + archive.cut : archive.cut);
}
