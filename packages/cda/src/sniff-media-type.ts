interface Signature {
  readonly mediaType: string;
  readonly bytes: readonly number[];
  readonly offset: number;
}

const ascii = (text: string): readonly number[] => Array.from(text, (character) => character.charCodeAt(0));
const signature = (mediaType: string, bytes: readonly number[], offset: number = 0): Signature =>
  Object.freeze({ mediaType, bytes, offset });

const signatures: readonly Signature[] = Object.freeze([
  signature('image/jpeg', [0xff, 0xd8, 0xff]),
  signature('image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  signature('image/gif', ascii('GIF8')),
  signature('image/tiff', [0x49, 0x49, 0x2a, 0x00]),
  signature('image/tiff', [0x4d, 0x4d, 0x00, 0x2a]),
  signature('image/bmp', ascii('BM')),
  signature('image/webp', ascii('WEBP'), 8),
  signature('application/rtf', ascii('{\\rtf')),
  signature('application/dicom', ascii('DICM'), 128),
  signature('application/zip', [0x50, 0x4b, 0x03, 0x04]),
  signature('application/msword', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
]);

/** Bytes that {@link sniffMediaType} looks at. */
export const sniffedBytes = 1024;

function indexOfPdf(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, sniffedBytes)).indexOf('%PDF-', 0, 'latin1');
}

/**
 * The media type that the first bytes of a content tell, or `null` when they tell none: plain text, HTML, XML and audio
 * have no sure sign. A PDF may begin with some junk (ISO 32000-1, annex H.3.4.1).
 *
 * 14 of 49 images that ANS' own samples call `image/jpeg` are PNG: the declared type decides nothing.
 */
export function sniffMediaType(bytes: Uint8Array): string | null {
  const found = signatures.find((one) => one.bytes.every((byte, index) => bytes[one.offset + index] === byte));
  // "BM" alone also begins texts.
  if (found !== undefined && (found.mediaType !== 'image/bmp' || !looksTextual(bytes))) return found.mediaType;
  return indexOfPdf(bytes) >= 0 ? 'application/pdf' : null;
}

/** Whether the first bytes could be text: no control character but tab, line ends and form feed. */
export function looksTextual(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, sniffedBytes);
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) return false;
  }
  return true;
}
