import type { Limits } from '@mss/core';

import { prepareJpeg } from './jpeg.js';
import { preparePng } from './png.js';
import type { PreparedImage } from './prepared-image.js';

/** What became of an image: its pages, or why there are none. */
export type ImageResult =
  | { readonly ok: true; readonly pages: readonly PreparedImage[] }
  | { readonly ok: false; readonly reason: 'unsupported' | 'unreadable' };

/** Samples that one image may unfold to: four bytes a pixel within `embeddedBytes` four times over, an A4 page at 600 dpi. */
const limitPixels = (limits: Limits): number => limits.embeddedBytes;

/**
 * An image in the form of PDF/A-1, by what its first bytes say it is.
 *
 * @param mediaType - as found from the bytes, not as declared.
 */
export async function prepareImage(bytes: Uint8Array, mediaType: string, limits: Limits): Promise<ImageResult> {
  const unreadable: ImageResult = { ok: false, reason: 'unreadable' };
  switch (mediaType) {
    case 'image/jpeg': {
      const image = prepareJpeg(bytes, limitPixels(limits));
      if (image === 'cmyk') return { ok: false, reason: 'unsupported' };
      return image === 'damaged' ? unreadable : { ok: true, pages: [image] };
    }
    case 'image/png': {
      const image = preparePng(bytes, limitPixels(limits));
      return image === null ? unreadable : { ok: true, pages: [image] };
    }
    case 'image/tiff': {
      // Loaded only here: few documents hold a TIFF.
      const { prepareTiff } = await import('./tiff.js');
      const pages = prepareTiff(bytes, limitPixels(limits));
      return pages === null ? unreadable : { ok: true, pages };
    }
    default:
      return { ok: false, reason: 'unsupported' };
  }
}
