import { isMssError, type Limits, type PatientTraits } from '@mss/core';
import { documentIdentifier, readCda, readCdaHeader, type CdaDocumentHeader } from '@mss/cda';

import type { XdmDocumentEntry } from '../model.js';
import { sha1Hex } from '../sha1.js';
import type { XdmDocument, XdmProblem } from './archive.js';
import { identityDifferences } from './identity.js';
import type { ArchiveFile, Subset } from './layout.js';
import { matchDocument, type FileContents } from './match-document.js';
import { patientOf } from './patient.js';
import type { Tolerated } from './warnings-list.js';

/** Sentences of the problems that matching finds. */
const matchMessages = {
  ERR_MSS_XDM_DOCUMENT_MISSING: 'a document that METADATA.XML describes is not in the archive',
  ERR_MSS_XDM_DOCUMENT_AMBIGUOUS: 'several files could be the document that METADATA.XML describes',
  ERR_MSS_XDM_DOCUMENT_DESCRIBED_TWICE: 'two entries describe the same file',
  ERR_MSS_XDM_URI_UNSAFE: 'a URI that points outside its subset',
} as const;

const xmlTypes: readonly string[] = [
  'text/xml',
  'application/xml',
  'text/x-cda-r2+xml',
  'application/hl7-cda+xml',
  'application/xslt+xml',
  'application/cda+xml',
];

/** Whether an entry says that its document is XML; without media type the first byte decides. */
function shouldBeXml(entry: XdmDocumentEntry, bytes: Uint8Array): boolean {
  const mediaType = entry.mimeType?.toLowerCase().split(';')[0]?.trim() ?? null;
  if (mediaType !== null) return xmlTypes.includes(mediaType) || mediaType.endsWith('+xml');
  // A byte order mark, the zero bytes of UTF-16 and white space may stand before the first "<".
  const skipped = new Set([0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x00, 0x20, 0x09, 0x0a, 0x0d]);
  return bytes.subarray(0, 256).find((byte) => !skipped.has(byte)) === 0x3c;
}

export interface DocumentContext {
  readonly subset: Subset;
  /** Entries of the same METADATA.XML. */
  readonly entries: number;
  readonly submissionSet: number | null;
  readonly contents: FileContents;
  readonly tolerated: Tolerated;
  readonly problems: XdmProblem[];
  /** The patient of the archive, for an entry that names none. */
  readonly patient: PatientTraits | null;
  /** Place of METADATA.XML. */
  readonly where: string;
  /** Files already described, by entry. */
  readonly described: Set<ArchiveFile>;
  readonly limits: Partial<Limits> | undefined;
  readonly readDocuments: boolean | 'header';
}

/** Larger files are not looked at twice. */
const explainedBytes = 8 * 1024 * 1024;

/** Whether the hash of the content with other line ends is the one that is written: what Git and mail gateways do. */
function lineEndsExplain(bytes: Uint8Array, hash: string): 'CRLF' | 'LF' | null {
  if (bytes.length > explainedBytes) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const lf = text.replaceAll('\r\n', '\n');
  if (sha1Hex(Buffer.from(lf, 'latin1')) === hash) return 'LF';
  return sha1Hex(Buffer.from(lf.replaceAll('\n', '\r\n'), 'latin1')) === hash ? 'CRLF' : null;
}

function verify(
  entry: XdmDocumentEntry,
  content: { readonly bytes: Uint8Array; readonly sha1: string },
  context: DocumentContext & { readonly place: string },
): { readonly sizeOk: boolean | null; readonly hashOk: boolean | null } {
  const { place, problems, tolerated } = context;
  const sizeOk = entry.size === null ? null : entry.size === content.bytes.length;
  if (entry.size === null) tolerated.add('XDM_SIZE_MISSING', 'an entry without size', place);
  if (sizeOk === false) {
    const evidence = { expected: entry.size ?? 0, found: content.bytes.length };
    problems.push({
      code: 'ERR_MSS_XDM_SIZE_MISMATCH',
      message: 'the file has another size than its entry says',
      where: place,
      requirement: null,
      evidence,
    });
  }
  const written = entry.hash?.toUpperCase() ?? null;
  const hashOk = written === null ? null : written === content.sha1;
  if (written === null) tolerated.add('XDM_HASH_MISSING', 'an entry without hash: the content cannot be checked', place);
  if (hashOk === false && written !== null) {
    const lineEnds = lineEndsExplain(content.bytes, written);
    const expected = /^[0-9A-F]{40}$/.test(written) ? written : '(not a SHA-1)';
    const evidence = { expected, found: content.sha1, ...(lineEnds === null ? {} : { hashOfTheSameTextWithLineEnds: lineEnds }) };
    problems.push({
      code: 'ERR_MSS_XDM_HASH_MISMATCH',
      message: 'the file has another SHA-1 than its entry says',
      where: place,
      requirement: null,
      evidence,
    });
  }
  return { sizeOk, hashOk };
}

