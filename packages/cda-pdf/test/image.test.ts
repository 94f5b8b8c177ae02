import { describe, expect, it } from 'vitest';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

import { prepareJpeg } from '../src/image/jpeg.js';
import { preparePng } from '../src/image/png.js';
import { prepareTiff } from '../src/image/tiff.js';
import type { PreparedImage } from '../src/image/prepared-image.js';
import { fixture } from './support/sample-cda.js';

const limit = 1_000_000;

function pixelOf(image: PreparedImage | null, x: number, y: number): readonly number[] {
  if (image === null) throw new Error('no image');
  const channels = image.dictionary['ColorSpace'] === 'DeviceGray' ? 1 : 3;
  const data = inflateSync(image.data);
  expect(data.length).toBe(image.width * image.height * channels);
  return [...data.subarray((y * image.width + x) * channels, (y * image.width + x + 1) * channels)];
}

function chunk(type: string, body: Uint8Array): Buffer {
  const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), body, Buffer.alloc(4)]);
  whole.writeUInt32BE(body.length, 0);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

/** A PNG of these rows as they are, filter bytes included. */
function png(
  header: {
    readonly width: number;
    readonly height: number;
    readonly depth: number;
    readonly colorType: number;
    readonly interlaced?: boolean;
  },
  rows: Uint8Array,
): Uint8Array {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(header.width, 0);
  ihdr.writeUInt32BE(header.height, 4);
  ihdr.set([header.depth, header.colorType, 0, 0, header.interlaced === true ? 1 : 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      chunk('IHDR', ihdr),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}

describe('PNG as PDF/A-1 image [ISO 19005-1 §6.4]', () => {
  it.each([
    ['rgb.png', [30, 60, 160]],
    // The nearest colour of its palette.
    ['palette.png', [0, 102, 153]],
    ['alpha.png', [30, 60, 160]],
    ['colour-key.png', [30, 60, 160]],
  ])('keeps the colours of %s and has no mask', (name, colour) => {
    const image = preparePng(fixture(name), limit);
    expect(pixelOf(image, 5, 5)).toEqual(colour);
    expect(Object.keys(image?.dictionary ?? {})).not.toContain('SMask');
    expect(Object.keys(image?.dictionary ?? {})).not.toContain('Mask');
  });

  it.each(['grey.png', 'bilevel.png', 'grey-alpha.png'])('keeps %s in grey', (name) => {
    expect(pixelOf(preparePng(fixture(name), limit), 0, 6)).toEqual([0]);
  });

  it('lays what is transparent on white', () => {
    expect(pixelOf(preparePng(fixture('alpha.png'), limit), 40, 20)).toEqual([255, 255, 255]);
    // The frame at the left: black at half opacity.
    expect(pixelOf(preparePng(fixture('alpha.png'), limit), 0, 20)[0]).toBeCloseTo(127, -1);
  });

  it('reduces 16 bits to 8', () => {
    expect(pixelOf(preparePng(fixture('grey16.png'), limit), 3, 3)).toEqual([40_000 >> 8]);
  });

  it('undoes interlacing', () => {
    // 3 x 2 grey pixels 10..60 in the seven passes of Adam7: pass 1 (0,0), pass 4 (2,0), pass 6 (1,0), pass 7 row 1.
    const rows = Uint8Array.from([0, 10, 0, 30, 0, 20, 0, 40, 50, 60]);
    const image = preparePng(png({ width: 3, height: 2, depth: 8, colorType: 0, interlaced: true }, rows), limit);
    expect([0, 1, 2].map((x) => pixelOf(image, x, 0)[0])).toEqual([10, 20, 30]);
    expect([0, 1, 2].map((x) => pixelOf(image, x, 1)[0])).toEqual([40, 50, 60]);
  });

  it('undoes all five filters', () => {
    // Every row is 7, 14, 21 after its filter.
    const rows = Uint8Array.from([0, 7, 14, 21, 1, 7, 7, 7, 2, 0, 0, 0, 3, 4, 4, 4, 4, 0, 0, 0]);
    const image = preparePng(png({ width: 3, height: 5, depth: 8, colorType: 0 }, rows), limit);
    for (let y = 0; y < 5; y += 1) expect([0, 1, 2].map((x) => pixelOf(image, x, y)[0])).toEqual([7, 14, 21]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['another format', fixture('rgb.jpg')],
    ['half a file', fixture('rgb.png').slice(0, 100)],
    ['an unknown depth', png({ width: 1, height: 1, depth: 3, colorType: 0 }, Uint8Array.of(0, 0))],
    ['too few rows', png({ width: 4, height: 4, depth: 8, colorType: 0 }, Uint8Array.of(0, 1, 2, 3, 4))],
    ['a palette without colours', png({ width: 1, height: 1, depth: 8, colorType: 3 }, Uint8Array.of(0, 0))],
    ['no size', png({ width: 0, height: 1, depth: 8, colorType: 0 }, Uint8Array.of(0))],
  ])('refuses %s', (_name, bytes) => {
    expect(preparePng(bytes, limit)).toBeNull();
  });

  it('refuses more pixels than the limit', () => {
    expect(preparePng(fixture('rgb.png'), 48 * 32 - 1)).toBeNull();
  });
});

describe('JPEG as PDF image', () => {
  it.each([
    ['rgb.jpg', 'DeviceRGB'],
    ['grey.jpg', 'DeviceGray'],
    ['progressive.jpg', 'DeviceRGB'],
  ])('keeps the bytes of %s', (name, colorSpace) => {
    const bytes = fixture(name);
    const image = prepareJpeg(bytes, limit);
    expect(image).toMatchObject({ width: 48, height: 32, dictionary: { ColorSpace: colorSpace, Filter: 'DCTDecode' } });
    expect(typeof image === 'string' ? null : image.data).toBe(bytes);
  });

  it('turns an image that asks for it', () => {
    expect(prepareJpeg(fixture('turned.jpg'), limit)).toMatchObject({ width: 32, height: 48, orientation: [0, -1, 1, 0, 0, 1] });
  });

  it('refuses four colours and damage', () => {
    expect(prepareJpeg(fixture('cmyk.jpg'), limit)).toBe('cmyk');
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff, 0xd8), fixture('rgb.jpg').slice(0, 200), fixture('rgb.png')]) {
      expect(prepareJpeg(bytes, limit)).toBe('damaged');
    }
    expect(prepareJpeg(fixture('rgb.jpg'), 100)).toBe('damaged');
  });
});

describe('TIFF as PDF/A-1 images', () => {
  it('decodes CCITT G4 into grey and LZW into colours', () => {
    const scan = prepareTiff(fixture('scan-g4.tiff'), limit)?.[0] ?? null;
    expect(scan).toMatchObject({ width: 200, height: 280 });
    expect(pixelOf(scan, 0, 0)).toEqual([0]);
    expect(pixelOf(scan, 100, 3)).toEqual([255]);
    expect(pixelOf(prepareTiff(fixture('rgb-lzw.tiff'), limit)?.[0] ?? null, 5, 5)).toEqual([30, 60, 160]);
  });

  it('gives every page', () => {
    expect(prepareTiff(fixture('two-pages.tiff'), limit)).toHaveLength(2);
  });

  it('refuses damage and more pixels than the limit', () => {
    expect(prepareTiff(fixture('scan-g4.tiff').slice(0, 60), limit)).toBeNull();
    expect(prepareTiff(new Uint8Array(50), limit)).toBeNull();
    expect(prepareTiff(fixture('two-pages.tiff'), 200 * 280)).toBeNull();
  });
});
