import { PDFArray, PDFDict, PDFName, PDFNumber, PDFStream } from '@cantoo/pdf-lib';
import { readCda } from '@mss/cda';
import { describe, expect, it } from 'vitest';

import { createCdaPdfRenderer, inspectPdf, renderCdaPdf } from '../src/index.js';
import { contentsOf, nodesOf, openObjects, structureOf, xmpOf } from './support/pdf-objects.js';
import { sampleCda, sampleXml } from './support/sample-cda.js';

const name = (text: string): PDFName => PDFName.of(text);

describe('PDF/A-1a [ISO 19005-1]', () => {
  it('is PDF 1.4, tagged, in French, with the claim of conformance A and an sRGB output intent', async () => {
    const pdf = await renderCdaPdf(sampleCda({ narrative: 'é' }));
    expect(pdf.conformance).toBe('PDF/A-1a');
    expect(Buffer.from(pdf.bytes.subarray(0, 8)).toString('latin1')).toBe('%PDF-1.4');
    const document = await openObjects(pdf.bytes);
    const { catalog } = document;
    expect(catalog.lookup(name('MarkInfo'), PDFDict).lookup(name('Marked'))?.toString()).toBe('true');
    expect(catalog.lookup(name('Lang'))?.toString()).toBe('(fr-FR)');
    expect(catalog.lookup(name('StructTreeRoot'), PDFDict).has(name('ParentTree'))).toBe(true);
    const xmp = xmpOf(document);
    expect(xmp).toMatch(/<pdfaid:part>1<\/pdfaid:part>\s*<pdfaid:conformance>A<\/pdfaid:conformance>/);
    const intent = document.context.lookup(catalog.lookup(name('OutputIntents'), PDFArray).get(0), PDFDict);
    expect(intent.lookup(name('DestOutputProfile'), PDFStream).dict.lookup(name('N'), PDFNumber).asNumber()).toBe(3);
    expect((await inspectPdf(pdf.bytes)).problems).toEqual([]);
  });

  it('marks all content: what is no content of a node is decoration', async () => {
    const { bytes } = await renderCdaPdf(sampleCda({ narrative: 'texte <list><item>un</item></list>' }));
    for (const content of contentsOf(await openObjects(bytes))) {
      let depth = 0;
      for (const line of content.split('\n')) {
        if (/ BDC$|^\/Artifact BMC$/.test(line) || line === '>> BDC') depth += 1;
        if (depth === 0) expect(line).not.toMatch(/Tj|re f|\bDo\b|^S$/);
        if (line === 'EMC') depth -= 1;
      }
      expect(depth).toBe(0);
    }
  });

  it('has one heading for the title and headings for sections in their order', async () => {
    const { bytes } = await renderCdaPdf(sampleCda({ narrative: ['a', 'b'] }));
    const outline = structureOf(await openObjects(bytes));
    expect(outline.map((node) => node.type)).toEqual(['Document']);
    expect(nodesOf(outline, 'H1')).toHaveLength(1);
    // Two sections and the annex.
    expect(nodesOf(outline, 'H2')).toHaveLength(3);
  });

  it('embeds every face as a subset with a complete CIDSet, and no glyph is missing', async () => {
    const { bytes } = await renderCdaPdf(
      sampleCda({ narrative: 'À é œ Ÿ € ≥ µ ☑ → \u{1F600} 漢 <content styleCode="Bold">gras ☐</content>' }),
    );
    const document = await openObjects(bytes);
    const descriptors = document.context
      .enumerateIndirectObjects()
      .map(([, object]) => object)
      .filter((object): object is PDFDict => object instanceof PDFDict && object.lookup(name('Type')) === name('FontDescriptor'));
    expect(descriptors.length).toBeGreaterThanOrEqual(2);
    for (const descriptor of descriptors) {
      expect(descriptor.lookup(name('FontName'))?.toString()).toMatch(/^\/[A-Z]{6}\+DejaVu/);
      expect(descriptor.lookup(name('FontFile2'), PDFStream).dict.has(name('Length1'))).toBe(true);
      expect(descriptor.lookup(name('CIDSet'))).toBeInstanceOf(PDFStream);
    }
    for (const content of contentsOf(document)) {
      const codes = [...content.matchAll(/<([0-9A-F]+)> Tj/g)].flatMap((match) => match[1]?.match(/.{4}/g) ?? []);
      expect(codes.length).toBeGreaterThan(0);
      expect(codes).not.toContain('0000');
    }
  });

  it('reports characters without a glyph and shows U+FFFD in their place', async () => {
    const { unrendered } = await renderCdaPdf(sampleCda({ narrative: ['漢', 'שלום', 'ﬁn ℡ Ａ'] }));
    expect(unrendered.map((one) => `${one.code} ${one.where}`)).toEqual(['GLYPH_MISSING section 1', 'TEXT_DIRECTION section 2']);
  });
});

