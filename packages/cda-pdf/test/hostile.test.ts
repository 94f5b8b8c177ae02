import { isMssError } from '@mss/core';
import type { CdaDocument, CdaMedia, NarrativeElement, NarrativeNode } from '@mss/cda';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { renderCdaPdf, type CdaPdf, type CdaPdfOptions } from '../src/index.js';
import { boxProblems } from './support/boxes.js';
import { readPdfPages, squeeze } from './support/pdf-text.js';
import { fixture, sampleCda } from './support/sample-cda.js';

const element = (
  name: NarrativeElement['name'],
  attributes: Readonly<Record<string, string>>,
  children: readonly NarrativeNode[],
): NarrativeElement => ({ kind: 'element', name, attributes, children });
const text = (value: string): NarrativeNode => ({ kind: 'text', value });

/** A document with this narrative, without going through XML and its limits. */
function documentOf(narrative: readonly NarrativeNode[], media: ReadonlyMap<string, CdaMedia> = new Map()): CdaDocument {
  const sample = sampleCda();
  if (sample.body.kind !== 'structured') throw new Error('not structured');
  const section = sample.body.sections[0];
  if (section === undefined) throw new Error('no section');
  return { ...sample, body: { kind: 'structured', sections: [{ ...section, text: narrative }], media } };
}

async function textOf(pdf: CdaPdf): Promise<string> {
  return squeeze(
    (await readPdfPages(pdf.bytes)).map((page) => page.items.flatMap((item) => (item.isArtifact ? [] : [item.text])).join('')).join(''),
  );
}

async function codeOf(document: CdaDocument, options: CdaPdfOptions = {}): Promise<string> {
  try {
    await renderCdaPdf(document, options);
  } catch (error) {
    return isMssError(error) ? error.code : 'not an MssError';
  }
  return 'rendered';
}

const row = (cells: readonly string[], attributes: Readonly<Record<string, string>> = {}): NarrativeElement =>
  element(
    'tr',
    {},
    cells.map((cell) => element('td', attributes, [text(cell)])),
  );
const table = (rows: readonly NarrativeElement[]): NarrativeElement => element('table', {}, [element('tbody', {}, rows)]);

