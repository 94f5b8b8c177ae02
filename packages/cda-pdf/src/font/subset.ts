import type { TrueTypeFont } from './true-type.js';

/** Flags of one component of a composite glyph. */
const argumentsAreWords = 0x0001;
const hasScale = 0x0008;
const moreComponents = 0x0020;
const hasTwoScales = 0x0040;
const hasMatrix = 0x0080;

/** Calls back with the place and the glyph of each component of a composite outline. */
function eachComponent(outline: Uint8Array, visit: (at: number, glyph: number) => void): void {
  if (outline.length < 12) return;
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  if (view.getInt16(0) >= 0) return;
  let at = 10;
  let flags = moreComponents;
  while ((flags & moreComponents) !== 0) {
    flags = view.getUint16(at);
    visit(at + 2, view.getUint16(at + 2));
    at += (flags & argumentsAreWords) === 0 ? 6 : 8;
    if ((flags & hasScale) !== 0) at += 2;
    else if ((flags & hasTwoScales) !== 0) at += 4;
    else if ((flags & hasMatrix) !== 0) at += 8;
  }
}

/** The glyphs of which a glyph is made, directly. */
export function componentsOf(font: TrueTypeFont, glyph: number): readonly number[] {
  const found: number[] = [];
  eachComponent(font.outlineOf(glyph), (_at, component) => found.push(component));
  return found;
}

function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

const padded = (length: number): number => (length + 3) & ~3;

/**
 * A TrueType font of only these glyphs, numbered by their place in the list.
 *
 * The list must begin with glyph 0 and hold the components of every composite glyph in it. Hinting tables are kept
 * whole, so that small text looks on screen as the designer meant it.
 *
 * @see ISO 32000-1 §9.9 for the tables that an embedded TrueType font needs.
 */
export function writeSubset(font: TrueTypeFont, glyphs: readonly number[]): Uint8Array {
  const newNumber = new Map(glyphs.map((glyph, index) => [glyph, index]));
  const outlines = glyphs.map((glyph) => {
    const outline = font.outlineOf(glyph).slice();
    const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
    eachComponent(outline, (at, component) => view.setUint16(at, newNumber.get(component) ?? 0));
    return outline;
  });
  const loca = new Uint8Array(4 * (glyphs.length + 1));
  const locaView = new DataView(loca.buffer);
  let size = 0;
  for (const [index, outline] of outlines.entries()) {
    size += padded(outline.length);
    locaView.setUint32(4 * (index + 1), size);
  }
  const glyf = new Uint8Array(size);
  let at = 0;
  for (const outline of outlines) {
    glyf.set(outline, at);
    at += padded(outline.length);
  }
  return assemble([
    ['cvt ', font.table('cvt ')],
    ['fpgm', font.table('fpgm')],
    ['glyf', glyf],
    ['head', patched(font.table('head'), (view) => (view.setUint32(8, 0), view.setInt16(50, 1)))],
    ['hhea', patched(font.table('hhea'), (view) => view.setUint16(34, glyphs.length))],
    ['hmtx', writeMetrics(font, glyphs)],
    ['loca', loca],
    ['maxp', patched(font.table('maxp'), (view) => view.setUint16(4, glyphs.length))],
    ['prep', font.table('prep')],
  ]);
}

function patched(table: Uint8Array | null, patch: (view: DataView) => void): Uint8Array {
  const copy = (table ?? new Uint8Array(54)).slice();
  patch(new DataView(copy.buffer, copy.byteOffset, copy.byteLength));
  return copy;
}

function writeMetrics(font: TrueTypeFont, glyphs: readonly number[]): Uint8Array {
  const metrics = new Uint8Array(4 * glyphs.length);
  const view = new DataView(metrics.buffer);
  for (const [index, glyph] of glyphs.entries()) {
    const outline = font.outlineOf(glyph);
    const leftBearing = outline.length < 4 ? 0 : new DataView(outline.buffer, outline.byteOffset).getInt16(2);
    view.setUint16(4 * index, font.advances[glyph] ?? 0);
    view.setInt16(4 * index + 2, leftBearing);
  }
  return metrics;
}

function assemble(candidates: readonly (readonly [string, Uint8Array | null])[]): Uint8Array {
  const tables = candidates.filter((one): one is readonly [string, Uint8Array] => one[1] !== null);
  const directory = 12 + 16 * tables.length;
  const file = new Uint8Array(tables.reduce((sum, [, table]) => sum + padded(table.length), directory));
  const view = new DataView(file.buffer);
  const log2 = Math.floor(Math.log2(tables.length));
  view.setUint32(0, 0x00010000);
  view.setUint16(4, tables.length);
  view.setUint16(6, 16 * 2 ** log2);
  view.setUint16(8, log2);
  view.setUint16(10, 16 * (tables.length - 2 ** log2));
  let offset = directory;
  let headAt = 0;
  for (const [index, [tag, table]] of tables.entries()) {
    file.set(table, offset);
    const entry = 12 + 16 * index;
    for (let letter = 0; letter < 4; letter += 1) view.setUint8(entry + letter, tag.charCodeAt(letter));
    view.setUint32(entry + 4, checksum(file.subarray(offset, offset + padded(table.length))));
    view.setUint32(entry + 8, offset);
    view.setUint32(entry + 12, table.length);
    if (tag === 'head') headAt = offset;
    offset += padded(table.length);
  }
  view.setUint32(headAt + 8, (0xb1b0afba - checksum(file)) >>> 0);
  return file;
}
