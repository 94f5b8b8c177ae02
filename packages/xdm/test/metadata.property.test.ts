import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { isMssError } from '@mss/core';
import { readMetadata, readXdm, writeMetadata, type XdmAuthor, type XdmCode, type XdmDocumentEntry, type XdmSubmissionSet } from '@mss/xdm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const text = fc
  .string({
    unit: fc.constantFrom('a', 'é', '&', '<', '>', '"', "'", '^', '|', '~', '\\', ' ', '-', 'œ', '𝒜', '\u00a0'),
    minLength: 1,
    maxLength: 12,
  })
  .filter((value) => value.trim() === value);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 3 });
const uuid = fc.uuid().map((value) => `urn:uuid:${value}`);
const digits = fc.constantFrom('20260301081500', '20260301', '2026');
const code: fc.Arbitrary<XdmCode> = fc.record({ code: text, codingScheme: maybe(fc.constant('1.2.3')), displayName: maybe(text) });
const author: fc.Arbitrary<XdmAuthor> = fc.record({
  authorInstitution: list(text),
  authorPerson: maybe(text),
  authorRole: list(text),
  authorSpecialty: list(text),
  authorTelecommunication: list(text),
});
const submissionSet: fc.Arbitrary<XdmSubmissionSet> = fc.record({
  entryUUID: uuid,
  availabilityStatus: fc.constant('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'),
  submissionTime: digits,
  title: maybe(text),
  comments: maybe(text),
  author: list(author),
  contentTypeCode: maybe(code),
  patientId: maybe(text),
  sourceId: maybe(text),
  uniqueId: maybe(text),
  intendedRecipient: list(text),
  homeCommunityId: maybe(text),
});
const entry: fc.Arbitrary<XdmDocumentEntry> = fc.record({
  entryUUID: uuid,
  logicalID: maybe(uuid),
  availabilityStatus: fc.constant('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'),
  mimeType: maybe(fc.constant('text/xml')),
  objectType: fc.constant('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1'),
  hash: maybe(text.map((value) => createHash('sha1').update(value).digest('hex'))),
  size: maybe(fc.nat()),
  URI: maybe(fc.constantFrom('DOC0001.XML', 'DOC9999.XML')),
  creationTime: maybe(digits),
  languageCode: maybe(fc.constant('fr-FR')),
  legalAuthenticator: maybe(text),
  serviceStartTime: maybe(digits),
  serviceStopTime: maybe(digits),
  sourcePatientId: maybe(text),
  sourcePatientInfo: list(text),
  repositoryUniqueId: maybe(fc.constant('1.2.3')),
  homeCommunityId: maybe(text),
  referenceIdList: list(text),
  action: maybe(fc.constantFrom('C', 'D')),
  extraMetadata: fc.constantFrom({}, { 'urn:x:slot': ['a', 'b & c'] }),
  title: maybe(text),
  comments: maybe(text),
  author: list(author),
  classCode: maybe(code),
  confidentialityCode: list(code),
  eventCodeList: list(code),
  formatCode: maybe(code),
  healthcareFacilityTypeCode: maybe(code),
  practiceSettingCode: maybe(code),
  typeCode: maybe(code),
  patientId: maybe(text),
  uniqueId: maybe(text),
});

describe('METADATA.XML (seed 20260101)', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(submissionSet, fc.uniqueArray(entry, { maxLength: 3, selector: (one) => one.entryUUID }), (set, documents) => {
        const associations = documents.map((document, index) => ({
          id: `as${index}`,
          associationType: 'HasMember',
          sourceObject: set.entryUUID,
          targetObject: document.entryUUID,
          submissionSetStatus: 'Original',
        }));
        const { value, warnings } = readMetadata(writeMetadata({ submissionSet: set, documents, associations }), { where: 'METADATA.XML' });
        expect(value.submissionSets).toEqual([set]);
        expect(value.documents).toEqual(documents);
        expect(associations).toEqual(value.associations.map((association, index) => ({ id: `as${index}`, ...association })));
        expect(warnings).toEqual([]);
      }),
      { seed: 20260101, numRuns: 150 },
    );
  });
});

describe('a damaged archive (seed 20260101)', () => {
  const whole = readFileSync(fileURLToPath(new URL('../../../tooling/testdata/xdm/success/OK--stored.zip', import.meta.url)));
  it('is read or refused with a code, whatever bytes are changed', () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = new Uint8Array(whole);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readXdm(bytes);
        } catch (error) {
          expect(isMssError(error)).toBe(true);
        }
      }),
      { seed: 20260101, numRuns: 800 },
    );
  });
  it('is read or refused with a code when METADATA.XML is changed under a right CRC', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../tooling/testdata/xdm/success/OK--stored.zip', import.meta.url))).toString(
      'latin1',
    );
    const start = text.indexOf('<?xml', text.indexOf('METADATA.XML'));
    const metadata = text.slice(start, text.indexOf('</lcm:SubmitObjectsRequest>', start) + 27);
    const piece = fc.constantFrom('"', '<', '>', '&', '</Slot>', 'urn:uuid:', '^', '|', '\u0000', '<!--', ']]>', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(metadata.length), fc.nat(40), piece), { minLength: 1, maxLength: 3 }), (changes) => {
        let changed = metadata;
        for (const [at, length, put] of changes) changed = changed.slice(0, at) + put + changed.slice(at + length);
        try {
          readMetadata(Buffer.from(changed, 'latin1'), { where: 'METADATA.XML' });
        } catch (error) {
          expect(isMssError(error)).toBe(true);
        }
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });
});
