import { composeMessage, readMessage, type ComposeOptions } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { colleague, documents, fixed, laboratoryReport, sender } from './support.js';

const newer: ComposeOptions = { ...fixed, profile: 'ref2-1.0.1', nil: 'DEV935997', archive: { unknownClass: 'omit' } };

describe('documents in the profile ref2-1.0.1', () => {
  it('of level 3 are the same archive and PDF as in ref2-0.1', async () => {
    const set = documents(laboratoryReport);
    const [older, now] = [
      await composeMessage({ from: sender, to: [colleague], documents: set }, fixed),
      await composeMessage({ from: sender, to: [colleague], documents: set }, newer),
    ];
    expect(now.attachments.map((file) => file.name)).toEqual(older.attachments.map((file) => file.name));
    expect(now.subject).toBe(older.subject);
    expect(readMessage(now.bytes).value.xdm?.ok).toBe(true);
  });
  it('of level 1 are rendered as the embedded PDF alone, which ref2-0.1 puts behind a page of the header', async () => {
    const set = documents('003-consultation-pdfa-nia');
    const size = async (options: ComposeOptions): Promise<number> =>
      (await composeMessage({ from: sender, to: [colleague], documents: set }, options)).attachments[1]?.bytes.length ?? 0;
    expect(await size(newer)).toBeLessThan(await size({ ...fixed, archive: { unknownClass: 'omit' } }));
  });
});

const pdfName = async (caseNumbers: readonly (string | null)[]): Promise<string | undefined> =>
  (await composeMessage({ from: sender, to: [colleague], documents: documents(laboratoryReport), caseNumbers }, fixed)).attachments[1]
    ?.name;

describe('what the host adds to documents', () => {
  it('case numbers stand in the PDF names; null leaves the number out', async () => {
    expect(await pdfName(['A-17'])).toBe("20250616_CR d'examens biologiques_ROCHEBRUNE_JEANNE_A-17.pdf");
    expect(await pdfName([null])).toBe("20250616_CR d'examens biologiques_ROCHEBRUNE_JEANNE.pdf");
  });
  it('what the archive lacks is told, not invented', async () => {
    const set = documents('021-sans-ins');
    const { missingMetadata } = await composeMessage({ from: sender, to: [colleague], documents: set }, newer);
    expect(missingMetadata.length).toBeGreaterThan(0);
    expect(JSON.stringify(missingMetadata)).not.toContain(set.patient.birthName);
  });
});
