import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** ICC's sRGB2014 as pdfkit ships it: the output intent of every page of this package. */
function srgbProfile(): Uint8Array {
  const entry = createRequire(import.meta.url).resolve('pdfkit');
  return readFileSync(join(dirname(entry), 'data', 'sRGB_IEC61966_2_1.icc'));
}

const lineLength = 120;

/**
 * The prologue that makes Ghostscript's output PDF/A: an output intent with the sRGB profile, written into the program
 * itself so that no other file has to be readable for it.
 *
 * @see Ghostscript, lib/PDFA_def.ps; PDF Reference 1.4 §9.10.4.
 */
export function pdfaDefinition(): string {
  const hex = Buffer.from(srgbProfile())
    .toString('hex')
    .replaceAll(new RegExp(`.{${lineLength}}`, 'g'), '$&\n');
  return [
    '%!',
    '[ /_objdef {icc_PDFA} /type /stream /OBJ pdfmark',
    '[ {icc_PDFA} << /N 3 >> /PUT pdfmark',
    `[ {icc_PDFA} <${hex}> /PUT pdfmark`,
    '[ /_objdef {OutputIntent_PDFA} /type /dict /OBJ pdfmark',
    '[ {OutputIntent_PDFA} << /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile {icc_PDFA} /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) >> /PUT pdfmark',
    '[ {Catalog} << /OutputIntents [ {OutputIntent_PDFA} ] >> /PUT pdfmark',
    '',
  ].join('\n');
}
