import { componentsOf, writeSubset } from '../font/subset.js';
import type { TrueTypeFont } from '../font/true-type.js';
import type { PdfObjects, PdfReference } from './pdfa-document.js';

/** A face as one document uses it: only the glyphs that the document shows are embedded. */
export interface EmbeddedFont {
  /** Key of the font in a page's resources. */
  readonly key: string;
  readonly reference: PdfReference;
  /** The text as hexadecimal glyph numbers. Every character must have a glyph. */
  encode(text: string): string;
  /** Writes the font; nothing can be encoded afterwards. */
  finish(): void;
}

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');

/**
 * A Type 0 font with identity encoding, embedded as a subset with its CIDSet and ToUnicode map.
 *
 * @see ISO 19005-1 §6.3.4 (embedding), §6.3.5 (subsets, CIDSet), §6.3.8 (Unicode maps); PDF Reference 1.4 §5.6.
 */
export function createEmbeddedFont(objects: PdfObjects, font: TrueTypeFont, index: number): EmbeddedFont {
  const reference = objects.ref({});
  const glyphs = [0];
  const unicode: string[] = [''];
  const numbers = new Map<number, number>();
  const codes: (string | undefined)[] = [];
  const add = (glyph: number, character: string): number => {
    const number = glyphs.length;
    glyphs.push(glyph);
    unicode.push(character);
    numbers.set(glyph, number);
    return number;
  };
  const encodeOne = (codePoint: number): string => {
    const glyph = font.glyphOf(codePoint);
    if (glyph === 0) throw new RangeError('a character without a glyph reached the page');
    const code = hex4(numbers.get(glyph) ?? add(glyph, String.fromCodePoint(codePoint)));
    codes[codePoint] = code;
    return code;
  };
  return {
    key: `F${index}`,
    reference,
    encode: (text) => {
      let encoded = '';
      for (let at = 0; at < text.length; at += 1) {
        let codePoint = text.charCodeAt(at);
        if (codePoint >= 0xd800 && codePoint < 0xdc00) codePoint = text.codePointAt(at++) ?? 0;
        encoded += codes[codePoint] ?? encodeOne(codePoint);
      }
      return encoded;
    },
    finish: () => {
      for (let at = 0; at < glyphs.length; at += 1) {
        for (const component of componentsOf(font, glyphs[at] ?? 0)) if (!numbers.has(component)) add(component, '');
      }
      writeFont(objects, reference, { font, glyphs, unicode, tag: tagOf(index) });
    },
  };
}

/** Six capitals that mark a subset, another for each face. */
const tagOf = (index: number): string => `MSSANT${String.fromCharCode(65 + index)}`.slice(-6);

interface Subset {
  readonly font: TrueTypeFont;
  readonly glyphs: readonly number[];
  readonly unicode: readonly string[];
  readonly tag: string;
}

function writeFont(objects: PdfObjects, reference: PdfReference, subset: Subset): void {
  const { font, glyphs } = subset;
  const scale = 1000 / font.unitsPerEm;
  const name = `${subset.tag}+${font.postscriptName}`;
  const file = writeSubset(font, glyphs);
  const cidSet = new Uint8Array(Math.ceil(glyphs.length / 8));
  for (let cid = 0; cid < glyphs.length; cid += 1) cidSet[cid >> 3] = (cidSet[cid >> 3] ?? 0) | (0x80 >> (cid & 7));
  const descriptor = objects.write({
    Type: 'FontDescriptor',
    FontName: name,
    // Bit 3, symbolic: the encoding is the font's own. Bit 1 fixed pitch, bit 7 italic.
    Flags: 4 | (font.fixedPitch ? 1 : 0) | (font.italicAngle === 0 ? 0 : 64),
    FontBBox: font.bbox.map((value) => Math.round(value * scale)),
    ItalicAngle: font.italicAngle,
    Ascent: Math.round(font.ascent * scale),
    Descent: Math.round(font.descent * scale),
    CapHeight: Math.round(font.capHeight * scale),
    StemV: 80,
    FontFile2: objects.writeStream({ Length1: file.length }, file),
    CIDSet: objects.writeStream({}, cidSet),
  });
  const descendant = objects.write({
    Type: 'Font',
    Subtype: 'CIDFontType2',
    BaseFont: name,
    CIDSystemInfo: { Registry: objects.text('Adobe'), Ordering: objects.text('Identity'), Supplement: 0 },
    FontDescriptor: descriptor,
    CIDToGIDMap: 'Identity',
    DW: 1000,
    W: [0, glyphs.map((glyph) => Math.round((font.advances[glyph] ?? 0) * scale * 1000) / 1000)],
  });
  Object.assign(reference.data, {
    Type: 'Font',
    Subtype: 'Type0',
    BaseFont: name,
    Encoding: 'Identity-H',
    DescendantFonts: [descendant],
    ToUnicode: objects.writeStream({}, toUnicodeMap(subset.unicode)),
  });
  reference.end();
}

/** @see Adobe Technical Note 5411: at most 100 entries a block. */
function toUnicodeMap(unicode: readonly string[]): Uint8Array {
  const entries = unicode.flatMap((text, cid) => (text === '' ? [] : [`<${hex4(cid)}> <${utf16Hex(text)}>`]));
  const blocks: string[] = [];
  for (let at = 0; at < entries.length; at += 100) {
    const block = entries.slice(at, at + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return new TextEncoder().encode(
    [
      '/CIDInit /ProcSet findresource begin',
      '12 dict begin',
      'begincmap',
      '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
      '/CMapName /Adobe-Identity-UCS def',
      '/CMapType 2 def',
      '1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange',
      ...blocks,
      'endcmap',
      'CMapName currentdict /CMap defineresource pop',
      'end\nend',
    ].join('\n'),
  );
}

const utf16Hex = (text: string): string => Array.from({ length: text.length }, (_, at) => hex4(text.charCodeAt(at))).join('');
