import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { readTrueType, type TrueTypeFont } from './true-type.js';

/** The faces a document may use. */
export type FaceName = 'regular' | 'bold' | 'italic' | 'boldItalic' | 'mono';

/** All faces in a fixed order. */
export const faceNames: readonly FaceName[] = Object.freeze(['regular', 'bold', 'italic', 'boldItalic', 'mono']);

/** File of each face in the npm package `dejavu-fonts-ttf`. */
const fileNames: Readonly<Record<FaceName, string>> = Object.freeze({
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
  italic: 'DejaVuSansCondensed-Oblique.ttf',
  boldItalic: 'DejaVuSansCondensed-BoldOblique.ttf',
  mono: 'DejaVuSansMono.ttf',
});

/** Gives the bytes of a font file by its name, for hosts that are bundled into one file. */
export type FontReader = (fileName: string) => Uint8Array;

/** The faces, each read and parsed at its first use and then kept. Nothing of a document is kept. */
export interface FontSet {
  face(name: FaceName): TrueTypeFont;
}

function readFromPackage(fileName: string): Uint8Array {
  return readFileSync(createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${fileName}`));
}

/** A set of faces whose bytes come from `read`, by default from the npm package `dejavu-fonts-ttf`. */
export function createFontSet(read: FontReader = readFromPackage): FontSet {
  const faces = new Map<FaceName, TrueTypeFont>();
  return {
    face: (name) => {
      let face = faces.get(name);
      if (face === undefined) faces.set(name, (face = readTrueType(read(fileNames[name]))));
      return face;
    },
  };
}
