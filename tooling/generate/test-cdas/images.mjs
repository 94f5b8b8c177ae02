import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** A picture: width, height and a function that gives the grey level (0 to 255) of a point. */
const rowsOf = ({ width, height, grey }) =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => Math.max(0, Math.min(255, Math.round(grey(x, y))))));

function adler32(bytes) {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** zlib without compression: the same bytes whatever the version of zlib. */
function storedZlib(bytes) {
  const parts = [Buffer.from([0x78, 0x01])];
  for (let at = 0; at < bytes.length; at += 0xffff) {
    const block = bytes.subarray(at, at + 0xffff);
    const head = Buffer.alloc(5);
    head[0] = at + 0xffff >= bytes.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  }
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(adler32(bytes));
  return Buffer.concat([...parts, tail]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** PNG, 16 greys. */
export function png(picture) {
  const { width, height } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([4, 0, 0, 0, 0], 8);
  const lines = rowsOf(picture).map((row) => {
    const line = Buffer.alloc(1 + Math.ceil(width / 2));
    for (const [x, grey] of row.entries()) line[1 + (x >> 1)] |= (grey >> 4) << (x % 2 === 0 ? 4 : 0);
    return line;
  });
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', storedZlib(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** TIFF, one strip, 8-bit greys without compression, 150 points an inch. */
export function tiff(picture) {
  const { width, height } = picture;
  const pixels = Buffer.from(rowsOf(picture).flat());
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 0],
    [277, 3, 1, 1],
    [278, 4, 1, height],
    [279, 4, 1, pixels.length],
    [282, 5, 1, 0],
    [283, 5, 1, 0],
    [296, 3, 1, 2],
  ];
  const directory = 8;
  const resolution = directory + 2 + entries.length * 12 + 4;
  const data = resolution + 8;
  const file = Buffer.alloc(data);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(directory, 4);
  file.writeUInt16LE(entries.length, directory);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = directory + 2 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    const actual = tag === 273 ? data : tag === 282 || tag === 283 ? resolution : value;
    if (type === 3) file.writeUInt16LE(actual, at + 8);
    else file.writeUInt32LE(actual, at + 8);
  }
  file.writeUInt32LE(150, resolution);
  file.writeUInt32LE(1, resolution + 4);
  return Buffer.concat([file, pixels]);
}

/** An image of text-free "paper": lines of grey strokes, as a scanned page looks from afar. */
export const scannedPage = (width, height) => ({
  width,
  height,
  grey: (x, y) => {
    const margin = x < width * 0.1 || x > width * 0.9 || y < height * 0.08 || y > height * 0.92;
    if (margin) return 250;
    const inLine = y % 9 < 3;
    const word = (x * 7 + Math.floor(y / 9) * 131) % 47 < 36;
    return inLine && word ? 60 : 250;
  },
});

/** A protein electrophoresis: five peaks on a base line. */
export const electrophoresis = (width, height) => {
  const peaks = [
    [0.18, 0.82, 0.022],
    [0.36, 0.14, 0.02],
    [0.5, 0.24, 0.026],
    [0.64, 0.28, 0.028],
    [0.83, 0.3, 0.05],
  ];
  const curve = (x) =>
    peaks.reduce((sum, [centre, top, spread]) => sum + top * Math.exp(-(((x / width - centre) / spread) ** 2) / 2), 0.04);
  return {
    width,
    height,
    grey: (x, y) => {
      const line = (1 - curve(x)) * (height - 12);
      const next = (1 - curve(x + 1)) * (height - 12);
      if (y >= Math.min(line, next) - 1 && y <= Math.max(line, next) + 1) return 0;
      if (y > line && y < height - 12) return 208;
      return y === height - 12 ? 48 : 255;
    },
  };
};

/** A round dark spot on a clear ground, as through a dermatoscope. */
export const skinSpot = (width, height) => ({
  width,
  height,
  grey: (x, y) => {
    const dx = (x - width / 2) / (width / 2);
    const dy = (y - height / 2) / (height / 2);
    const angle = Math.atan2(dy, dx);
    const edge = 0.46 + 0.06 * Math.sin(3 * angle) + 0.04 * Math.cos(7 * angle);
    const distance = Math.hypot(dx, dy);
    if (distance > 0.97) return 12;
    return distance < edge ? 70 + 60 * distance + 8 * Math.sin(x / 3) * Math.cos(y / 4) : 196 - 24 * distance;
  },
});
