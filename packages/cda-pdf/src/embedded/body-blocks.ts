import { MssError, type Limits } from '@mss/core';
import type { CdaMedia } from '@mss/cda';

import type { CdaPdfErrorCode } from '../errors.js';
import { prepareImage } from '../image/prepare-image.js';
import type { Block } from '../layout/blocks.js';
import type { UnrenderedReport } from '../unrendered.js';
import { decodeText } from './decode-text.js';
import { plainTextBlocks } from './plain-text.js';
import { readRtf } from './rtf.js';

/**
 * The body of a level 1 document that is no PDF: an image on a page, a text, an RTF.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED`, `ERR_MSS_CDA_PDF_MEDIA_UNREADABLE`.
 */
export async function embeddedBodyBlocks(
  media: CdaMedia,
  context: { readonly limits: Limits; readonly report: UnrenderedReport },
): Promise<readonly Block[]> {
  const { mediaType } = media;
  if (mediaType === 'text/plain') return plainTextBlocks(decodeText(media.bytes()));
  if (mediaType === 'application/rtf' || mediaType === 'text/rtf') {
    // RTF is 7-bit; what is beyond is windows-1252 by its header.
    const rtf = readRtf(Buffer.from(media.bytes()).toString('latin1'));
    if (rtf === null) return refuse('ERR_MSS_CDA_PDF_MEDIA_UNREADABLE', mediaType);
    context.report.enter('corps du document');
    if (rtf.hasPictures) context.report.add('MEDIA_UNSUPPORTED');
    return rtf.blocks;
  }
  const image = await prepareImage(media.bytes(), mediaType, context.limits);
  if (!image.ok)
    return refuse(image.reason === 'unreadable' ? 'ERR_MSS_CDA_PDF_MEDIA_UNREADABLE' : 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED', mediaType);
  return image.pages.map((page, index): Block => ({
    kind: 'image',
    image: page,
    alt: `Page ${index + 1} du document`,
    before: 8,
    fillsPage: true,
  }));
}

const namedTypes = /^[a-z]+\/[a-z0-9.+-]{1,40}$/;

function refuse(code: 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED' | 'ERR_MSS_CDA_PDF_MEDIA_UNREADABLE', mediaType: string): never {
  throw new MssError<CdaPdfErrorCode>(
    code,
    `the body of the level 1 document is ${code.endsWith('UNREADABLE') ? 'damaged or over the limits' : 'of a type that cannot be shown'}`,
    {
      requirement: 'ECO.2.1.5',
      details: { mediaType: namedTypes.test(mediaType) ? mediaType : 'unknown' },
    },
  );
}
