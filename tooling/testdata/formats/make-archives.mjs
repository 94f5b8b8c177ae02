// Writes zip/*.zip: archives that a reader must refuse, named `<code>.<case>.zip`, and archives that it must read, named
// `OK.<warning>.<case>.zip` (`OK.none.…` when there is nothing to warn of). Run it after a change: node make-archives.mjs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const folder = fileURLToPath(new URL('zip', import.meta.url));
const text = (value) => Buffer.from(value, 'utf8');
const number = (size, value) => {
  const buffer = Buffer.alloc(size);
  if (size === 8) buffer.writeBigUInt64LE(BigInt(value));
  else buffer.writeUIntLE(value, 0, size);
  return buffer;
};
const u16 = (value) => number(2, value);
const u32 = (value) => number(4, value);
const u64 = (value) => number(8, value);

/**
 * An archive with every field open to lies. Entry: name (text or bytes), content, and what the headers say instead.
 * `central` and `local` override single fields of one header only.
 */
function archive(entries, options = {}) {
  const parts = [options.before ?? Buffer.alloc(0)];
  const base = options.shiftOffsets === true ? parts[0].length : 0;
  let offset = base;
  const central = [];
  for (const entry of entries) {
    const name = Buffer.isBuffer(entry.name) ? entry.name : text(entry.name);
    const content = entry.content ?? text('content');
    const method = entry.method ?? 8;
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const said = {
      flags: 0,
      method,
      crc: crc32(content),
      packedSize: packed.length,
      size: content.length,
      madeBy: 20,
      attributes: 0,
      extra: Buffer.alloc(0),
      disk: 0,
      ...entry.said,
    };
    const local = { name, ...said, ...entry.local };
    const there = { name, offset, ...said, ...entry.central };
    const header = Buffer.concat([
      u32(0x04034b50), u16(20), u16(local.flags), u16(local.method), u16(0x1a23), u16(0x5c22),
      u32(local.crc), u32(local.packedSize), u32(local.size), u16(local.name.length), u16(local.extra.length), local.name, local.extra,
    ]);
    const descriptor = entry.descriptor === true ? Buffer.concat([u32(0x08074b50), u32(said.crc), u32(said.packedSize), u32(said.size)]) : Buffer.alloc(0);
    if (entry.onlyCentral !== true) {
      parts.push(header, packed, descriptor);
      offset += header.length + packed.length + descriptor.length;
    }
    if (entry.after !== undefined) {
      parts.push(entry.after);
      offset += entry.after.length;
    }
    central.push(Buffer.concat([
      u32(0x02014b50), u16(there.madeBy), u16(20), u16(there.flags), u16(there.method), u16(0x1a23), u16(0x5c22),
      u32(there.crc), u32(there.packedSize), u32(there.size), u16(there.name.length), u16(there.extra.length), u16(0),
      u16(there.disk), u16(0), u32(there.attributes >>> 0), u32(there.offset), there.name, there.extra,
    ]));
  }
  const directory = Buffer.concat(central);
  const comment = options.comment ?? Buffer.alloc(0);
  const end = { disk: 0, here: entries.length, count: entries.length, size: directory.length, offset, commentLength: comment.length, ...options.end };
  const zip64 = options.zip64 === undefined ? Buffer.alloc(0) : Buffer.concat([
    u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(options.zip64.count ?? entries.length), u64(options.zip64.count ?? entries.length),
    u64(directory.length), u64(options.zip64.offset ?? offset),
    u32(0x07064b50), u32(0), u64(offset + directory.length), u32(options.zip64.disks ?? 1),
  ]);
  parts.push(directory, zip64, Buffer.concat([
    u32(0x06054b50), u16(end.disk), u16(end.disk), u16(end.here), u16(end.count), u32(end.size), u32(end.offset), u16(end.commentLength), comment,
  ]), options.after ?? Buffer.alloc(0));
  return Buffer.concat(parts);
}

const one = (entry, options) => archive([{ name: 'IHE_XDM/A.XML', ...entry }], options);
const a = { name: 'IHE_XDM/A.XML' };
const utf8 = { said: { flags: 0x800 } };
const zip64Field = (...values) => Buffer.concat([u16(1), u16(values.length * 8), ...values.map(u64)]);
const zeros = Buffer.alloc(8 * 1024 * 1024);

/** Fifield's overlap: the second entry's content lies in the first's. */
function overlapping() {
  const inner = archive([{ name: 'B', content: text('x'.repeat(100)), method: 0 }]);
  const innerLocal = inner.subarray(0, 30 + 1 + 100);
  return archive([
    { name: 'A', content: Buffer.from(innerLocal), method: 0 },
    { name: 'B', content: text('x'.repeat(100)), method: 0, onlyCentral: true, central: { offset: 31 } },
  ]);
}