describe('hostile narratives', () => {
  it('splits a table of 1,000 columns and loses no cell', async () => {
    const cells = Array.from({ length: 1000 }, (_, index) => `c${index}.`);
    const pdf = await renderCdaPdf(documentOf([table([row(cells)])]));
    const shown = await textOf(pdf);
    for (const cell of cells) expect(shown).toContain(cell);
    expect(pdf.unrendered.map((one) => one.code)).toEqual(['TABLE_SPLIT']);
    expect(boxProblems(await readPdfPages(pdf.bytes))).toEqual([]);
  });

  it('stops at pdfPages with its own code', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => row([`${index}`]));
    expect(await codeOf(documentOf([table(rows)]), { limits: { pdfPages: 20 } })).toBe('ERR_MSS_CDA_PDF_TOO_LARGE');
  });

  it('stops at pdfBytes with its own code', async () => {
    expect(await codeOf(documentOf([text('x')]), { limits: { pdfBytes: 2000 } })).toBe('ERR_MSS_CDA_PDF_TOO_LARGE');
  });

  it('breaks a word of 100,000 letters inside its column', async () => {
    const word = 'abcdefghij'.repeat(10_000);
    const pdf = await renderCdaPdf(documentOf([table([row([word, 'voisin'])])]));
    expect((await textOf(pdf)).match(/[a-j]{10}/g)?.length).toBeGreaterThanOrEqual(9_900);
    expect(boxProblems(await readPdfPages(pdf.bytes))).toEqual([]);
  });

  it.each([
    ['rowspan beyond the table', { rowspan: '999999' }],
    ['colspan beyond the table', { colspan: '999999' }],
    ['negative spans', { rowspan: '-3', colspan: '-1' }],
    ['spans that are no numbers', { rowspan: '1e9', colspan: 'deux' }],
    ['zero spans', { rowspan: '0', colspan: '0' }],
    ['huge digits', { rowspan: '9'.repeat(400), colspan: '9'.repeat(400) }],
  ])('reduces %s to what there is', async (_name, attributes) => {
    const pdf = await renderCdaPdf(
      documentOf([table([row(['un.', 'deux.'], attributes), row(['trois.', 'quatre.'], attributes), row(['cinq.'])])]),
    );
    const shown = await textOf(pdf);
    for (const cell of ['un.', 'deux.', 'trois.', 'quatre.', 'cinq.']) expect(shown).toContain(cell);
    expect(boxProblems(await readPdfPages(pdf.bytes))).toEqual([]);
  });

  it('shows the text of elements nested 20,000 deep', async () => {
    let nested: NarrativeNode = text('au fond');
    for (let depth = 0; depth < 20_000; depth += 1) nested = element('content', {}, [text('.'), nested]);
    const pdf = await renderCdaPdf(documentOf([nested]));
    expect(await textOf(pdf)).toContain('aufond');
    expect(pdf.unrendered.map((one) => one.code)).toEqual(['NESTING']);
  });

  it.each(['table', 'list'] as const)('shows the text of a %s in a %s, 100 deep, on the page', async (kind) => {
    let nested: NarrativeNode = text('au fond');
    for (let depth = 0; depth < 100; depth += 1) {
      nested =
        kind === 'list'
          ? element('list', {}, [element('item', {}, [text(`n${depth}.`), nested])])
          : table([element('tr', {}, [element('td', {}, [text(`n${depth}.`), nested])])]);
    }
    const pdf = await renderCdaPdf(documentOf([nested]));
    const shown = await textOf(pdf);
    expect(shown).toContain('aufond'.slice(0, 1));
    expect(shown.replaceAll('•', '')).toContain('n99.');
    expect(boxProblems(await readPdfPages(pdf.bytes)).filter((one) => one.kind === 'outside')).toEqual([]);
  });

  it('ends when a footnote holds a reference to itself', async () => {
    const note = element('footnote', { ID: 'n' }, [text('note'), element('footnoteRef', { IDREF: 'n' }, [])]);
    expect(await textOf(await renderCdaPdf(documentOf([text('x'), note])))).toContain('x[1][1]note[1]');
  });

  it('shows a media that refers to itself in its caption once', async () => {
    const self = element('renderMultiMedia', { referencedObject: 'a' }, [
      element('caption', {}, [element('renderMultiMedia', { referencedObject: 'a' }, [])]),
    ]);
    const bytes = fixture('rgb.png');
    const media = new Map([
      ['a', { id: 'a', declaredMediaType: null, mediaType: 'image/png', bytes: () => bytes, byteLength: bytes.length }],
    ]);
    expect((await renderCdaPdf(documentOf([self], media))).unrendered).toEqual([]);
  });

  it('keeps 2,000 empty titled sections on few pages', async () => {
    const sample = documentOf([]);
    if (sample.body.kind !== 'structured') throw new Error('not structured');
    const [section] = sample.body.sections;
    if (section === undefined) throw new Error('no section');
    const sections = Array.from({ length: 2000 }, (_, index) => ({ ...section, title: `Titre ${index}.`, text: null }));
    const pdf = await renderCdaPdf({ ...sample, body: { ...sample.body, sections } });
    expect(await textOf(pdf)).toContain('Titre1999.');
    expect(pdf.pages).toBeLessThan(120);
  });

  it('refuses an image that says to be larger than the limits before it inflates it', async () => {
    const bomb = Buffer.from(fixture('grey.png'));
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    const bytes = new Uint8Array(bomb);
    const media = new Map([
      ['a', { id: 'a', declaredMediaType: null, mediaType: 'image/png', bytes: () => bytes, byteLength: bytes.length }],
    ]);
    const pdf = await renderCdaPdf(documentOf([element('renderMultiMedia', { referencedObject: 'a' }, [])], media));
    expect(pdf.unrendered.map((one) => one.code)).toEqual(['MEDIA_UNREADABLE']);
  });

  it('refuses an image whose data unfold beyond its size', async () => {
    const png = Buffer.from(fixture('grey.png'));
    const at = png.indexOf('IDAT');
    const data = deflateSync(Buffer.alloc(50 * 1024 * 1024));
    const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from('IDAT'), data, Buffer.alloc(4)]);
    chunk.writeUInt32BE(data.length, 0);
    const bytes = new Uint8Array(Buffer.concat([png.subarray(0, at - 4), chunk, png.subarray(-12)]));
    const media = new Map([
      ['a', { id: 'a', declaredMediaType: null, mediaType: 'image/png', bytes: () => bytes, byteLength: bytes.length }],
    ]);
    const pdf = await renderCdaPdf(documentOf([element('renderMultiMedia', { referencedObject: 'a' }, [])], media));
    expect(pdf.unrendered.map((one) => one.code)).toEqual(['MEDIA_UNREADABLE']);
  });

  it('stops at the caller’s signal', async () => {
    expect(await codeOf(documentOf([text('x')]), { signal: AbortSignal.abort() })).toBe('ERR_MSS_CDA_PDF_ABORTED');
  });

  it('says nothing of the patient in errors', async () => {
    const rows = Array.from({ length: 500 }, () => row(['ROCHEBRUNE']));
    try {
      await renderCdaPdf(documentOf([table(rows)]), { limits: { pdfPages: 2 } });
      expect.unreachable();
    } catch (error) {
      expect(isMssError(error)).toBe(true);
      expect(JSON.stringify(error) + String(error)).not.toMatch(/ROCHEBRUNE|258038708599044/);
    }
  });
});
