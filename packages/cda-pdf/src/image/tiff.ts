import UTIF from 'utif2';

import { deflatedImage, type PreparedImage } from './prepared-image.js';

/** Most pages of one TIFF: a scanned file, not a film. */
const maxPages = 500;

/**
 * The pages of a TIFF as PDF/A-1 images, transparency laid on white, in grey when no pixel has a colour.
 *
 * Decoded by utif2: bilevel (CCITT G3 and G4), grey, palette and RGB; uncompressed, PackBits, LZW, deflate, JPEG.
 *
 * @param limitPixels - for all pages together; more are refused before anything is decoded.
 * @returns `null` when the bytes are no TIFF that can be read.
 * @see TIFF 6.0 §2 (directories), §8 (baseline), §11 (CCITT).
 */
export function prepareTiff(bytes: Uint8Array, limitPixels: number): readonly PreparedImage[] | null {
  const buffer = Uint8Array.from(bytes).buffer;
  try {
    const pages = UTIF.decode(buffer).filter((page) => sizeOf(page) !== null);
    const pixels = pages.reduce((sum, page) => sum + (sizeOf(page)?.pixels ?? 0), 0);
    if (pages.length === 0 || pages.length > maxPages || pixels > limitPixels) return null;
    return pages.map((page) => {
      UTIF.decodeImage(buffer, page);
      const { width = 0, height = 0 } = sizeOf(page) ?? {};
      const rgba = UTIF.toRGBA8(page);
      if (rgba.length !== 4 * width * height) throw new RangeError('the page has another size than its directory says');
      return flatten(rgba, width, height);
    });
  } catch {
    // The decoder throws whatever it stumbles over; the image is unreadable, which is what null says.
    return null;
  }
}

/** ImageWidth (256) and ImageLength (257) before anything is decoded. */
function sizeOf(page: {
  readonly [tag: string]: unknown;
}): { readonly width: number; readonly height: number; readonly pixels: number } | null {
  const first = (tag: string): number => {
    const values = page[tag];
    const value: unknown = Array.isArray(values) ? values[0] : undefined;
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
  };
  const width = first('t256');
  const height = first('t257');
  return width === 0 || height === 0 ? null : { width, height, pixels: width * height };
}

function flatten(rgba: Uint8Array, width: number, height: number): PreparedImage {
  const pixels = width * height;
  const rgb = new Uint8Array(3 * pixels);
  let isGrey = true;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = rgba[4 * pixel + 3] ?? 255;
    for (let channel = 0; channel < 3; channel += 1) {
      rgb[3 * pixel + channel] = Math.round(((rgba[4 * pixel + channel] ?? 0) * alpha + 255 * (255 - alpha)) / 255);
    }
    if (rgb[3 * pixel] !== rgb[3 * pixel + 1] || rgb[3 * pixel] !== rgb[3 * pixel + 2]) isGrey = false;
  }
  const data = isGrey ? Uint8Array.from({ length: pixels }, (_, pixel) => rgb[3 * pixel] ?? 0) : rgb;
  return deflatedImage(data, { width, height, isGrey });
}
