import type { PreparedImage } from './prepared-image.js';

/** Matrix of each EXIF orientation from the stored to the seen unit square (origin at the lower left). */
const orientations: Readonly<Record<number, PreparedImage['orientation']>> = {
  1: [1, 0, 0, 1, 0, 0],
  2: [-1, 0, 0, 1, 1, 0],
  3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1],
  5: [0, -1, -1, 0, 1, 1],
  6: [0, -1, 1, 0, 0, 1],
  7: [0, 1, 1, 0, 0, 0],
  8: [0, 1, -1, 0, 1, 0],
};

/** Why a JPEG cannot be shown: damaged, or in four colours, which PDF/A-1 with an RGB output intent does not take. */
export type JpegRefusal = 'damaged' | 'cmyk';

/**
 * A JPEG as a PDF image, its bytes as they are: grey or RGB, baseline or progressive, 8 bits.
 *
 * The frame header and the scan are found; the scan itself is not decoded.
 *
 * @param limitPixels - an image of more pixels is refused.
 * @see ITU-T T.81 Annex B; Exif 2.32 §4.6.4 (orientation); PDF Reference 1.4 §3.3.7 (DCTDecode).
 */
export function prepareJpeg(bytes: Uint8Array, limitPixels: number): PreparedImage | JpegRefusal {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return 'damaged';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation = 1;
  let frame: { readonly width: number; readonly height: number; readonly channels: number } | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return 'damaged';
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return 'damaged';
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1) orientation = exifOrientation(body) ?? orientation;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      // PDF takes baseline, extended and progressive Huffman coding of 8 bits.
      if (marker > 0xc2 || body.length < 6 || body[0] !== 8) return 'damaged';
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels: body[5] ?? 0 };
    }
    at += 2 + length;
    if (marker === 0xda) return finish(bytes, at, frame, { orientation, limitPixels });
  }
  return 'damaged';
}

function finish(
  bytes: Uint8Array,
  scanAt: number,
  frame: { readonly width: number; readonly height: number; readonly channels: number } | null,
  { orientation, limitPixels }: { readonly orientation: number; readonly limitPixels: number },
): PreparedImage | JpegRefusal {
  if (frame === null || scanAt >= bytes.length) return 'damaged';
  const { width, height, channels } = frame;
  if (channels === 4) return 'cmyk';
  if (width === 0 || height === 0 || width * height > limitPixels || (channels !== 1 && channels !== 3)) return 'damaged';
  const turned = orientation > 4;
  return {
    width: turned ? height : width,
    height: turned ? width : height,
    orientation: orientations[orientation] ?? [1, 0, 0, 1, 0, 0],
    data: bytes,
    dictionary: {
      Width: width,
      Height: height,
      BitsPerComponent: 8,
      ColorSpace: channels === 1 ? 'DeviceGray' : 'DeviceRGB',
      Filter: 'DCTDecode',
    },
  };
}

/** Tag 0x0112 of the first directory of an Exif segment. */
function exifOrientation(segment: Uint8Array): number | null {
  if (segment.length < 20 || String.fromCharCode(...segment.subarray(0, 4)) !== 'Exif') return null;
  const tiff = segment.subarray(6);
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  for (let index = 0, count = view.getUint16(directory, little); index < count; index += 1) {
    const at = directory + 2 + 12 * index;
    if (at + 12 > tiff.length) return null;
    if (view.getUint16(at, little) === 0x0112) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : null;
    }
  }
  return null;
}
