import { MssError, type Limits } from '@mss/core';
import type { XmlElement } from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import { looksTextual, sniffMediaType } from '../sniff-media-type.js';
import type { CdaDraft, EmbeddableMediaType } from './draft.js';
import { hl7 } from './elements.js';

/** What the first bytes must say; `null`: nothing, the content being text. */
const signatures: Readonly<Record<EmbeddableMediaType, string | null>> = Object.freeze({
  'application/pdf': 'application/pdf',
  'image/jpeg': 'image/jpeg',
  'image/tiff': 'image/tiff',
  'text/rtf': 'application/rtf',
  'text/plain': null,
});

function refuse(message: string, mediaType: string): never {
  throw new MssError<CdaErrorCode>('ERR_MSS_CDA_BUILD_MEDIA', message, { requirement: 'ECO.2.1.4', details: { mediaType } });
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return looksTextual(bytes);
  } catch {
    return false;
  }
}

/**
 * nonXMLBody with the content in base64.
 *
 * Checked: that the content is not empty, of the type it is said to be, and under the limit that readers put on it.
 * Not checked: that a PDF is whole, or a PDF/A-1.
 *
 * @see IHE ITI TF-3 §5.2 (XDS-SD): representation B64, whatever the type.
 */
export function embeddedElement({ mediaType, bytes }: CdaDraft['body'], limits: Limits): XmlElement {
  const signature = Object.hasOwn(signatures, mediaType) ? signatures[mediaType] : undefined;
  if (signature === undefined) refuse('level 1 documents embed PDF, JPEG, TIFF, RTF or plain text', mediaType);
  if (bytes.length === 0) refuse('the body is empty', mediaType);
  if (bytes.length > limits.embeddedBytes) refuse('the body is over the limit embeddedBytes', mediaType);
  const matches = signature === null ? sniffMediaType(bytes) === null && isUtf8(bytes) : sniffMediaType(bytes) === signature;
  if (!matches) refuse('the body is not of the type it is said to be', mediaType);
  return hl7(
    'component',
    {},
    hl7('nonXMLBody', {}, hl7('text', { mediaType, representation: 'B64' }, Buffer.from(bytes).toString('base64'))),
  );
}
