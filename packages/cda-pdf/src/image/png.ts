import { inflateSync } from 'node:zlib';

import { deflatedImage, type PreparedImage } from './prepared-image.js';

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colorType: number;
  readonly interlaced: boolean;
}

interface PngChunks {
  readonly header: PngHeader;
  readonly data: Uint8Array;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
}

const depthsOf: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The seven passes of an interlaced image: first column and row, step between columns and rows. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * A PNG as a PDF/A-1 image: transparency is laid on white, 16 bits become 8, interlacing is undone.
 *
 * PDF/A-1 forbids the soft mask by which PDF shows transparency, even where every pixel is opaque.
 *
 * @param limitPixels - an image of more pixels is refused before anything is inflated.
 * @returns `null` when the bytes are no sound PNG.
 * @see PNG (W3C Recommendation, third edition) §8 interlacing, §9 filtering, §11 chunks; ISO 19005-1 §6.4.
 */
export function preparePng(bytes: Uint8Array, limitPixels: number): PreparedImage | null {
  try {
    const chunks = readChunks(bytes);
    if (chunks === null || chunks.header.width * chunks.header.height > limitPixels) return null;
    const samples = readSamples(chunks);
    return samples === null ? null : flatten(chunks, samples);
  } catch {
    // A damaged stream makes zlib or a DataView throw: the image is unreadable, which is what null says.
    return null;
  }
}

function readChunks(bytes: Uint8Array): PngChunks | null {
  if (signature.some((byte, index) => bytes[index] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  let header: PngHeader | null = null;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) break;
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = readHeader(view, at + 8);
    if (type === 'PLTE') palette = body;
    if (type === 'tRNS') transparency = body;
    if (type === 'IDAT') data.push(body);
    if (type === 'IEND') break;
    at += 12 + length;
  }
  if (header === null || (header.colorType === 3 && palette === null)) return null;
  return { header, palette, transparency, data: Buffer.concat(data) };
}

function readHeader(view: DataView, at: number): PngHeader | null {
  const header = {
    width: view.getUint32(at),
    height: view.getUint32(at + 4),
    depth: view.getUint8(at + 8),
    colorType: view.getUint8(at + 9),
    interlaced: view.getUint8(at + 12) === 1,
  };
  const isKnown = depthsOf[header.colorType]?.includes(header.depth) === true && view.getUint8(at + 10) === 0;
  return isKnown && header.width > 0 && header.height > 0 ? header : null;
}

/** The samples of all pixels in rows, one byte each (the high byte of 16 bits). */
function readSamples({ header, data }: PngChunks): Uint8Array | null {
  const channels = channelsOf[header.colorType] ?? 1;
  const bitsPerPixel = channels * header.depth;
  const rowBytes = (width: number): number => Math.ceil((width * bitsPerPixel) / 8);
  const passes = header.interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const sizes = passes.map(([x, y, dx, dy]) => [Math.ceil((header.width - x) / dx), Math.ceil((header.height - y) / dy)] as const);
  const expected = sizes.reduce((total, [width, height]) => total + (width > 0 && height > 0 ? (rowBytes(width) + 1) * height : 0), 0);
  const raw = inflateSync(data, { maxOutputLength: expected + 1024 });
  if (raw.length < expected) return null;
  const samples = new Uint8Array(header.width * header.height * channels);
  let at = 0;
  for (const [index, [x, y, dx, dy]] of passes.entries()) {
    const [width = 0, height = 0] = sizes[index] ?? [];
    if (width <= 0 || height <= 0) continue;
    let above: Uint8Array = new Uint8Array(rowBytes(width));
    for (let row = 0; row < height; row += 1) {
      const line = raw.subarray(at + 1, at + 1 + rowBytes(width));
      unfilter(raw[at] ?? 0, line, above, Math.max(1, bitsPerPixel >> 3));
      for (let column = 0; column < width; column += 1) {
        const target = ((y + row * dy) * header.width + x + column * dx) * channels;
        for (let channel = 0; channel < channels; channel += 1)
          samples[target + channel] = sampleAt(line, column * channels + channel, header.depth);
      }
      above = line;
      at += line.length + 1;
    }
  }
  return samples;
}

function sampleAt(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index] ?? 0;
  if (depth === 16) return line[2 * index] ?? 0;
  const bit = index * depth;
  return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function unfilter(kind: number, line: Uint8Array, above: Uint8Array, step: number): void {
  if (kind === 0) return;
  for (let index = 0; index < line.length; index += 1) {
    const left = index < step ? 0 : (line[index - step] ?? 0);
    const up = above[index] ?? 0;
    const upLeft = index < step ? 0 : (above[index - step] ?? 0);
    const predicted = kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, upLeft);
    line[index] = ((line[index] ?? 0) + predicted) & 0xff;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** Colours without transparency, in grey when all of them are. */
function flatten({ header, palette, transparency }: PngChunks, samples: Uint8Array): PreparedImage {
  const { width, height, colorType, depth } = header;
  const isGrey = colorType === 0 || colorType === 4;
  const pixels = width * height;
  const out = new Uint8Array(pixels * (isGrey ? 1 : 3));
  const full = depth >= 8 ? 255 : (1 << depth) - 1;
  const key = colorKey(transparency, colorType, depth);
  const put = (target: number, value: number, alpha: number): void => {
    out[target] = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
  };
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (colorType === 3) {
      const index = samples[pixel] ?? 0;
      const alpha = transparency?.[index] ?? 255;
      for (let channel = 0; channel < 3; channel += 1) put(3 * pixel + channel, palette?.[3 * index + channel] ?? 0, alpha);
    } else if (isGrey) {
      const at = colorType === 4 ? 2 * pixel : pixel;
      const value = samples[at] ?? 0;
      const alpha = colorType === 4 ? (samples[at + 1] ?? 255) : value === key?.[0] ? 0 : 255;
      put(pixel, Math.round((value * 255) / full), alpha);
    } else {
      const at = (colorType === 6 ? 4 : 3) * pixel;
      const isKey = key !== null && samples[at] === key[0] && samples[at + 1] === key[1] && samples[at + 2] === key[2];
      const alpha = colorType === 6 ? (samples[at + 3] ?? 255) : isKey ? 0 : 255;
      for (let channel = 0; channel < 3; channel += 1) put(3 * pixel + channel, samples[at + channel] ?? 0, alpha);
    }
  }
  return deflatedImage(out, { width, height, isGrey });
}

/** The colour that means transparent, in samples as read; for 16 bits its high bytes. */
function colorKey(transparency: Uint8Array | null, colorType: number, depth: number): readonly number[] | null {
  if (transparency === null || (colorType !== 0 && colorType !== 2)) return null;
  const values = [0, 2, 4].map((at) => ((transparency[at] ?? 0) << 8) | (transparency[at + 1] ?? 0));
  return values.map((value) => (depth === 16 ? value >> 8 : value));
}
