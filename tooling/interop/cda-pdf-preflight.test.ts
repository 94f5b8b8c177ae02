/**
 * PDFBox Preflight accepts every PDF that `@mss/cda-pdf` makes: of this project's documents and of the corpus, as 1a, as
 * 1b with attachments appended, joined, and for level 1 with Ghostscript as converter. Poppler reads them without a word
 * outside its page.
 */
import { readCda } from '@mss/cda';
import { createGhostscriptAdapter, joinCdaPdfs, renderCdaPdf, type CdaPdfOptions } from '@mss/cda-pdf';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { corpusDocuments, corpusNote, ownDocuments } from '../../packages/cda-pdf/test/support/corpus.js';
import { ordinaryPdf } from '../../packages/cda-pdf/test/support/other-pdf.js';
import { preflight, preflightAvailable } from '../servers/preflight/preflight.mjs';

const documents = [...ownDocuments(), ...corpusDocuments()];
const minutes = 60_000;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mss-preflight-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files that are refused, by number and code: a document's name or text is not repeated. */
function refused(files: readonly string[]): readonly string[] {
  return preflight(files).flatMap((one, index) => (one.valid ? [] : [`${index}: ${one.errors.map((error) => error.code).join(' ')}`]));
}

async function renderAll(name: string, options: CdaPdfOptions, level: 1 | 3): Promise<readonly string[]> {
  const files: string[] = [];
  for (const document of documents) {
    const { value } = readCda(document.bytes());
    if (value.level !== level) continue;
    const file = join(folder, `${name}-${files.length}.pdf`);
    writeFileSync(file, (await renderCdaPdf(value, options)).bytes);
    files.push(file);
  }
  return files;
}

/** Whether two boxes cover one another by more than a tenth of the smaller one. */
function wordsOutsideOrCovered(file: string): number {
  const { stdout } = spawnSync('pdftotext', ['-bbox', file, '-'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  let problems = 0;
  for (const page of stdout.split('<page ').slice(1)) {
    const [, width = 0, height = 0] = (/width="([\d.]+)" height="([\d.]+)"/.exec(page) ?? []).map(Number);
    const words = [...page.matchAll(/<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">/g)]
      .map((match) => match.slice(1).map(Number))
      .sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0));
    for (const [at, [left = 0, top = 0, right = 0, bottom = 0]] of words.entries()) {
      if (left < 0 || top < 0 || right > width || bottom > height) problems += 1;
      for (const [l = 0, t = 0, r = 0, b = 0] of words.slice(at + 1)) {
        if (t >= bottom) break;
        const common = Math.max(0, Math.min(right, r) - Math.max(left, l)) * Math.max(0, Math.min(bottom, b) - Math.max(top, t));
        if (common > 0.1 * Math.min((right - left) * (bottom - top), (r - l) * (b - t))) problems += 1;
      }
    }
  }
  return problems;
}

describe(`PDFBox Preflight${corpusNote}`, () => {
  it('is installed, and refuses a PDF that is not PDF/A', async () => {
    expect(preflightAvailable()).toBe(true);
    const file = join(folder, 'ordinary.pdf');
    writeFileSync(file, await ordinaryPdf());
    expect(refused([file])).toHaveLength(1);
  });

  it(
    'accepts every level 3 document as PDF/A-1a, and no word leaves its page or covers another',
    async () => {
      const files = await renderAll('a', { insDatamatrix: true }, 3);
      expect(files.length).toBeGreaterThan(10);
      expect(refused(files)).toEqual([]);
      expect(files.map(wordsOutsideOrCovered).filter((count) => count > 0)).toEqual([]);
    },
    3 * minutes,
  );

  it(
    'accepts every level 3 document as PDF/A-1b with its PDF attachments converted and appended',
    async () => {
      const files = await renderAll('b', { conformance: '1b', convertEmbedded: createGhostscriptAdapter() }, 3);
      expect(refused(files)).toEqual([]);
    },
    5 * minutes,
  );

  it(
    'accepts every level 1 document with Ghostscript as converter, header first or the PDF alone',
    async () => {
      const convertEmbedded = createGhostscriptAdapter();
      for (const level1 of ['header-and-embedded', 'embedded'] as const) {
        const files = await renderAll(level1, { level1, convertEmbedded }, 1);
        expect(files.length).toBeGreaterThan(2);
        expect(refused(files)).toEqual([]);
      }
    },
    5 * minutes,
  );

  it(
    'accepts joined documents',
    async () => {
      const pdfs: Uint8Array[] = [];
      for (const document of documents.slice(0, 4)) {
        const { value } = readCda(document.bytes());
        if (value.level === 3) pdfs.push((await renderCdaPdf(value)).bytes);
      }
      const file = join(folder, 'joined.pdf');
      writeFileSync(file, await joinCdaPdfs(pdfs, { title: '2 documents' }));
      expect(refused([file])).toEqual([]);
    },
    minutes,
  );

  it(
    'is given the same bytes for the same level 1 document whenever it is converted',
    async () => {
      const document = documents.find((one) => readCda(one.bytes()).value.level === 1);
      if (document === undefined) throw new Error('no level 1 document');
      const { value } = readCda(document.bytes());
      const convertEmbedded = createGhostscriptAdapter();
      const first = await renderCdaPdf(value, { convertEmbedded });
      const second = await renderCdaPdf(value, { convertEmbedded });
      expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    },
    minutes,
  );
});
