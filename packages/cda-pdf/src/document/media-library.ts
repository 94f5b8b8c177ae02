import type { Limits } from '@mss/core';
import type { CdaMedia, CdaStructuredBody } from '@mss/cda';

import { prepareImage, type ImageResult } from '../image/prepare-image.js';
import type { Block } from '../layout/blocks.js';
import type { UnrenderedReport } from '../unrendered.js';
import { paragraph, run } from './builders.js';
import { styles } from './theme.js';

/** A PDF inside a level 3 document. */
export interface AttachedPdf {
  /** Its place in the list of the document's media, from 1. */
  readonly number: number;
  readonly byteLength: number;
  /** What was done with it. */
  readonly pages: number | null;
  readonly isAppended: boolean;
}

/** The media of a document, each decoded once. */
export interface MediaLibrary {
  /** The blocks that show a media where the narrative refers to it. */
  show(id: string, caption: string | null): readonly Block[];
  /** The blocks for media that no narrative refers to. */
  remaining(): readonly Block[];
  /** PDF inside the document, in order. */
  readonly pdfs: readonly AttachedPdf[];
}

const typeNames: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/dicom': 'DICOM',
  'application/msword': 'Word',
  'application/rtf': 'RTF',
  'application/xml': 'XML',
  'application/zip': 'ZIP',
  'image/gif': 'image GIF',
  'image/jpeg': 'image JPEG',
  'image/png': 'image PNG',
  'image/tiff': 'image TIFF',
};

/** A media type in words; only known types are named, the others could say anything. */
const typeName = (mediaType: string): string => (Object.hasOwn(typeNames, mediaType) ? (typeNames[mediaType] ?? '') : 'autre format');

/** A size in French: `12 ko`, `1,2 Mo`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} octets`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} ko`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace('.', ',')} Mo`;
}

/**
 * Prepares the media of a body: images for the page; of PDF what was decided about each.
 *
 * @param pdfs - what became of each PDF, by its media.
 */
export async function createMediaLibrary(
  body: CdaStructuredBody,
  context: { readonly report: UnrenderedReport; readonly limits: Limits; readonly pdfs: ReadonlyMap<CdaMedia, AttachedPdf> },
): Promise<MediaLibrary> {
  const { report } = context;
  const images = new Map<CdaMedia, ImageResult>();
  const numbers = new Map<CdaMedia, number>();
  for (const media of body.media.values()) {
    if (numbers.has(media)) continue;
    numbers.set(media, numbers.size + 1);
    if (media.mediaType.startsWith('image/')) images.set(media, await prepareImage(media.bytes(), media.mediaType, context.limits));
  }
  const shown = new Set<CdaMedia>();
  const notice = (text: string): Block => paragraph([run(text, styles.notice)]);
  const nameOf = (media: CdaMedia): string =>
    `Document joint n° ${numbers.get(media) ?? 0} (${typeName(media.mediaType)}, ${formatSize(media.byteLength)})`;

  const showMedia = (media: CdaMedia, caption: string | null): readonly Block[] => {
    shown.add(media);
    const pdf = context.pdfs.get(media);
    if (pdf !== undefined) {
      if (pdf.isAppended) return [notice(`${nameOf(media)} : reproduit à la fin de ce document.`)];
      report.add('MEDIA_PDF_LISTED');
      return [notice(`${nameOf(media)} : non reproduit ici, à ouvrir dans le document CDA d’origine.`)];
    }
    const image = images.get(media);
    if (image?.ok === true) {
      return image.pages.map((page): Block => ({
        kind: 'image',
        image: page,
        alt: caption ?? `Image n° ${numbers.get(media) ?? 0}`,
        before: 3,
      }));
    }
    report.add(image?.reason === 'unreadable' ? 'MEDIA_UNREADABLE' : 'MEDIA_UNSUPPORTED');
    const reason =
      image?.reason === 'unreadable' ? 'illisible' : 'ne peut pas être reproduit sur papier, à ouvrir dans le document CDA d’origine';
    return [notice(`${nameOf(media)} : ${reason}.`)];
  };

  return {
    show: (id, caption) => {
      const media = body.media.get(id);
      if (media !== undefined) return showMedia(media, caption);
      report.add('MEDIA_MISSING');
      return [notice('Image ou document annoncé ici, absent du document CDA.')];
    },
    remaining: () => [...numbers.keys()].filter((media) => !shown.has(media)).flatMap((media) => showMedia(media, null)),
    pdfs: [...context.pdfs.values()],
  };
}
