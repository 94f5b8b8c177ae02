// node tooling/docs/sample-pages.mjs: docs/images/*.png, first pages of our own fictitious documents as the renderer makes them.
// Needs the built packages and pdftoppm (Debian: poppler-utils). Run by hand when the look of the PDF changes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { readCda } from '@mss/cda';
import { renderCdaPdf } from '@mss/cda-pdf';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'docs', 'images');
mkdirSync(folder, { recursive: true });
/** @type {{ name: string, page: number, options: object }[]} */
const samples = [
  { name: '001-biologie-hemogramme', page: 1, options: {} },
  { name: '007-lettre-adressage-mise-en-forme', page: 1, options: {} },
  { name: '020-entete-complet', page: 2, options: { insDatamatrix: true } },
];
for (const { name, page, options } of samples) {
  const cda = readCda(readFileSync(join(root, 'tooling', 'testdata', 'cda', `${name}.xml`))).value;
  const pdf = await renderCdaPdf(cda, options);
  const last = String(Math.min(page, pdf.pages));
  const run = spawnSync('pdftoppm', ['-r', '80', '-png', '-f', last, '-l', last, '-singlefile', '-'], {
    input: pdf.bytes,
    maxBuffer: 64 << 20,
  });
  if (run.status !== 0 || run.stdout.length === 0) throw new Error(`pdftoppm: ${run.stderr.toString()}`);
  writeFileSync(join(folder, `${name}.png`), run.stdout);
}
