import { createHash } from 'node:crypto';

/** SHA-1 of bytes in upper-case hexadecimal, as METADATA.XML writes it. @see IHE ITI TF-3 4.2.3.2.10 */
export function sha1Hex(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex').toUpperCase();
}
