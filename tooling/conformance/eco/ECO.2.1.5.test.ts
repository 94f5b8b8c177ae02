/**
 * ECO.2.1.5: the PDF is made from the CDA of the archive and shows every element of its header and the text of its
 * sections. Technical header elements are left out (reading notes); for level 1 the content follows the header pages.
 */
import { readCda, technicalHeaderElements } from '@mss/cda';
import { inspectPdf, renderCdaPdf } from '@mss/cda-pdf';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { expectedTexts } from '../../../packages/cda-pdf/test/support/expected-texts.js';
import { pdfText } from '../../../packages/cda-pdf/test/support/pdf-text.js';
import { sampleCda, sampleXml } from '../../../packages/cda-pdf/test/support/sample-cda.js';

const own = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../testdata/cda/${name}.xml`, import.meta.url)));
const wholeHeader = '020-entete-complet';

describe('ECO.2.1.5', () => {
  it('shows every readable element of a header that has them all', async () => {
    const bytes = own(wholeHeader);
    const { header } = expectedTexts(bytes);
    expect(header.length).toBeGreaterThan(100);
    const text = await pdfText((await renderCdaPdf(readCda(bytes).value)).bytes);
    expect(header.filter((one) => !text.includes(one))).toHaveLength(0);
  });

  it('shows the text of every section, nested ones included', async () => {
    const bytes = own('007-lettre-adressage-mise-en-forme');
    const { narrative } = expectedTexts(bytes);
    expect(narrative.length).toBeGreaterThan(40);
    const text = await pdfText((await renderCdaPdf(readCda(bytes).value)).bytes);
    expect(narrative.filter((one) => !text.includes(one))).toHaveLength(0);
  });

  it('shows what a new header element says, even one that no typed field holds', async () => {
    const moreHeader =
      '<documentationOf><serviceEvent><code code="X1" codeSystem="1.2.3" displayName="Acte inattendu"/><effectiveTime><low value="20250618"/></effectiveTime></serviceEvent></documentationOf>';
    const withExtension = new TextDecoder()
      .decode(sampleXml({ moreHeader }))
      .replace('<birthTime', '<sdtc:raceCode xmlns:sdtc="urn:hl7-org:sdtc" displayName="élément rare"/><birthTime');
    const text = await pdfText((await renderCdaPdf(readCda(new TextEncoder().encode(withExtension)).value)).bytes);
    expect(text).toContain('Acteinattendu');
    expect(text).toContain('élémentrare');
  });

  it('leaves out the technical elements, and no other', async () => {
    expect(technicalHeaderElements.map((one) => one.name).sort()).toEqual([
      'confidentialityCode',
      'languageCode',
      'realmCode',
      'templateId',
      'typeId',
    ]);
    const text = await pdfText((await renderCdaPdf(sampleCda())).bytes);
    expect(text).not.toContain('POCD_HD000040');
    expect(text).not.toContain('fr-FR');
  });

  it('changes with the CDA: another text gives another PDF', async () => {
    const one = await pdfText((await renderCdaPdf(sampleCda({ narrative: 'douleur droite' }))).bytes);
    const other = await pdfText((await renderCdaPdf(sampleCda({ narrative: 'douleur gauche' }))).bytes);
    expect(one).toContain('douleurdroite');
    expect(other).toContain('douleurgauche');
    expect(other).not.toContain('douleurdroite');
  });

  it('is PDF/A-1 for level 3 and level 1, header first', async () => {
    for (const name of ['001-biologie-hemogramme', '003-consultation-pdfa-nia', '014-suivi-infirmier-texte']) {
      const pdf = await renderCdaPdf(readCda(own(name)).value);
      const inspection = await inspectPdf(pdf.bytes);
      expect(inspection.problems).toEqual([]);
      expect(inspection.claimedPart).toBe('1');
    }
  });

  it('refuses to pass off as PDF/A-1 an embedded PDF that is none', async () => {
    const { value } = readCda(own('002-lettre-de-liaison-pdf'));
    await expect(renderCdaPdf(value)).rejects.toMatchObject({ code: 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA', requirement: 'ECO.2.1.5' });
    await expect(renderCdaPdf(value, { profile: 'ref2-1.0.1' })).rejects.toMatchObject({ code: 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA' });
  });

  it('says what it cannot show instead of dropping it', async () => {
    const pdf = await renderCdaPdf(sampleCda({ narrative: '漢 <renderMultiMedia referencedObject="absent"/>' }));
    expect(pdf.unrendered.map((one) => one.code).sort()).toEqual(['GLYPH_MISSING', 'MEDIA_MISSING']);
    expect(await pdfText(pdf.bytes)).toContain('Remarquessurcetteimpression');
  });
});
