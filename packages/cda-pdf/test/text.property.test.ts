import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createFontSet } from '../src/font/font-set.js';
import { columnExtents, columnWidths } from '../src/layout/table-columns.js';
import { resolveGrid } from '../src/layout/table-grid.js';
import type { TableCell } from '../src/layout/blocks.js';
import { fitToFaces, printableText } from '../src/text/characters.js';
import { breakLines } from '../src/text/lines.js';
import { faceOf, type TextStyle } from '../src/text/style.js';
import { measureText, widthOf } from '../src/text/words.js';
import { createUnrenderedReport } from '../src/unrendered.js';

const seed = 20260101;
const fonts = createFontSet();
const plain: TextStyle = { bold: false, italic: false, mono: false, underline: false, strike: false, size: 9, rise: 0, color: [0, 0, 0] };
const styles: readonly TextStyle[] = [
  plain,
  { ...plain, bold: true },
  { ...plain, italic: true, size: 7 },
  { ...plain, bold: true, italic: true, size: 16 },
];
const runs = fc.array(fc.record({ text: fc.string({ unit: 'binary', maxLength: 60 }), style: fc.constantFrom(...styles) }), {
  maxLength: 6,
});
const french = fc.array(
  fc.record({
    text: fc.string({ unit: fc.constantFrom(...Array.from('abcdeéàçœ ’-/,;.()0123456789 \u00A0\u202F')), maxLength: 80 }),
    style: fc.constantFrom(...styles),
  }),
  { maxLength: 6 },
);

const squeeze = (text: string): string => text.replaceAll(/[ \n]/g, '');

describe('text', () => {
  it('gets a glyph for every character, whatever the text', () => {
    fc.assert(
      fc.property(runs, (given) => {
        for (const one of given) {
          for (const { text, style } of fitToFaces(one, fonts, createUnrenderedReport())) {
            for (const character of text.replaceAll('\n', ''))
              expect(fonts.face(faceOf(style)).glyphOf(character.codePointAt(0) ?? 0)).toBeGreaterThan(0);
          }
        }
      }),
      { seed },
    );
  });

  it('is printable once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const printable = printableText(text);
        expect(printableText(printable)).toBe(printable);
      }),
      { seed },
    );
  });

  it('is whole after it was broken into lines, and no line is too wide', () => {
    fc.assert(
      fc.property(french, fc.double({ min: 20, max: 400, noNaN: true }), fc.constantFrom(1, 0.76), (given, width, scale) => {
        const report = createUnrenderedReport();
        const measured = measureText(given, fonts, report);
        const lines = breakLines(measured, width, { fonts, scale, emptyHeight: 10 });
        const expected = given.flatMap((one) => fitToFaces(one, fonts, report)).map((one) => one.text);
        expect(squeeze(lines.flatMap((line) => line.pieces.map((piece) => piece.text)).join(''))).toBe(squeeze(expected.join('')));
        for (const line of lines) {
          expect(line.width).toBeLessThanOrEqual(width + 0.5);
          const last = line.pieces.at(-1);
          if (last !== undefined) expect(last.x + last.width).toBeCloseTo(line.width, 3);
        }
      }),
      { seed },
    );
  });

  it('has the width that its pieces have in the font', () => {
    fc.assert(
      fc.property(french, (given) => {
        const lines = breakLines(measureText(given, fonts, createUnrenderedReport()), 10_000, { fonts, scale: 1, emptyHeight: 10 });
        for (const { pieces } of lines)
          for (const { text, style, width } of pieces) expect(width).toBeCloseTo(widthOf(text, fonts.face(faceOf(style)), style.size), 6);
      }),
      { seed },
    );
  });
});

describe('tables', () => {
  const cell = fc
    .record({
      colSpan: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(1000)),
      rowSpan: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Infinity)),
    })
    .map((spans): TableCell => ({ blocks: [], isHeader: false, verticalAlign: 'top', fill: null, ...spans }));
  const groups = fc.array(fc.array(fc.record({ cells: fc.array(cell, { maxLength: 6 }) }), { maxLength: 6 }), { maxLength: 3 });

  it('places every cell once, inside its group and beside the others', () => {
    fc.assert(
      fc.property(groups, (given) => {
        const grid = resolveGrid(given);
        expect(grid.rows.map((row) => row.length)).toEqual(given.flat().map((row) => row.cells.length));
        const taken = new Set<string>();
        for (const row of grid.rows) {
          for (const one of row) {
            expect(one.column + one.colSpan).toBeLessThanOrEqual(grid.columnCount);
            expect(one.row + one.rowSpan).toBeLessThanOrEqual(grid.rows.length);
            for (let y = one.row; y < one.row + one.rowSpan; y += 1) {
              for (let x = one.column; x < one.column + one.colSpan; x += 1) {
                expect(taken.has(`${x} ${y}`)).toBe(false);
                taken.add(`${x} ${y}`);
              }
            }
          }
        }
      }),
      { seed },
    );
  });

  it('divides the whole width among the columns, each at least as wide as its longest word when there is room', () => {
    const demand = fc.record({
      column: fc.integer({ min: 0, max: 5 }),
      colSpan: fc.integer({ min: 1, max: 6 }),
      min: fc.integer({ min: 0, max: 80 }),
      more: fc.integer({ min: 0, max: 300 }),
    });
    const wish = fc.oneof(
      fc.constant(null),
      fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ fixed: fc.integer({ min: 5, max: 60 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(demand, { maxLength: 20 }),
        fc.array(wish, { maxLength: 6 }),
        fc.integer({ min: 100, max: 800 }),
        (given, wishes, width) => {
          const demands = given.map(({ more, ...one }) => ({
            ...one,
            colSpan: Math.min(one.colSpan, 6 - one.column),
            max: one.min + more,
          }));
          const extents = columnExtents(6, demands, wishes);
          const widths = columnWidths(extents, width, wishes);
          expect(widths.reduce((sum, one) => sum + one, 0)).toBeCloseTo(width, 3);
          for (const one of widths) expect(one).toBeGreaterThanOrEqual(0);
          if (extents.sumMin <= width)
            for (const [column, one] of widths.entries()) expect(one).toBeGreaterThanOrEqual((extents.min[column] ?? 0) - 0.001);
        },
      ),
      { seed },
    );
  });
});
