import { deflateSync } from 'node:zlib';

/** An image in the form in which a PDF holds it: no transparency, 8 bits or fewer a sample, grey or RGB (PDF/A-1). */
export interface PreparedImage {
  /** In pixels, as seen: after the rotation that the file asks for. */
  readonly width: number;
  readonly height: number;
  /** Keys of the image's dictionary besides Type, Subtype and Length. */
  readonly dictionary: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
  /** Matrix from the unit square of the stored image to the unit square of the seen one. */
  readonly orientation: readonly [number, number, number, number, number, number];
}

/**
 * Opaque samples of 8 bits, deflated: what a PDF holds of an image that had to be decoded.
 *
 * @param samples - one (grey) or three (RGB) bytes a pixel, row by row.
 */
export function deflatedImage(
  samples: Uint8Array,
  shape: { readonly width: number; readonly height: number; readonly isGrey: boolean },
): PreparedImage {
  const { width, height, isGrey } = shape;
  return {
    width,
    height,
    orientation: [1, 0, 0, 1, 0, 0],
    data: deflateSync(samples),
    dictionary: {
      Width: width,
      Height: height,
      BitsPerComponent: 8,
      ColorSpace: isGrey ? 'DeviceGray' : 'DeviceRGB',
      Filter: 'FlateDecode',
    },
  };
}
