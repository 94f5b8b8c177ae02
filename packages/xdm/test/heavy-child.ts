// Run alone with a small heap: archives that want to be larger than the machine.
import { constants, crc32, deflateRawSync } from 'node:zlib';

import { isMssError } from '@mss/core';
import { readXdm } from '@mss/xdm';

interface Entry {
  readonly name: string;
  readonly compressed: Uint8Array;
  readonly size: number;
  readonly crc: number;
}

/** A zip whose directory says what it is told to say. */
function zip(entries: readonly Entry[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, compressed, size, crc } of entries) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(compressed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fields, Buffer.from(name), compressed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), fields, tail, Buffer.from(name)]));
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  // More entries than 16 bits count: the ZIP64 record says how many.
  const many = entries.length > 0xffff;
  const record = Buffer.alloc(many ? 76 : 0);
  if (many) {
    record.write('PK\u0006\u0006', 'latin1');
    record.writeBigUInt64LE(44n, 4);
    record.writeUInt16LE(45, 12);
    record.writeUInt16LE(45, 14);
    record.writeBigUInt64LE(BigInt(entries.length), 24);
    record.writeBigUInt64LE(BigInt(entries.length), 32);
    record.writeBigUInt64LE(BigInt(listed.length), 40);
    record.writeBigUInt64LE(BigInt(offset), 48);
    record.write('PK\u0006\u0007', 56, 'latin1');
    record.writeBigUInt64LE(BigInt(offset + listed.length), 64);
    record.writeUInt32LE(1, 72);
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listed, record, end]);
}

const entry = (name: string, bytes: Uint8Array): Entry => ({
  name,
  compressed: deflateRawSync(bytes),
  size: bytes.length,
  crc: crc32(bytes),
});
const metadataName = 'IHE_XDM/SUBSET01/METADATA.XML';
const rim = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const metadata = (objects: string): Entry =>
  entry(metadataName, Buffer.from(`<RegistryObjectList xmlns="${rim}">${objects}</RegistryObjectList>`));
const patientSlot = '<Slot name="sourcePatientInfo"><ValueList><Value>PID-5|DOE^JOHN^^^^^L</Value></ValueList></Slot>';
const object = (index: number): string => `<ExtrinsicObject id="d${index}">${patientSlot}</ExtrinsicObject>`;

function codeOf(bytes: Uint8Array, limits: Parameters<typeof readXdm>[1] = {}): string {
  try {
    readXdm(bytes, limits);
    return 'ok';
  } catch (error) {
    return isMssError(error) ? error.code : String(error);
  }
}

const one = entry('x', new Uint8Array([0x78]));
const zeros = deflateRawSync(Buffer.alloc(16 * 1024 * 1024));
// 4 GB of zeros as one deflate stream: 16 MB that end on a byte, 256 times, and the end of the stream.
const flushed = deflateRawSync(Buffer.alloc(16 * 1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
const fourGigabytes = Buffer.concat([...Array.from({ length: 256 }, () => flushed), deflateRawSync(Buffer.alloc(0))]);
const values = `<Slot name="sourcePatientInfo"><ValueList>${'<Value>PID-5|DOE^JOHN A B C D E F^^^^^L~X^Y</Value>'.repeat(50_000)}</ValueList></Slot>`;
const longValue = `<Slot name="sourcePatientInfo"><ValueList><Value>PID-5|DOE^JOHN^${'A B '.repeat(100_000)}^^^^L${'~X^Y'.repeat(20_000)}</Value></ValueList></Slot>`;
const unbound = { limits: { compressionRatio: 100_000 } };
const result = {
  declared4GB: codeOf(zip([{ name: metadataName, compressed: zeros, size: 0xfffffffe, crc: 0 }])),
  underDeclaredBomb: codeOf(zip([{ name: metadataName, compressed: zeros, size: 60_000, crc: 0 }])),
  ratio: codeOf(zip([{ name: metadataName, compressed: zeros, size: 16 * 1024 * 1024, crc: 0 }])),
  real4GB: codeOf(zip([{ name: metadataName, compressed: fourGigabytes, size: 0xffffffff - 1, crc: 0 }])),
  real4GBUnderDeclared: codeOf(zip([{ name: metadataName, compressed: fourGigabytes, size: 16 * 1024 * 1024, crc: 0 }])),
  entries100000: codeOf(zip(Array.from({ length: 100_000 }, (_, index) => ({ ...one, name: `D${index}` })))),
  entries65000: codeOf(zip(Array.from({ length: 65_000 }, (_, index) => ({ ...one, name: `IHE_XDM/SUBSET01/D${index}.XML` })))),
  objects100000: codeOf(zip([metadata(Array.from({ length: 100_000 }, (_, index) => object(index)).join(''))]), unbound),
  manyValues: codeOf(zip([metadata(`<ExtrinsicObject id="d1">${values}</ExtrinsicObject>`)]), unbound),
  longValue: codeOf(zip([metadata(`<ExtrinsicObject id="d1">${longValue}</ExtrinsicObject>`)]), unbound),
  deep: codeOf(zip([metadata('<Slot>'.repeat(200_000))]), unbound),
  deep1000: codeOf(zip([metadata('<Slot>'.repeat(1000) + '</Slot>'.repeat(1000))]), unbound),
};
process.stdout.write(JSON.stringify(result));
