/** What is read of one TrueType file: enough to measure text and to write a subset of it. */
export interface TrueTypeFont {
  readonly postscriptName: string;
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly xHeight: number;
  readonly bbox: readonly [number, number, number, number];
  readonly italicAngle: number;
  readonly fixedPitch: boolean;
  readonly glyphCount: number;
  /** Width of each glyph, in font units. */
  readonly advances: Uint16Array;
  /** The glyph of a code point, 0 when the font has none. */
  glyphOf(codePoint: number): number;
  /** The outline of a glyph, empty for a blank one. */
  outlineOf(glyph: number): Uint8Array;
  /** A table by its tag, `null` when absent. */
  table(tag: string): Uint8Array | null;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads a TrueType font once, so that a code point's glyph and a glyph's width are one array access each.
 *
 * The general reader inside pdfkit spends 9 ms on opening a face and most of a document's time on shaping. The faces
 * of this package are known, French needs no shaping, and a ligature would only hinder the extraction of text.
 *
 * Not for fonts from outside: sizes are trusted. `cmap` formats 4 and 12 are read; kerning and substitution are not.
 *
 * @throws RangeError when the bytes are no TrueType font.
 * @see OpenType 1.9, chapters cmap, head, hhea, hmtx, loca, OS/2, post.
 */
export function readTrueType(file: Uint8Array): TrueTypeFont {
  // A plain view: `slice` of a Node Buffer would share the font's memory instead of copying it.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const view = viewOf(bytes);
  const tables = new Map<string, Uint8Array>();
  for (let index = 0, count = view.getUint16(4); index < count; index += 1) {
    const at = 12 + 16 * index;
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const start = view.getUint32(at + 8);
    tables.set(tag, bytes.subarray(start, start + view.getUint32(at + 12)));
  }
  const need = (tag: string): DataView => {
    const table = tables.get(tag);
    if (table === undefined) throw new RangeError(`not a TrueType font: no table ${tag}`);
    return viewOf(table);
  };
  const head = need('head');
  const hhea = need('hhea');
  const os2 = need('OS/2');
  const post = need('post');
  const glyphCount = need('maxp').getUint16(4);
  const hasHeights = os2.getUint16(0) >= 2;
  const basic = new Uint16Array(0x10000);
  const astral = readCodePoints(need('cmap'), basic);
  const loca = need('loca');
  const longLoca = head.getInt16(50) === 1;
  const glyf = tables.get('glyf');
  if (glyf === undefined) throw new RangeError('not a TrueType font: no table glyf');
  const offsetOf = (glyph: number): number => (longLoca ? loca.getUint32(4 * glyph) : 2 * loca.getUint16(2 * glyph));
  return {
    postscriptName: readPostscriptName(need('name')),
    unitsPerEm: head.getUint16(18),
    ascent: hhea.getInt16(4),
    descent: hhea.getInt16(6),
    xHeight: hasHeights ? os2.getInt16(86) : 0,
    capHeight: hasHeights ? os2.getInt16(88) : hhea.getInt16(4),
    bbox: [head.getInt16(36), head.getInt16(38), head.getInt16(40), head.getInt16(42)],
    italicAngle: post.getInt32(4) / 65536,
    fixedPitch: post.getUint32(12) !== 0,
    glyphCount,
    advances: readAdvances(need('hmtx'), hhea.getUint16(34), glyphCount),
    glyphOf: (codePoint) => (codePoint < 0x10000 ? basic[codePoint] : astral.get(codePoint)) ?? 0,
    outlineOf: (glyph) => (glyph < glyphCount ? glyf.subarray(offsetOf(glyph), offsetOf(glyph + 1)) : glyf.subarray(0, 0)),
    table: (tag) => tables.get(tag) ?? null,
  };
}

function readAdvances(hmtx: DataView, metricCount: number, glyphCount: number): Uint16Array {
  const advances = new Uint16Array(glyphCount);
  for (let glyph = 0; glyph < glyphCount; glyph += 1) advances[glyph] = hmtx.getUint16(4 * Math.min(glyph, metricCount - 1));
  return advances;
}

/** Fills the table of the basic plane and returns the rest. */
function readCodePoints(cmap: DataView, basic: Uint16Array): Map<number, number> {
  const astral = new Map<number, number>();
  for (let index = 0, count = cmap.getUint16(2); index < count; index += 1) {
    const at = cmap.getUint32(8 + 8 * index);
    const format = cmap.getUint16(at);
    if (format === 4) readFormat4(cmap, at, basic);
    if (format === 12) readFormat12(cmap, at, basic, astral);
  }
  return astral;
}

function readFormat4(cmap: DataView, at: number, basic: Uint16Array): void {
  const twice = cmap.getUint16(at + 6);
  for (let segment = 0; segment < twice; segment += 2) {
    const end = cmap.getUint16(at + 14 + segment);
    const start = cmap.getUint16(at + 16 + twice + segment);
    const delta = cmap.getUint16(at + 16 + 2 * twice + segment);
    const rangeAt = at + 16 + 3 * twice + segment;
    const range = cmap.getUint16(rangeAt);
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      const raw = range === 0 ? code : cmap.getUint16(rangeAt + range + 2 * (code - start));
      basic[code] = raw === 0 && range !== 0 ? 0 : (raw + delta) & 0xffff;
    }
  }
}

function readFormat12(cmap: DataView, at: number, basic: Uint16Array, astral: Map<number, number>): void {
  for (let group = 0, count = cmap.getUint32(at + 12); group < count; group += 1) {
    const groupAt = at + 16 + 12 * group;
    const start = cmap.getUint32(groupAt);
    const end = cmap.getUint32(groupAt + 4);
    const glyph = cmap.getUint32(groupAt + 8);
    for (let code = start; code <= end; code += 1) {
      if (code < 0x10000) basic[code] = glyph + code - start;
      else astral.set(code, glyph + code - start);
    }
  }
}

function readPostscriptName(name: DataView): string {
  const strings = name.getUint16(4);
  for (let index = 0, count = name.getUint16(2); index < count; index += 1) {
    const at = 6 + 12 * index;
    if (name.getUint16(at) !== 3 || name.getUint16(at + 6) !== 6) continue;
    const start = strings + name.getUint16(at + 10);
    let text = '';
    for (let byte = 0; byte < name.getUint16(at + 8); byte += 2) text += String.fromCharCode(name.getUint16(start + byte));
    return text.replaceAll(/[^!-~]/g, '');
  }
  return 'Font';
}
