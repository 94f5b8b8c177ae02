import { isMssError } from '@mss/core';
import { describe, expect, it } from 'vitest';

import { inspectPdf, joinCdaPdfs, renderCdaPdf, type CdaPdfOptions } from '../src/index.js';
import { compressedObjectsPdf, ordinaryPdf } from './support/other-pdf.js';
import { openObjects, xmpOf } from './support/pdf-objects.js';
import { readPdfPages, squeeze } from './support/pdf-text.js';
import { fixture, sampleCda } from './support/sample-cda.js';

const pdfType = 'application/pdf';
const embed = (bytes: Uint8Array, mediaType: string = pdfType): ReturnType<typeof sampleCda> =>
  sampleCda({ embedded: { mediaType, bytes } });

/** A PDF/A-1b of another document, to stand inside a level 1 document. */
async function pdfaInside(): Promise<Uint8Array> {
  return (await renderCdaPdf(sampleCda({ title: 'Compte rendu embarqué', narrative: 'corps embarqué' }), { conformance: '1b' })).bytes;
}

async function refusal(
  bytes: Uint8Array,
  mediaType: string = pdfType,
  options: CdaPdfOptions = {},
): Promise<{ readonly code: string; readonly details: unknown; readonly requirement: unknown }> {
  try {
    await renderCdaPdf(embed(bytes, mediaType), options);
  } catch (error) {
    if (isMssError(error)) return { code: error.code, details: error.details, requirement: error.requirement };
    throw error;
  }
  throw new Error('rendered');
}

async function textPages(bytes: Uint8Array): Promise<readonly string[]> {
  return (await readPdfPages(bytes)).map((page) => squeeze(page.items.map((item) => item.text).join('')));
}

