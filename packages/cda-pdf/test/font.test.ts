import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { createFontSet, faceNames } from '../src/font/font-set.js';
import { componentsOf, writeSubset } from '../src/font/subset.js';
import { readTrueType } from '../src/font/true-type.js';

const file = (): Buffer => readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'));

describe('faces', () => {
  it('have all characters of French documents', () => {
    const fonts = createFontSet();
    const french = 'ABCÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸabcàâäæçéèêëîïôöœùûüÿ0123456789 \u00A0\u202F\u2011«»’‘“”–—…€°µ²³±×÷≤≥≠<>%‰§½¼Ωαβγδ←→↑↓☐☑✓•\uFFFD';
    for (const name of faceNames) {
      const face = fonts.face(name);
      for (const character of name === 'mono' ? french.replace('✓', '') : french)
        expect(face.glyphOf(character.codePointAt(0) ?? 0), `${name} ${character}`).toBeGreaterThan(0);
    }
  });

  it('are read once, from where the host says', () => {
    const asked: string[] = [];
    const fonts = createFontSet((name) => {
      asked.push(name);
      return file();
    });
    expect(fonts.face('bold')).toBe(fonts.face('bold'));
    expect(asked).toEqual(['DejaVuSansCondensed-Bold.ttf']);
  });

  it('refuse what is no TrueType font', () => {
    expect(() => readTrueType(new Uint8Array(64))).toThrow(RangeError);
  });
});

describe('subsets [PDF Reference 1.4 §5.8]', () => {
  it('hold the outlines and widths of their glyphs, composites pointing to their parts, and leave the font as it was', () => {
    const bytes = file();
    const before = Buffer.from(bytes);
    const font = readTrueType(bytes);
    const eacute = font.glyphOf(0xe9);
    const parts = componentsOf(font, eacute);
    expect(parts.length).toBe(2);
    const glyphs = [0, eacute, font.glyphOf(0x41), ...parts];
    const written = writeSubset(font, glyphs);
    expect(Buffer.compare(bytes, before)).toBe(0);
    expect(Buffer.compare(Buffer.from(written), Buffer.from(writeSubset(font, glyphs)))).toBe(0);

    const view = new DataView(written.buffer);
    const table = (tag: string): Uint8Array => {
      for (let index = 0; index < view.getUint16(4); index += 1) {
        const at = 12 + 16 * index;
        if (Buffer.from(written.subarray(at, at + 4)).toString('latin1') === tag)
          return written.subarray(view.getUint32(at + 8), view.getUint32(at + 8) + view.getUint32(at + 12));
      }
      throw new Error(`no table ${tag}`);
    };
    const loca = table('loca');
    const locaView = new DataView(loca.buffer, loca.byteOffset, loca.byteLength);
    const glyf = table('glyf');
    const outline = (glyph: number): Uint8Array => glyf.subarray(locaView.getUint32(4 * glyph), locaView.getUint32(4 * glyph + 4));
    // Simple glyphs byte for byte, but for the padding.
    for (const [index, glyph] of glyphs.entries()) {
      if (glyph === eacute) continue;
      const original = font.outlineOf(glyph);
      expect(Buffer.compare(outline(index).subarray(0, original.length), original)).toBe(0);
    }
    const composite = outline(1);
    expect(new DataView(composite.buffer, composite.byteOffset).getUint16(12)).toBe(3);
    const hmtx = table('hmtx');
    expect(new DataView(hmtx.buffer, hmtx.byteOffset).getUint16(4)).toBe(font.advances[eacute]);
    // The checksum of the whole file (OpenType, head.checksumAdjustment).
    let sum = 0;
    for (let at = 0; at < written.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
    expect(sum).toBe(0xb1b0afba);
  });
});
