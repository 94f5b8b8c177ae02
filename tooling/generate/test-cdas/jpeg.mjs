import { Buffer } from 'node:buffer';

/** A baseline JPEG encoder for grey pictures: ITU-T T.81 with the tables of its annex K. */
const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57,
  50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];
const quantization = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22,
  37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const dcCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const dcValues = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const acCounts = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
const acValues = [
  ...Buffer.from(
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
    'hex',
  ),
];

function codesOf(counts, values) {
  const codes = new Map();
  let code = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (let n = 0; n < count; n += 1) codes.set(values[next++], [code++, index + 1]);
    code <<= 1;
  }
  return codes;
}

const cosine = Array.from({ length: 8 }, (_, u) =>
  Array.from({ length: 8 }, (_, x) => (u === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)),
);

/** Forward DCT and quantization of one block, in zigzag order. */
function coefficients(block) {
  const half = Array.from({ length: 64 }, (_, index) => {
    const u = index % 8;
    const y = index >> 3;
    let sum = 0;
    for (let x = 0; x < 8; x += 1) sum += block[y * 8 + x] * cosine[u][x];
    return sum;
  });
  return zigzag.map((position) => {
    const u = position % 8;
    const v = position >> 3;
    let sum = 0;
    for (let y = 0; y < 8; y += 1) sum += half[y * 8 + u] * cosine[v][y];
    return Math.round(sum / 4 / quantization[position]);
  });
}

const segment = (marker, body) => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, Buffer.from(body)]);
};

/** Bits of a number's magnitude. */
const sizeOf = (value) => (value === 0 ? 0 : 32 - Math.clz32(Math.abs(value)));

/** JPEG of a grey picture. */
export function jpeg({ width, height, grey }) {
  const dc = codesOf(dcCounts, dcValues);
  const ac = codesOf(acCounts, acValues);
  const data = [];
  let buffer = 0;
  let held = 0;
  const put = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      buffer = (buffer << 1) | ((value >> bit) & 1);
      held += 1;
      if (held === 8) {
        data.push(buffer);
        if (buffer === 0xff) data.push(0);
        buffer = 0;
        held = 0;
      }
    }
  };
  const magnitude = (value, size) => (size > 0 ? put(value < 0 ? value + (1 << size) - 1 : value, size) : undefined);
  let previous = 0;
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      const block = Array.from(
        { length: 64 },
        (_, i) =>
          Math.max(0, Math.min(255, Math.round(grey(Math.min(left + (i % 8), width - 1), Math.min(top + (i >> 3), height - 1))))) - 128,
      );
      const values = coefficients(block);
      const difference = values[0] - previous;
      previous = values[0];
      const size = sizeOf(difference);
      put(...dc.get(size));
      magnitude(difference, size);
      const last = values.findLastIndex((value) => value !== 0);
      let run = 0;
      for (let index = 1; index <= last; index += 1) {
        if (values[index] === 0) {
          run += 1;
          continue;
        }
        for (; run > 15; run -= 16) put(...ac.get(0xf0));
        const bits = sizeOf(values[index]);
        put(...ac.get((run << 4) | bits));
        magnitude(values[index], bits);
        run = 0;
      }
      if (last < 63) put(...ac.get(0));
    }
  }
  if (held > 0) put(0xff, 8 - held);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 1, 0, 96, 0, 96, 0, 0]),
    segment(0xdb, [0, ...zigzag.map((position) => quantization[position])]),
    segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...dcCounts, ...dcValues]),
    segment(0xc4, [0x10, ...acCounts, ...acValues]),
    segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    Buffer.from(data),
    Buffer.from([0xff, 0xd9]),
  ]);
}
