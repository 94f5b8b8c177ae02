/** ECO.2.1.1: a mail with a health document concerns one person, and holds IHE_XDM.ZIP with the CDA and the same documents as PDF/A-1. */
import { createDocumentSet } from '@mss/cda';
import { composeMessage, readMessage } from '@mss/message';
import { readXdm } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

import { announcing, archiveOf, archivePart, mixed, pdfPart, textPart } from '../../../packages/message/test/foreign.js';
import { colleague, document, documents, fixed, laboratoryReport, patientOf, sender } from '../../../packages/message/test/support.js';

const code = (value: string): object => expect.objectContaining({ code: value, requirement: 'ECO.2.1.1' });

describe('ECO.2.1.1', () => {
  it('attaches the archive with every CDA, unchanged, and one PDF/A-1 for each', async () => {
    const set = documents(laboratoryReport, '011-biologie-remplacement');
    const received = readMessage((await composeMessage({ from: sender, to: [colleague], documents: set }, fixed)).bytes).value;
    const [archive, ...pdfs] = received.attachments;
    expect(archive?.name).toBe('IHE_XDM.ZIP');
    const inside = readXdm(archive?.bytes() ?? new Uint8Array()).value;
    expect(inside.documents.map((one) => Buffer.from(one.bytes ?? []).toString('base64'))).toEqual(
      set.documents.map((one) => Buffer.from(one.bytes).toString('base64')),
    );
    expect(pdfs.map((file) => file.mediaType)).toEqual(['application/pdf', 'application/pdf']);
    for (const file of pdfs) {
      const text = Buffer.from(file.bytes()).toString('latin1');
      expect(text.slice(0, 8)).toBe('%PDF-1.4');
      expect(text).toMatch(/pdfaid:part[^\d]{1,3}1/);
    }
  });

  it('refuses documents of two persons', () => {
    expect(() => createDocumentSet([document(laboratoryReport), document('002-lettre-de-liaison-pdf')])).toThrow(
      code('ERR_MSS_CDA_TWO_PATIENTS'),
    );
  });

  it('refuses two persons as recipients, and a person who is not that of the documents', async () => {
    const [one, two] = [documents(laboratoryReport), documents('002-lettre-de-liaison-pdf')];
    await expect(composeMessage({ from: sender, to: [patientOf(one), patientOf(two)], subject: 'Bonjour' }, fixed)).rejects.toEqual(
      code('ERR_MSS_MESSAGE_TWO_PATIENTS'),
    );
    await expect(composeMessage({ from: sender, to: [patientOf(two)], documents: one }, fixed)).rejects.toEqual(
      code('ERR_MSS_MESSAGE_PATIENT_MISMATCH'),
    );
  });

  it('refuses an archive that was attached by hand beside the documents', async () => {
    const attachments = [{ name: 'ihe_xdm.zip', mediaType: 'application/zip', bytes: archiveOf(laboratoryReport) }];
    await expect(composeMessage({ from: sender, to: [colleague], subject: 'Bonjour', attachments }, fixed)).rejects.toEqual(
      code('ERR_MSS_MESSAGE_ATTACHMENT'),
    );
  });

  it('names nobody as the patient of a received mail that concerns two persons', () => {
    const bytes = mixed(
      [textPart('x'), archivePart(archiveOf(laboratoryReport)), archivePart(archiveOf('002-lettre-de-liaison-pdf')), pdfPart('a.pdf')],
      { subject: announcing },
    );
    const { value } = readMessage(bytes);
    expect([value.patient, value.xdm]).toEqual([null, null]);
    expect(value.xdmError).toEqual(code('ERR_MSS_MESSAGE_TWO_PATIENTS'));
  });
});