/** Reads the document, or says why not. */
function readContent(
  entry: XdmDocumentEntry,
  bytes: Uint8Array,
  context: DocumentContext & { readonly place: string },
): Pick<XdmDocument, 'cda' | 'cdaHeader' | 'cdaWarnings'> {
  const nothing = { cda: null, cdaHeader: null, cdaWarnings: [] };
  if (context.readDocuments === false) return nothing;
  if (!shouldBeXml(entry, bytes)) {
    context.tolerated.add('XDM_DOCUMENT_NOT_CDA', 'a document that is not CDA: verified, not read', context.place);
    return nothing;
  }
  try {
    const options = context.limits === undefined ? {} : { limits: context.limits };
    if (context.readDocuments === 'header') {
      const { value, warnings } = readCdaHeader(bytes, options);
      return { cda: null, cdaHeader: value, cdaWarnings: warnings };
    }
    const { value, warnings } = readCda(bytes, options);
    return { cda: value, cdaHeader: value, cdaWarnings: warnings };
  } catch (error) {
    if (!isMssError(error)) throw error;
    if (isMssError(error, 'ERR_MSS_CDA_NO_CLINICAL_DOCUMENT')) {
      context.tolerated.add('XDM_DOCUMENT_NOT_CDA', 'a document that is not CDA: verified, not read', context.place);
      return nothing;
    }
    context.problems.push({
      code: 'ERR_MSS_XDM_DOCUMENT_UNREADABLE',
      message: 'a document that cannot be read',
      where: context.place,
      requirement: error.requirement ?? null,
      cause: error.code,
    });
    return nothing;
  }
}

function compareWithEntry(
  document: XdmDocument,
  { header }: CdaDocumentHeader,
  context: DocumentContext & { readonly place: string },
): void {
  const patient = document.patient ?? context.patient;
  const fields = patient === null ? [] : identityDifferences(patient, header.patient.traits);
  if (fields.length > 0) {
    context.problems.push({
      code: 'ERR_MSS_XDM_IDENTITY_MISMATCH',
      message: `the patient of the document is not the patient of METADATA.XML: ${fields.join(', ')}`,
      where: context.place,
      requirement: 'ECO.2.1.2',
      fields,
    });
  }
  const identifier = documentIdentifier(header);
  if (document.entry.uniqueId !== null && document.entry.uniqueId !== identifier) {
    context.tolerated.add('XDM_UNIQUE_ID_DIFFERS', 'the uniqueId of the entry is not the identifier of the document', context.place);
  }
}

/** Finds, verifies and reads the document of one entry; what is wrong goes to the problems of the context. */
export function readDocument(entry: XdmDocumentEntry, context: DocumentContext): XdmDocument {
  const patient = patientOf(entry);
  const match = matchDocument(entry, context.subset, context);
  const absent: XdmDocument = {
    uri: entry.URI,
    path: null,
    submissionSet: context.submissionSet,
    entry,
    patient,
    size: null,
    sha1: null,
    sizeOk: null,
    hashOk: null,
    bytes: null,
    cda: null,
    cdaHeader: null,
    cdaWarnings: [],
  };
  const report = (code: keyof typeof matchMessages, where: string): void =>
    void context.problems.push({ code, message: matchMessages[code], where, requirement: null });
  if (match.file === null) {
    report(match.problem, context.where);
    return absent;
  }
  const { file } = match;
  if (context.described.has(file)) {
    report('ERR_MSS_XDM_DOCUMENT_DESCRIBED_TWICE', file.place);
    return absent;
  }
  context.described.add(file);
  const content = context.contents.of(file);
  const inPlace = { ...context, place: file.place };
  const verdict = verify(entry, content, inPlace);
  const read = readContent(entry, content.bytes, inPlace);
  const document: XdmDocument = {
    ...absent,
    uri: entry.URI ?? file.entry.name.slice(context.subset.folder.length),
    path: file.entry.name,
    size: content.bytes.length,
    sha1: content.sha1,
    ...verdict,
    bytes: content.bytes,
    ...read,
  };
  if (read.cdaHeader !== null) compareWithEntry(document, read.cdaHeader, inPlace);
  return document;
}