const files = {
  'OK.none.plain': one({}),
  'OK.none.stored': one({ method: 0 }),
  'OK.none.empty-file': one({ content: Buffer.alloc(0) }),
  'OK.none.folder-and-file': archive([{ name: 'IHE_XDM/', content: Buffer.alloc(0), method: 0, said: { attributes: 0x10 } }, a]),
  'OK.none.data-descriptor': one({ said: { flags: 8 }, local: { crc: 0, packedSize: 0, size: 0 }, descriptor: true }),
  'OK.none.utf8-name': archive([{ name: 'IHE_XDM/Compte rendu é.pdf', ...utf8 }]),
  'OK.none.unicode-path-field': archive([{
    name: Buffer.from([0x82, 0x2e, 0x70]),
    said: { extra: Buffer.concat([u16(0x7075), u16(5 + 4), Buffer.from([1]), u32(crc32(Buffer.from([0x82, 0x2e, 0x70]))), text('é.p')]) },
  }]),
  'OK.none.comment': one({}, { comment: text('a comment') }),
  'OK.none.unix-permissions': one({ said: { madeBy: 0x0314, attributes: 0o100644 << 16 } }),
  'OK.none.zip64': one(
    { said: { packedSize: 0xffffffff, size: 0xffffffff }, central: { extra: zip64Field(7, 9) }, local: { extra: zip64Field(7, 9) } },
    { zip64: {}, end: { here: 0xffff, count: 0xffff, size: 0xffffffff, offset: 0xffffffff } },
  ),
  'OK.ZIP_LEADING_BYTES.unshifted': one({}, { before: text('MZ this is a stub') }),
  'OK.ZIP_LEADING_BYTES.shifted': one({}, { before: text('MZ this is a stub'), shiftOffsets: true }),
  'OK.ZIP_TRAILING_BYTES.newline': one({}, { after: text('\r\n') }),
  'OK.ZIP_UNUSED_BYTES.between': archive([{ ...a, after: text('nobody reads this, and it is more than a descriptor') }, { name: 'B' }]),
  'OK.ZIP_NAME_BACKSLASH.windows': archive([{ name: 'IHE_XDM\\SUBSET01\\A.XML' }]),
  'OK.ZIP_NAME_NORMALISED.dot': archive([{ name: './IHE_XDM//A.XML' }]),
  'OK.ZIP_NAME_UTF8_UNFLAGGED.macos': archive([{ name: 'IHE_XDM/é.pdf' }]),
  'OK.ZIP_NAME_CP437.dos': archive([{ name: Buffer.from([0x82, 0x2e, 0x70, 0x64, 0x66]) }]),

  'ERR_MSS_ZIP_NOT_A_ZIP.text': text('this is a text of more than twenty-two bytes'),
  'ERR_MSS_ZIP_NOT_A_ZIP.nothing': Buffer.alloc(0),
  'ERR_MSS_ZIP_EMPTY.no-entries': archive([]),
  'ERR_MSS_ZIP_TRUNCATED.no-end': one({ content: text('long enough to be cut '.repeat(9)) }).subarray(0, 60),
  'ERR_MSS_ZIP_TRUNCATED.directory-too-large': one({}, { end: { size: 5000 } }),
  'ERR_MSS_ZIP_TRUNCATED.comment-cut': one({}, { comment: text('cut'), end: { commentLength: 300 } }),
  'ERR_MSS_ZIP_TRUNCATED.directory-too-small': one({}, { end: { size: 10 } }),
  'ERR_MSS_ZIP_INCONSISTENT.count': one({}, { end: { here: 2, count: 2 } }),
  'ERR_MSS_ZIP_INCONSISTENT.two-names': one({ local: { name: text('IHE_XDM/B.XML') } }),
  'ERR_MSS_ZIP_INCONSISTENT.two-methods': one({ local: { method: 0 } }),
  'ERR_MSS_ZIP_INCONSISTENT.two-sizes': one({ local: { size: 8 } }),
  'ERR_MSS_ZIP_INCONSISTENT.two-crcs': one({ local: { crc: 1 } }),
  'ERR_MSS_ZIP_INCONSISTENT.local-elsewhere': one({ central: { offset: 3 } }),
  'ERR_MSS_ZIP_INCONSISTENT.stored-with-two-sizes': one({ method: 0, said: { size: 99 } }),
  'ERR_MSS_ZIP_INCONSISTENT.folder-with-content': archive([{ name: 'IHE_XDM/' }]),
  'ERR_MSS_ZIP_MULTI_DISK.end': one({}, { end: { disk: 1 } }),
  'ERR_MSS_ZIP_MULTI_DISK.counts': one({}, { end: { here: 1, count: 2 } }),
  'ERR_MSS_ZIP_MULTI_DISK.entry': one({ central: { disk: 2 } }),
  'ERR_MSS_ZIP_MULTI_DISK.zip64': one({}, { zip64: { disks: 2 } }),
  'ERR_MSS_ZIP_ZIP64.no-field': one({ central: { size: 0xffffffff } }),
  'ERR_MSS_ZIP_ZIP64.short-field': one({ central: { size: 0xffffffff, packedSize: 0xffffffff, extra: zip64Field(7) } }),
  'ERR_MSS_ZIP_ZIP64.absurd': one({ central: { size: 0xffffffff, extra: zip64Field(2n ** 60n) } }),
  'ERR_MSS_ZIP_ZIP64.contradiction': one({}, { zip64: { count: 3 } }),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY.same': archive([a, { ...a, content: text('other') }]),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY.case': archive([a, { name: 'ihe_xdm/a.xml' }]),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY.backslash': archive([a, { name: 'IHE_XDM\\A.XML' }]),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY.composed': archive([{ name: '\u00e9', ...utf8 }, { name: 'e\u0301', ...utf8 }]),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY.dot': archive([a, { name: 'IHE_XDM/./A.XML' }]),
  'ERR_MSS_ZIP_ENCRYPTED.traditional': one({ said: { flags: 1 } }),
  'ERR_MSS_ZIP_ENCRYPTED.strong': one({ said: { flags: 0x41 } }),
  'ERR_MSS_ZIP_ENCRYPTED.aes': one({ said: { method: 99 } }),
  'ERR_MSS_ZIP_ENCRYPTED.masked-directory': one({ said: { flags: 0x2000 } }),
  'ERR_MSS_ZIP_ENCRYPTED.local-only': one({ local: { flags: 1 } }),
  'ERR_MSS_ZIP_OVERLAP.inside': overlapping(),
  'ERR_MSS_ZIP_INCONSISTENT.one-header-two-names': archive([a, { name: 'IHE_XDM/B.XML', onlyCentral: true, central: { offset: 0 } }]),
  'ERR_MSS_ZIP_OVERLAP.directory': one({ said: { packedSize: 40 } }),
  'ERR_MSS_ZIP_UNSAFE_NAME.traversal': archive([{ name: '../../etc/passwd' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.traversal-backslash': archive([{ name: '..\\..\\x' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.traversal-inside': archive([{ name: 'IHE_XDM/../../x' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.absolute': archive([{ name: '/abs' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.unc': archive([{ name: '\\\\server\\share' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.drive': archive([{ name: 'C:\\x' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.nul': archive([{ name: 'A.XML\0.exe' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.line-break': archive([{ name: 'A\r\nX: y' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.empty': archive([{ name: '' }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.long': archive([{ name: 'x'.repeat(256) }]),
  'ERR_MSS_ZIP_UNSAFE_NAME.deep': archive([{ name: 'a/b/c/d/e/f/g/h/i/j' }]),
  'ERR_MSS_ZIP_UNSAFE_TYPE.symlink': one({ content: text('/etc/passwd'), said: { madeBy: 0x0314, attributes: 0o120777 << 16 } }),
  'ERR_MSS_ZIP_UNSAFE_TYPE.symlink-other-host': one({ content: text('/etc/passwd'), said: { attributes: 0o120777 << 16 } }),
  'ERR_MSS_ZIP_UNSAFE_TYPE.device': one({ said: { madeBy: 0x0314, attributes: 0o020666 << 16 } }),
  'ERR_MSS_ZIP_RATIO.zeros': one({ content: zeros }),
  'ERR_MSS_ZIP_TOO_LARGE.declared': one({ said: { size: 60 * 1024 * 1024 } }),
  'ERR_MSS_ZIP_METHOD.bzip2': one({ said: { method: 12 } }),
  'ERR_MSS_ZIP_METHOD.patched': one({ said: { flags: 0x20 } }),
  'ERR_MSS_ZIP_DEFLATE.garbage': one({ packed: Buffer.from([0xff, 0xff, 0xff, 0xff]) }),
  'ERR_MSS_ZIP_DEFLATE.cut': one({ content: text('a text that is long enough to be cut in the middle'), packed: deflateRawSync(text('a text that is long enough to be cut in the middle')).subarray(0, 20) }),
  'ERR_MSS_ZIP_CRC.wrong': one({ said: { crc: 0x12345678 } }),
  'ERR_MSS_ZIP_CRC.stored': one({ method: 0, said: { crc: 0x12345678 } }),
  'ERR_MSS_ZIP_SIZE.declared-too-small': one({ content: zeros, said: { size: 100 } }),
  'ERR_MSS_ZIP_SIZE.declared-zero': one({ said: { size: 0 } }),
  'ERR_MSS_ZIP_SIZE.declared-too-large': one({ said: { size: 1000 } }),
  'ERR_MSS_ZIP_SIZE.bytes-after-content': one({ packed: Buffer.concat([deflateRawSync(text('content')), text('hidden')]) }),
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, `${name}.zip`), bytes);
