import { readCda } from '@mss/cda';
import { beforeAll, describe, expect, it } from 'vitest';

import { inspectPdf, renderCdaPdf, type CdaPdf } from '../src/index.js';
import { boxProblems } from './support/boxes.js';
import { corpusAvailable, corpusDocuments, corpusNote, ownDocuments, type NamedDocument } from './support/corpus.js';
import { expectedTexts } from './support/expected-texts.js';
import { readPdfPages, squeeze } from './support/pdf-text.js';
import { sampleCda } from './support/sample-cda.js';

/** What a converter would make of an embedded PDF: some PDF/A-1b. */
let standIn = new Uint8Array();

beforeAll(async () => {
  standIn = Uint8Array.from((await renderCdaPdf(sampleCda({ title: 'Corps', narrative: 'corps' }), { conformance: '1b' })).bytes);
});

async function render(
  document: NamedDocument,
): Promise<{ readonly pdf: CdaPdf; readonly missing: number; readonly outOfOrder: number; readonly badBoxes: number }> {
  const bytes = document.bytes();
  const { value } = readCda(bytes);
  const pdf = await renderCdaPdf(value, { convertEmbedded: async () => standIn });
  const pages = await readPdfPages(pdf.bytes);
  const text = squeeze(pages.map((page) => page.items.flatMap((item) => (item.isArtifact ? [] : [item.text])).join('')).join(''));
  const expected = expectedTexts(bytes);
  expect(expected.header.length).toBeGreaterThan(20);
  let missing = expected.header.filter((one) => !text.includes(one)).length;
  let outOfOrder = 0;
  let from = 0;
  for (const one of expected.narrative) {
    const at = text.indexOf(one, from);
    if (at >= 0) from = at;
    else if (text.includes(one)) outOfOrder += 1;
    else missing += 1;
  }
  return { pdf, missing, outOfOrder, badBoxes: boxProblems(pages).length };
}

// Counts only: a failing line must not print what a document says of a patient.
describe.each(ownDocuments())('$name', (document) => {
  it('is whole in its PDF, in its order, inside the pages [ECO.2.1.5]', async () => {
    const { pdf, ...found } = await render(document);
    expect(found).toEqual({ missing: 0, outOfOrder: 0, badBoxes: 0 });
    expect((await inspectPdf(pdf.bytes)).problems).toEqual([]);
  });
});

describe.skipIf(!corpusAvailable)(`corpus${corpusNote}`, () => {
  it.each(corpusDocuments())('$name is whole in its PDF, in its order, inside the pages [ECO.2.1.5]', async (document) => {
    const { pdf, ...found } = await render(document);
    expect(found).toEqual({ missing: 0, outOfOrder: 0, badBoxes: 0 });
    expect(pdf.conformance).toBe(readCda(document.bytes()).value.level === 3 ? 'PDF/A-1a' : 'PDF/A-1b');
  });
});