describe('PDF/A-1b by option', () => {
  it('is the same document without structure', async () => {
    const pdf = await renderCdaPdf(sampleCda(), { conformance: '1b' });
    expect(pdf.conformance).toBe('PDF/A-1b');
    const document = await openObjects(pdf.bytes);
    expect(document.catalog.has(name('StructTreeRoot'))).toBe(false);
    expect(xmpOf(document)).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    expect(contentsOf(document).join('')).not.toContain('BDC');
    expect((await inspectPdf(pdf.bytes)).problems).toEqual([]);
  });
});

describe('metadata', () => {
  const title = 'Bilan « A & B » <script>x</script> ]]> "fin"';

  it('says the title in the information dictionary and, escaped, in XMP', async () => {
    const document = await openObjects((await renderCdaPdf(sampleCda({ title }))).bytes);
    expect(document.getTitle()).toBe(title);
    const xmp = xmpOf(document);
    expect(xmp).not.toContain('<script>');
    const written = /<dc:title>.*?<rdf:li xml:lang="x-default">(.*?)<\/rdf:li>/s.exec(xmp)?.[1] ?? '';
    const decoded = written.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    expect(decoded).toBe(title);
  });

  it('takes its date from the document, never from the clock', async () => {
    const dated = await openObjects((await renderCdaPdf(sampleCda({ effectiveTime: '20250618141500+0200' }))).bytes);
    expect(dated.getCreationDate()?.toISOString()).toBe('2025-06-18T12:15:00.000Z');
    const dayOnly = await openObjects((await renderCdaPdf(sampleCda({ effectiveTime: '20250618' }))).bytes);
    expect(dayOnly.getCreationDate()?.toISOString()).toBe('2025-06-18T00:00:00.000Z');
    const impossible = await openObjects((await renderCdaPdf(sampleCda({ effectiveTime: '20259918' }))).bytes);
    expect(impossible.getCreationDate()?.getTime()).toBe(0);
    const given = new Date('2026-01-02T03:04:05Z');
    const chosen = await openObjects((await renderCdaPdf(sampleCda(), { createdAt: given })).bytes);
    expect(chosen.getCreationDate()).toEqual(given);
  });
});

describe('determinism', () => {
  it('gives the same bytes for the same document, whatever was rendered before', async () => {
    const xml = sampleXml({ narrative: 'a <content styleCode="Bold">b</content>' });
    const first = await renderCdaPdf(readCda(xml).value);
    await renderCdaPdf(sampleCda({ narrative: 'tout autre chose, avec æ et ß' }));
    const second = await renderCdaPdf(readCda(xml).value);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    const elsewhere = await createCdaPdfRenderer().render(readCda(xml).value);
    expect(Buffer.compare(first.bytes, elsewhere.bytes)).toBe(0);
  });

  it('gives another file identifier for another document', async () => {
    const idOf = async (narrative: string): Promise<string> =>
      /\/ID \[(.*?)\]/s.exec(Buffer.from((await renderCdaPdf(sampleCda({ narrative }))).bytes).toString('latin1'))?.[1] ?? '';
    expect(await idOf('a')).not.toBe(await idOf('b'));
  });
});

describe('identity', () => {
  it('flags test identities and those without INS', async () => {
    const { pdfText } = await import('./support/pdf-text.js');
    const real = await pdfText((await renderCdaPdf(sampleCda())).bytes);
    expect(real).toContain('MatriculeINS(INS-NIR)258038708599044');
    expect(real).not.toContain('IDENTITÉDETEST');
    const test = await pdfText((await renderCdaPdf(sampleCda({ insOid: '1.2.250.1.213.1.4.10' }))).bytes);
    expect(test).toContain('IDENTITÉDETEST');
    const none = await pdfText((await renderCdaPdf(sampleCda({ insOid: '1.2.3.4' }))).bytes);
    expect(none).toContain('IdentitésansmatriculeINS');
  });

  it('leaves lunar dates as they are', async () => {
    const { pdfText } = await import('./support/pdf-text.js');
    expect(await pdfText((await renderCdaPdf(sampleCda({ birthTime: '19583300' }))).bytes)).toContain('00/33/1958');
  });
});
