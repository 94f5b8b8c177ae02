#!/usr/bin/env node
/**
 * Writes examples/first-exchange/documents/lettre-de-liaison.pdf: the PDF/A-1b that a hospital's software would have
 * made, which the example wraps in a level 1 CDA. Run by hand: the bytes depend on the version of pdfkit.
 */
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';

const faces = createRequire(import.meta.url);
const pdf = new PDFDocument({
  size: 'A4',
  margin: 64,
  pdfVersion: '1.4',
  subset: 'PDF/A-1b',
  lang: 'fr-FR',
  displayTitle: true,
  font: faces.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  info: { Title: 'Lettre de liaison', CreationDate: new Date('2025-06-20T12:00:00Z'), ModDate: new Date('2025-06-20T12:00:00Z') },
});
pdf.pipe(createWriteStream(fileURLToPath(new URL('../../examples/first-exchange/documents/lettre-de-liaison.pdf', import.meta.url))));
pdf.registerFont('bold', faces.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));
pdf.registerFont('plain', faces.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const heading = (text) => pdf.font('bold').fontSize(11).fillColor('#1d4e68').moveDown(0.8).text(text).moveDown(0.2);
const paragraph = (text) => pdf.font('plain').fontSize(10).fillColor('#1d2b36').text(text, { lineGap: 2 });

pdf.font('bold').fontSize(16).fillColor('#1d4e68').text("Lettre de liaison à la sortie d'un établissement de soins");
paragraph('Centre hospitalier Bellevue – service de cardiologie\nSéjour du 16 au 20 juin 2025');
heading('Patiente');
paragraph('VALLONGUE Jeanne, née ROCHEBRUNE le 12/03/1958');
heading('Motif d’hospitalisation');
paragraph('Dyspnée d’effort d’aggravation récente, œdèmes des membres inférieurs.');
heading('Synthèse du séjour');
paragraph(
  'Poussée d’insuffisance cardiaque à fraction d’éjection préservée sur fibrillation atriale paroxystique. Évolution favorable sous diurétique intraveineux puis oral, perte de 4,2 kg. Échocardiographie : FEVG 58 %, pressions de remplissage normalisées à la sortie. Anémie modérée (hémoglobine 10,9 g/dL) explorée en ville : voir le compte rendu de biologie joint au message précédent.',
);
heading('Traitement de sortie');
paragraph('Furosémide 40 mg le matin ; apixaban 5 mg matin et soir ; bisoprolol 2,5 mg le matin. Arrêt de l’ibuprofène.');
heading('Suites à donner');
paragraph(
  'Poids quotidien ; ionogramme et créatinine à J7 ; consultation de cardiologie le 22/07/2025 à 9 h 40. En cas de prise de plus de 2 kg en trois jours, appeler le service.',
);
pdf.moveDown(2);
paragraph('Dr Inès MARCHAL, cardiologue – document validé le 20 juin 2025');
pdf.end();