describe('level 1 with a PDF [ECO.2.1.5]', () => {
  it('puts the header before the embedded pages and counts them all', async () => {
    const pdf = await renderCdaPdf(embed(await pdfaInside()));
    const pages = await textPages(pdf.bytes);
    expect(pdf.conformance).toBe('PDF/A-1b');
    expect(pages).toHaveLength(pdf.pages);
    expect(pages[0]).toContain('ROCHEBRUNE');
    expect(pages[0]).toContain(`Page1/${pdf.pages}`);
    expect(pages[0]).toContain('Lecontenududocument(1page)suitcesinformations.');
    expect(pages.at(-1)).toContain('corpsembarqué');
    const document = await openObjects(pdf.bytes);
    expect(document.getTitle()).toBe('Compte rendu de consultation');
    expect(xmpOf(document)).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    expect((await inspectPdf(pdf.bytes)).problems).toEqual([]);
  });

  it('gives the embedded PDF itself, byte for byte, under ref2-1.0.1', async () => {
    const inside = await pdfaInside();
    const pdf = await renderCdaPdf(embed(inside), { profile: 'ref2-1.0.1' });
    expect(Buffer.compare(pdf.bytes, inside)).toBe(0);
    const chosen = await renderCdaPdf(embed(inside), { level1: 'embedded' });
    expect(Buffer.compare(chosen.bytes, inside)).toBe(0);
  });

  it('is deterministic', async () => {
    const document = embed(await pdfaInside());
    expect(Buffer.compare((await renderCdaPdf(document)).bytes, (await renderCdaPdf(document)).bytes)).toBe(0);
  });

  it.each(['header-and-embedded', 'embedded'] as const)('refuses a PDF that is not PDF/A-1 without a converter (%s)', async (level1) => {
    const refused = await refusal(await ordinaryPdf(), pdfType, { level1 });
    expect(refused.code).toBe('ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA');
    expect(refused.requirement).toBe('ECO.2.1.5');
    expect(refused.details).toEqual({ problems: ['FONT_NOT_EMBEDDED', 'NO_OUTPUT_INTENT', 'NO_PDFA1_CLAIM'] });
  });

  it('takes what a converter makes of it, once it has been checked', async () => {
    const converted = await pdfaInside();
    const given: number[] = [];
    const convertEmbedded = async (pdf: Uint8Array): Promise<Uint8Array> => {
      given.push(pdf.length);
      return converted;
    };
    const ordinary = await ordinaryPdf();
    const pdf = await renderCdaPdf(embed(ordinary), { convertEmbedded });
    expect(given).toEqual([ordinary.length]);
    expect((await textPages(pdf.bytes)).at(-1)).toContain('corpsembarqué');
    const alone = await renderCdaPdf(embed(ordinary), { convertEmbedded, level1: 'embedded' });
    expect(alone.pages).toBe(1);
    expect((await openObjects(alone.bytes)).getTitle()).toBe('Compte rendu de consultation');
  });

  it('does not call the converter for a PDF/A-1', async () => {
    const pdf = await renderCdaPdf(embed(await pdfaInside()), { convertEmbedded: () => Promise.reject(new Error('called')) });
    expect(pdf.pages).toBeGreaterThan(1);
  });

  it('refuses what a converter makes when that is no PDF/A-1 either', async () => {
    for (const convertEmbedded of [async () => ordinaryPdf(), async () => new Uint8Array(10)]) {
      expect((await refusal(await ordinaryPdf(), pdfType, { convertEmbedded })).code).toBe('ERR_MSS_CDA_PDF_CONVERSION_FAILED');
    }
  });

  it.each([
    ['encrypted', async () => ordinaryPdf({ userPassword: 'secret' }), 'ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED'],
    ['truncated', async () => (await ordinaryPdf()).slice(0, 300), 'ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE'],
    ['no PDF but its first bytes', async () => new TextEncoder().encode('%PDF-1.4\nrien'), 'ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE'],
    ['with objects in streams', async () => compressedObjectsPdf(), 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA'],
    ['with objects in streams under an escaped name', async () => compressedObjectsPdf('#4fbj#53tm'), 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA'],
  ])('refuses a PDF that is %s', async (_name, make, code) => {
    expect((await refusal(await make())).code).toBe(code);
  });

  it('refuses a PDF over pdfBytes or pdfPages', async () => {
    const inside = await pdfaInside();
    expect(await refusal(inside, pdfType, { limits: { pdfBytes: 5000 } })).toMatchObject({
      code: 'ERR_MSS_CDA_PDF_EMBEDDED_LIMIT',
      details: { limit: 'pdfBytes' },
    });
    expect(await refusal(await ordinaryPdf({ pages: 12 }), pdfType, { limits: { pdfPages: 10 } })).toMatchObject({
      code: 'ERR_MSS_CDA_PDF_EMBEDDED_LIMIT',
      details: { limit: 'pdfPages' },
    });
    expect((await refusal(inside, pdfType, { limits: { pdfPages: 1 } })).code).toBe('ERR_MSS_CDA_PDF_TOO_LARGE');
  });

  it('refuses to promise 1a', async () => {
    expect((await refusal(await pdfaInside(), pdfType, { conformance: '1a' })).code).toBe('ERR_MSS_CDA_PDF_CONFORMANCE');
  });
});

describe('level 1 with another body', () => {
  it('sets a text as it was typed, in any encoding', async () => {
    const text = 'Patient :\tDupré\r\n   retrait\r\n\r\nfin';
    for (const bytes of [
      new TextEncoder().encode(text),
      new Uint8Array(Buffer.from(text, 'latin1')),
      new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le')),
    ]) {
      const pdf = await renderCdaPdf(embed(bytes, 'text/plain'));
      expect((await textPages(pdf.bytes)).join('')).toContain('Patient:Dupréretraitfin');
      expect(pdf.conformance).toBe('PDF/A-1b');
    }
  });

  it('sets an RTF in paragraphs with its accents and emphasis, and reports pictures', async () => {
    const rtf = String.raw`{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}{\*\generator Riched20;}\b Certificat\b0\par Vu ce jour Mme Dupr\'e9, n\u233?e \u8220?ici\u8221?.{\pict\pngblip 00ff}\par\trowd\cellx10\cell un\cell deux\row fin\}}`;
    const pdf = await renderCdaPdf(embed(new TextEncoder().encode(rtf), 'application/rtf'));
    expect((await textPages(pdf.bytes)).join('')).toContain('CertificatVucejourMmeDupré,née“ici”.|un|deuxfin}');
    expect(pdf.unrendered).toEqual([{ code: 'MEDIA_UNSUPPORTED', where: 'corps du document' }]);
    expect((await refusal(new TextEncoder().encode('pas du RTF'), 'application/rtf')).code).toBe('ERR_MSS_CDA_PDF_MEDIA_UNREADABLE');
  });

  it.each([
    ['image/png', 'alpha.png', 1],
    ['image/jpeg', 'turned.jpg', 1],
    ['image/tiff', 'scan-g4.tiff', 1],
    ['image/tiff', 'two-pages.tiff', 2],
    ['image/tiff', 'rgb-lzw.tiff', 1],
  ])('sets %s (%s) on pages of its own', async (mediaType, name, images) => {
    const pdf = await renderCdaPdf(embed(fixture(name), mediaType));
    const objects = await openObjects(pdf.bytes);
    expect(objects.context.enumerateIndirectObjects().filter(([, object]) => String(object).includes('/Subtype /Image'))).toHaveLength(
      images,
    );
    expect((await inspectPdf(pdf.bytes)).problems).toEqual([]);
  });

  it('refuses what it cannot show, naming the type only when it is one', async () => {
    expect(await refusal(new Uint8Array(200), 'audio/mpeg')).toMatchObject({
      code: 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED',
      details: { mediaType: 'audio/mpeg' },
    });
    expect(await refusal(new Uint8Array(200), 'mme dupont')).toMatchObject({
      code: 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED',
      details: { mediaType: 'unknown' },
    });
    expect(await refusal(fixture('rgb.png').slice(0, 50), 'image/png')).toMatchObject({ code: 'ERR_MSS_CDA_PDF_MEDIA_UNREADABLE' });
    expect(await refusal(fixture('cmyk.jpg'), 'image/jpeg')).toMatchObject({ code: 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED' });
    expect(await refusal(fixture('scan-g4.tiff').slice(0, 100), 'image/tiff')).toMatchObject({ code: 'ERR_MSS_CDA_PDF_MEDIA_UNREADABLE' });
  });
});

describe('PDF inside a level 3 document', () => {
  const withPdf = (bytes: Uint8Array): ReturnType<typeof sampleCda> =>
    sampleCda({ narrative: 'voir <renderMultiMedia referencedObject="doc"/>', media: [{ id: 'doc', mediaType: pdfType, bytes }] });

  it('is listed and reported by default: the document stays PDF/A-1a', async () => {
    const pdf = await renderCdaPdf(withPdf(await pdfaInside()));
    expect(pdf.conformance).toBe('PDF/A-1a');
    expect(pdf.unrendered).toEqual([{ code: 'MEDIA_PDF_LISTED', where: 'section 1' }]);
    expect((await textPages(pdf.bytes)).join('')).toContain('Documentjointn°1(PDF,');
  });

  it('is put at the end as 1b when it is PDF/A-1', async () => {
    const pdf = await renderCdaPdf(withPdf(await pdfaInside()), { conformance: '1b' });
    expect(pdf.unrendered).toEqual([]);
    const pages = await textPages(pdf.bytes);
    expect(pages[0]).toContain('reproduitàlafindecedocument');
    expect(pages.at(-1)).toContain('corpsembarqué');
    expect(pages[0]).toContain(`Page1/${pdf.pages}`);
  });

  it('is listed as 1b too when it is no PDF/A-1, encrypted or damaged', async () => {
    for (const bytes of [await ordinaryPdf(), await ordinaryPdf({ userPassword: 'x' }), new TextEncoder().encode('%PDF-1.4')]) {
      expect((await renderCdaPdf(withPdf(bytes), { conformance: '1b' })).unrendered.map((one) => one.code)).toEqual(['MEDIA_PDF_LISTED']);
    }
  });

  it('is converted as 1b when a converter is there', async () => {
    const converted = await pdfaInside();
    const pdf = await renderCdaPdf(withPdf(await ordinaryPdf()), { conformance: '1b', convertEmbedded: async () => converted });
    expect(pdf.unrendered).toEqual([]);
  });
});

describe('joinCdaPdfs', () => {
  it('makes one PDF/A-1b of several renditions, deterministically, under the first title', async () => {
    const one = (await renderCdaPdf(sampleCda({ title: 'Premier', narrative: 'un' }))).bytes;
    const two = (await renderCdaPdf(sampleCda({ title: 'Second', narrative: 'deux' }), { conformance: '1b' })).bytes;
    const joined = await joinCdaPdfs([one, two]);
    const pages = await textPages(joined);
    expect(pages).toHaveLength(2);
    expect(pages[0]).toContain('Premier');
    expect(pages[1]).toContain('Second');
    expect((await inspectPdf(joined)).problems).toEqual([]);
    expect((await openObjects(joined)).getTitle()).toBe('Premier');
    expect(Buffer.compare(joined, await joinCdaPdfs([one, two]))).toBe(0);
    expect((await openObjects(await joinCdaPdfs([one, two], { title: '2 documents' }))).getTitle()).toBe('2 documents');
  });

  it('refuses a PDF that is not PDF/A-1, and nothing to join', async () => {
    await expect(joinCdaPdfs([await ordinaryPdf()])).rejects.toMatchObject({ code: 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA' });
    await expect(joinCdaPdfs([])).rejects.toBeInstanceOf(TypeError);
  });
});

describe('inspectPdf', () => {
  it('finds transparency, another part, and what is missing', async () => {
    expect((await inspectPdf(await ordinaryPdf({ opacity: true }))).problems).toContain('TRANSPARENCY');
    const part3 = await inspectPdf(await ordinaryPdf({ subset: 'PDF/A-3b' }));
    expect(part3).toMatchObject({ claimedPart: '3', claimedConformance: 'B', pages: 1 });
    expect(part3.problems).toEqual(['FONT_NOT_EMBEDDED', 'NO_PDFA1_CLAIM']);
  });

  it('finds scripts, attachments, forbidden filters and a profile of four colours', async () => {
    const lib = await import('@cantoo/pdf-lib');
    const document = await openObjects(await pdfaInside());
    const { context, catalog } = document;
    catalog.set(lib.PDFName.of('OpenAction'), context.obj({ Type: 'Action', S: 'JavaScript', JS: lib.PDFString.of('app.alert(1)') }));
    context.register(context.obj({ Type: 'Filespec', EF: {} }));
    context.register(context.stream(new Uint8Array(3), { Filter: 'LZWDecode' }));
    context.register(context.obj({ Type: 'Annot', Subtype: 'FileAttachment' }));
    const problems = (await inspectPdf(await document.save({ useObjectStreams: false }))).problems;
    expect(problems).toEqual(['ACTION', 'ANNOTATION', 'FORBIDDEN_FEATURE', 'STREAM_FILTER']);
    const intents = catalog.lookup(lib.PDFName.of('OutputIntents'), lib.PDFArray);
    context
      .lookup(intents.get(0), lib.PDFDict)
      .lookup(lib.PDFName.of('DestOutputProfile'), lib.PDFStream)
      .dict.set(lib.PDFName.of('N'), lib.PDFNumber.of(4));
    expect((await inspectPdf(await document.save({ useObjectStreams: false }))).problems).toContain('OUTPUT_INTENT_NOT_RGB');
  });
});
