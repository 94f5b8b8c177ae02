/** ECO.2.1.4: a health document is sent as two attachments: CDA R2 level 1 or 3 in IHE_XDM.ZIP, and PDF/A-1. */
import { composeMessage, readMessage } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { archiveOf, archivePart, mixed, textPart } from '../../../packages/message/test/foreign.js';
import { colleague, documents, fixed, laboratoryReport, sender } from '../../../packages/message/test/support.js';

describe('ECO.2.1.4', () => {
  it.each([
    ['level 3', laboratoryReport],
    ['level 1', '003-consultation-pdfa-nia'],
  ])('sends a %s document in both forms', async (_level, name) => {
    const set = documents(name);
    const { value, warnings } = readMessage(
      (await composeMessage({ from: sender, to: [colleague], documents: set }, { ...fixed, archive: { unknownClass: 'omit' } })).bytes,
    );
    expect(value.attachments.map((file) => [file.mediaType, file.name?.replace(/^.*\./, '.')])).toEqual([
      ['application/zip', '.ZIP'],
      ['application/pdf', '.pdf'],
    ]);
    expect(value.xdm?.documents).toHaveLength(1);
    expect(value.xdm?.documents[0]?.cda?.header.code.code).toBe(set.documents[0].header.code.code);
    expect(Buffer.from(value.attachments[1]?.bytes() ?? []).toString('latin1')).toMatch(/^%PDF-1\.[0-4][\s\S]*pdfaid:part[^\d]{1,3}1/);
    expect(warnings).toEqual([]);
  });

  it('attaches neither to a mail without documents', async () => {
    const { bytes } = await composeMessage({ from: sender, to: [colleague], subject: 'Bonjour', text: 'Bonjour' }, fixed);
    expect(readMessage(bytes).value.attachments).toEqual([]);
  });

  it('sends nothing when one of the two forms cannot be made', async () => {
    // An embedded PDF that is no PDF/A-1 cannot become one without a converter.
    await expect(
      composeMessage({ from: sender, to: [colleague], documents: documents('002-lettre-de-liaison-pdf') }, fixed),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_MSS_CDA_PDF_/) });
  });

  it('says of a received mail that the PDF is missing', () => {
    const { warnings } = readMessage(mixed([textPart('x'), archivePart(archiveOf(laboratoryReport))]));
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_NO_PDF');
  });
});
