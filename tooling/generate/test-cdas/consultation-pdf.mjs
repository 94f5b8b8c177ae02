#!/usr/bin/env node
/**
 * Writes tooling/testdata/cda/parts/consultation-pdfa1b.pdf, a small PDF/A-1b with an embedded face, which
 * test-cdas.mjs wraps. Run by hand: the bytes depend on the versions of pdfkit and fontkit.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = fileURLToPath(new URL('../../testdata/cda/parts/consultation-pdfa1b.pdf', import.meta.url));
const ofRenderer = createRequire(new URL('../../../packages/cda-pdf/package.json', import.meta.url));
const { PDFDocument } = ofRenderer('pdfkit');
const face = ofRenderer.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
mkdirSync(dirname(out), { recursive: true });

const pdf = new PDFDocument({
  size: 'A4',
  margin: 56,
  pdfVersion: '1.4',
  subset: 'PDF/A-1b',
  lang: 'fr-FR',
  displayTitle: true,
  info: {
    Title: 'Compte rendu de consultation',
    Producer: 'test documents',
    Creator: 'test documents',
    CreationDate: new Date('2025-01-01T00:00:00Z'),
    ModDate: new Date('2025-01-01T00:00:00Z'),
  },
});
pdf.pipe(createWriteStream(out));
pdf.font(face).fontSize(15).text('Compte rendu de consultation').moveDown();
pdf.fontSize(10);
for (const line of [
  'Cabinet médical des Mûriers – Dr Étienne LAFORÊT',
  'Patiente : BENAMAR Yasmine, née le 17/05/1990',
  'Consultation du 18/04/2025',
  '',
  'Motif : rhinite allergique saisonnière.',
  'Examen : muqueuse nasale pâle, auscultation pulmonaire normale, peak-flow 420 L/min.',
  'Conclusion : allergie probable aux pollens de bouleau ; antihistaminique pendant six semaines, bilan allergologique à la rentrée.',
]) {
  pdf.text(line === '' ? ' ' : line);
}
pdf.end();
