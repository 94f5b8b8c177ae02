import type { FontSet } from '../font/font-set.js';
import type { TrueTypeFont } from '../font/true-type.js';
import type { UnrenderedReport } from '../unrendered.js';
import { faceOf, type Run } from './style.js';

/** What stands for a character that no face has. */
const replacement = '\u{FFFD}';

/**
 * QUIRK: windows-1252 read as ISO-8859-1 leaves C1 controls where the author typed these; no text wants the controls.
 *
 * @see WHATWG Encoding, index windows-1252.
 */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const onlyBasic = /^[\n\u0020-\u007E]*$/;
/** Controls, invisible joiners and marks, variation selectors, byte order mark, non-characters and lone surrogates. */
const invisible = /[\p{Cc}\p{Cs}\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\p{Variation_Selector}\uFEFF\uFFFE\uFFFF]/gu;
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

/**
 * The same text in characters that a page can show: composed (NFC), without controls and invisible marks, tabs as
 * spaces, line and paragraph separators as line feeds, C1 controls as what windows-1252 means by them.
 */
export function printableText(text: string): string {
  if (onlyBasic.test(text)) return text;
  return text
    .normalize('NFC')
    .replaceAll(/[\u0080-\u009F]/g, (control) => windows1252[control.charCodeAt(0) - 0x80] ?? '')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(invisible, (mark) => (mark === '\n' ? mark : ''));
}

/**
 * Divides a run so that every character has a glyph in the face of its run.
 *
 * A character that the face lacks is taken from the regular face, then by its compatibility decomposition, and at last
 * shown as U+FFFD and reported: a missing glyph (.notdef) is forbidden in PDF/A-1 and would lose the text silently.
 */
export function fitToFaces(run: Run, fonts: FontSet, report: UnrenderedReport): readonly Run[] {
  const text = printableText(run.text);
  if (onlyBasic.test(text)) return text === run.text ? [run] : [{ text, style: run.style }];
  if (rightToLeft.test(text)) report.add('TEXT_DIRECTION');
  const face = fonts.face(faceOf(run.style));
  const plainStyle = { ...run.style, bold: false, italic: false, mono: false };
  const runs: Run[] = [];
  let open = '';
  let openIsPlain = false;
  const append = (shown: string, isPlain: boolean): void => {
    if (isPlain !== openIsPlain && open !== '') {
      runs.push({ text: open, style: openIsPlain ? plainStyle : run.style });
      open = '';
    }
    openIsPlain = isPlain;
    open += shown;
  };
  for (const character of text) {
    if (character === '\n' || hasGlyph(face, character)) append(character, false);
    else append(substitute(character, fonts.face('regular'), report), true);
  }
  if (open !== '') runs.push({ text: open, style: openIsPlain ? plainStyle : run.style });
  return runs;
}

const hasGlyph = (face: TrueTypeFont, character: string): boolean => face.glyphOf(character.codePointAt(0) ?? 0) !== 0;

/** What the regular face can show for a character that another face lacks. */
function substitute(character: string, regular: TrueTypeFont, report: UnrenderedReport): string {
  if (hasGlyph(regular, character)) return character;
  const decomposed = character.normalize('NFKD');
  if (decomposed !== character && Array.from(decomposed).every((one) => hasGlyph(regular, one))) return decomposed;
  report.add('GLYPH_MISSING');
  return replacement;
}
