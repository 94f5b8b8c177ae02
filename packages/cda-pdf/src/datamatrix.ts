import { upperCaseFrench, type PatientTraits } from '@mss/core';
import { deflateSync } from 'node:zlib';

import type { PreparedImage } from './image/prepared-image.js';

/** What comes before the fields: type `IS`, version `01`, and 22 digits that this version does not use. */
const prefix = `IS01${'0'.repeat(22)}`;
const groupSeparator = '\u001D';
/** Pixels of one module: the image is never smoothed, and printers keep its edges. */
const pixelsPerModule = 4;
/** White modules around the symbol. */
const quietZone = 2;

/** Upper case without accents, as INS traits are written. */
const traitText = (text: string): string =>
  upperCaseFrench(text)
    .replaceAll('Œ', 'OE')
    .replaceAll('Æ', 'AE')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\u0020-\u007E]/g, ' ');

/** A field of variable length ends with a separator unless it has its greatest length. */
const variable = (text: string, longest: number): string => (text.length < longest ? text + groupSeparator : text.slice(0, longest));

/**
 * What the INS Datamatrix says: matricule, OID, given names, birth name, sex, birth date, place of birth.
 *
 * @returns `null` when a trait that every such code must have is missing.
 * @see ANS, CDA-FO.xsl, template of the INS Datamatrix; the specification itself (GIE SESAM-Vitale) is not public.
 */
export function insDatamatrixText(traits: PatientTraits): string | null {
  const { ins, birthName, givenNames, sex, birthDate, birthPlaceCode } = traits;
  const date = /^(\d{4})(\d{2})(\d{2})/.exec(birthDate ?? '');
  if (ins === null || birthName === null || givenNames.length === 0 || sex === null || sex === 'U' || date === null) return null;
  return [
    prefix,
    `S1${ins.value.toUpperCase()}`,
    `S2${variable(ins.oid, 20)}`,
    `S3${variable(traitText(givenNames.join(' ')), 100)}`,
    `S4${variable(traitText(birthName), 100)}`,
    `S5${sex}`,
    `S6${date[3] ?? ''}-${date[2] ?? ''}-${date[1] ?? ''}`,
    ...(birthPlaceCode === null ? [] : [`S7${birthPlaceCode.toUpperCase()}`]),
  ].join('');
}

/** The INS Datamatrix as an image, `null` when the traits do not suffice. */
export async function insDatamatrix(traits: PatientTraits): Promise<PreparedImage | null> {
  const text = insDatamatrixText(traits);
  if (text === null) return null;
  // Loaded only here: the barcode library is the largest dependency of this package.
  // QUIRK: the module's named export `raw` is another function than the `raw` of its default export, and its declarations know no default.
  const barcodes = (await import('@bwip-js/generic')) as unknown as { readonly default: Pick<typeof import('@bwip-js/generic'), 'raw'> };
  const escaped = text.replaceAll('^', '^094').replaceAll(groupSeparator, '^029');
  const [symbol] = barcodes.default.raw({ bcid: 'datamatrix', text: escaped, parse: true }) as readonly {
    readonly pixx?: number;
    readonly pixy?: number;
    readonly pixs?: readonly number[];
  }[];
  const { pixx, pixy, pixs } = symbol ?? {};
  if (pixx === undefined || pixy === undefined || pixs === undefined) return null;
  const width = (pixx + 2 * quietZone) * pixelsPerModule;
  const height = (pixy + 2 * quietZone) * pixelsPerModule;
  const pixels = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < pixy * pixelsPerModule; y += 1) {
    for (let x = 0; x < pixx * pixelsPerModule; x += 1) {
      const isDark = pixs[Math.floor(y / pixelsPerModule) * pixx + Math.floor(x / pixelsPerModule)] === 1;
      if (isDark) pixels[(y + quietZone * pixelsPerModule) * width + x + quietZone * pixelsPerModule] = 0;
    }
  }
  return {
    width,
    height,
    orientation: [1, 0, 0, 1, 0, 0],
    data: deflateSync(pixels),
    dictionary: { Width: width, Height: height, BitsPerComponent: 8, ColorSpace: 'DeviceGray', Filter: 'FlateDecode' },
  };
}
