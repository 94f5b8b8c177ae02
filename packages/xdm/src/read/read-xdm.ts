import { MssError, resolveLimits, type Limits, type PatientTraits, type ReadResult } from '@mss/core';
import { readZip } from '@mss/formats/zip';

import type { XdmErrorCode } from '../errors.js';
import type { XdmSubmissionSet } from '../model.js';
import type { XdmWarningCode } from '../warnings.js';
import type { XdmArchive, XdmDocument, XdmProblem, XdmUndescribedFile } from './archive.js';
import { readDocument, type DocumentContext } from './document.js';
import { areTwoPatients, identityDifferences } from './identity.js';
import { findLayout, type ArchiveFile, type Layout, type Subset } from './layout.js';
import { FileContents } from './match-document.js';
import { readMetadata, type XdmMetadata } from './metadata.js';
import { identifierOf, patientOf, warnAboutPatient } from './patient.js';
import { safePlace } from './safe-place.js';
import { Tolerated } from './warnings-list.js';

/** How to read an archive. */
export interface XdmReadOptions {
  /**
   * Used: those of `readZip` (`archiveBytes`, `archiveEntries`, `entryBytes`, `archiveInflatedBytes`, `compressionRatio`,
   * `entryNameBytes`, `entryDepth`) for the archive, those of `parseXml` (`xmlBytes`, `xmlDepth`, `xmlNodes`,
   * `xmlAttributes`, `xmlAttributeLength`) for METADATA.XML (which may hold at most 20,000 nodes and 2,000 more per file of
   * the archive, and describe at most `archiveEntries` documents) and each document, `embeddedBytes` for a document's media.
   */
  readonly limits?: Partial<Limits>;
  /**
   * Whether documents are read as CDA and compared with METADATA.XML. Hash and size are verified in any case.
   *
   * | value | read | compared |
   * |---|---|---|
   * | `true`, the default | the whole document | patient and identifier |
   * | `'header'` | up to the body: for lists and for sorting mail. What follows is not checked, `cda` stays `null` | patient and identifier |
   * | `false` | nothing | nothing |
   *
   * An archive must be read whole before its documents are shown or filed.
   */
  readonly readDocuments?: boolean | 'header';
}

/**
 * Elements and texts that METADATA.XML may hold: the archives of ANS have some 700 for a document. A tree costs a hundred
 * times its compressed bytes, so a small archive may not ask for a large one.
 */
function metadataNodes(files: number, limits: Limits): number {
  return Math.min(limits.xmlNodes, 20_000 + 2000 * files);
}

/** README.TXT larger than this is not looked into. */
const readmeBytes = 64 * 1024;

function lookAtFrame(layout: Layout, tolerated: Tolerated): void {
  if (layout.readme === null) tolerated.add('XDM_README_MISSING', 'no README.TXT');
  else if (layout.readme.entry.size <= readmeBytes && layout.readme.entry.read().some((byte) => byte > 0x7f)) {
    tolerated.add('XDM_README_NOT_ASCII', 'README.TXT is not 7-bit ASCII', layout.readme.place);
  }
  if (layout.index === null) tolerated.add('XDM_INDEX_MISSING', 'no INDEX.HTM');
}

interface SubsetContent {
  readonly subset: Subset;
  readonly metadata: XdmMetadata;
  /** Submission set by member. */
  readonly memberships: ReadonlyMap<string, string>;
}

/** The position of the submission set that an entry belongs to: by association, else the one of its METADATA.XML. */
function submissionSetOf(entryUUID: string, content: SubsetContent, all: readonly XdmSubmissionSet[]): number | null {
  const { metadata } = content;
  const source = content.memberships.get(entryUUID);
  const set = metadata.submissionSets.find((one) => one.entryUUID === source) ?? metadata.submissionSets[0];
  return set === undefined ? null : all.indexOf(set);
}

/**
 * The one patient of the archive, from every entry and every submission set.
 *
 * @throws MssError `ERR_MSS_XDM_NO_PATIENT`
 */
function onePatient(contents: readonly SubsetContent[], problems: XdmProblem[]): PatientTraits | null {
  const metadata = contents.map((one) => one.metadata);
  const entries = metadata.flatMap((one) => one.documents);
  const sets = metadata.flatMap((one) => one.submissionSets);
  const ofEntries = entries.map(patientOf).filter((patient) => patient !== null);
  const ofSets = sets
    .map((set) => patientOf({ patientId: set.patientId, sourcePatientId: null, sourcePatientInfo: [] }))
    .filter((patient) => patient !== null);
  const [first, ...others] = [...ofEntries, ...ofSets];
  if (first === undefined) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_NO_PATIENT', 'METADATA.XML identifies nobody', { requirement: 'ECO.2.1.2' });
  }
  const byAuthority = new Map<string, string>();
  let clash = false;
  for (const id of metadata.flatMap((one) => one.patientIds).map(identifierOf)) {
    if (id === null) continue;
    clash ||= (byAuthority.get(id.oid) ?? id.value) !== id.value;
    byAuthority.set(id.oid, id.value);
  }
  const differing = others.map((other) => ({ other, fields: identityDifferences(first, other) })).filter(({ fields }) => fields.length > 0);
  const where = contents[0]?.subset.metadata.place ?? '';
  if (clash || differing.some(({ other, fields }) => areTwoPatients(first, other, fields))) {
    const fields = [...new Set([...(clash ? (['ins'] as const) : []), ...differing.flatMap((one) => one.fields)])];
    problems.push({
      code: 'ERR_MSS_XDM_TWO_PATIENTS',
      message: 'METADATA.XML names two patients',
      where,
      requirement: 'ECO.2.1.1',
      fields,
    });
    return null;
  }
  if (differing.length > 0) {
    const fields = [...new Set(differing.flatMap((one) => one.fields))];
    const message = `METADATA.XML contradicts itself about the patient: ${fields.join(', ')}`;
    problems.push({ code: 'ERR_MSS_XDM_IDENTITY_MISMATCH', message, where, requirement: 'ECO.2.1.2', fields });
  }
  const named = ofEntries.find((patient) => patient.birthName !== null) ?? first;
  const ins = named.ins ?? [first, ...others].find((patient) => patient.ins !== null)?.ins ?? null;
  return { ...named, ins };
}

/** Files of the subsets that no entry describes. */
function undescribedOf(
  subsets: readonly Subset[],
  described: ReadonlySet<ArchiveFile>,
  documents: readonly XdmDocument[],
): { readonly file: ArchiveFile; readonly report: XdmUndescribedFile }[] {
  const cited = new Set(
    documents.map((document) => document.cdaHeader?.stylesheetHref?.toLowerCase()).filter((href) => href !== undefined),
  );
  return subsets.flatMap(({ folder, files }) =>
    files
      .filter((file) => !described.has(file))
      .map((file) => ({
        file,
        report: {
          path: file.entry.name,
          size: file.entry.size,
          citedStylesheet: cited.has(file.entry.name.slice(folder.length).toLowerCase()),
        },
      })),
  );
}

/**
 * Reads IHE_XDM.ZIP: bounded, verified, and explained.
 *
 * The patient comes from METADATA.XML. Every described document is found, its size and SHA-1 verified, read as CDA, and
 * its patient compared with that of METADATA.XML. What real senders do differently is tolerated and reported as
 * warnings; what must not be filed stands in `problems`, and `ok` is `false` then. `ok` speaks of what was read: with
 * `readDocuments: 'header'` not of bodies, with `false` of no document's content.
 *
 * Files that METADATA.XML does not describe are named and never inflated, save to find a document by its hash. Nothing
 * is fetched, nothing is run (stylesheets, INDEX.HTM), nothing is written to disk.
 *
 * Not checked: digital signatures; that codes belong to value sets; that a CDA is valid.
 *
 * @throws MssError `ERR_MSS_ZIP_*` no archive, damaged, encrypted, hostile, or over a limit
 * @throws MssError `ERR_MSS_XDM_NO_METADATA` no `IHE_XDM/<subset>/METADATA.XML`
 * @throws MssError `ERR_MSS_XDM_AMBIGUOUS_METADATA` two that could be meant
 * @throws MssError `ERR_MSS_XML_*` METADATA.XML is malformed, has a DOCTYPE, or is over a limit
 * @throws MssError `ERR_MSS_XDM_METADATA_INVALID` METADATA.XML is something else
 * @throws MssError `ERR_MSS_XDM_TOO_MANY_OBJECTS` METADATA.XML describes more than an archive may hold
 * @throws MssError `ERR_MSS_XDM_NO_PATIENT` METADATA.XML identifies nobody
 * @see Référentiel #2 v0.1, ECO.2.1.2; IHE ITI TF-2 3.32, TF-3 4.2
 */
export function readXdm(bytes: Uint8Array, options: XdmReadOptions = {}): ReadResult<XdmArchive, XdmWarningCode> {
  const { limits, readDocuments = true } = options;
  const resolved = resolveLimits(limits);
  const zip = readZip(bytes, limits === undefined ? {} : { limits });
  const tolerated = new Tolerated();
  const places = new Map(zip.value.entries.map((entry, index) => [entry.name, safePlace(entry.name, index + 1)]));
  for (const { code, message, where } of zip.warnings) tolerated.add(code, message, where === undefined ? undefined : places.get(where));
  const layout = findLayout(zip.value, tolerated);
  lookAtFrame(layout, tolerated);

  const contents = layout.subsets.map((subset): SubsetContent => {
    const { place, entry } = subset.metadata;
    const xmlNodes = metadataNodes(zip.value.entries.length, resolved);
    const { value, warnings } = readMetadata(entry.read(), { where: place, limits: { ...limits, xmlNodes } });
    for (const { code, message, where } of warnings) tolerated.add(code, message, where);
    for (const document of value.documents) warnAboutPatient(document, patientOf(document), { tolerated, where: place });
    const members = value.associations.filter((one) => one.associationType === 'HasMember');
    return { subset, metadata: value, memberships: new Map(members.map((one) => [one.targetObject, one.sourceObject])) };
  });

  const problems: XdmProblem[] = [];
  const patient = onePatient(contents, problems);
  const submissionSets = contents.flatMap((one) => one.metadata.submissionSets);
  const described = new Set<ArchiveFile>();
  const shared = { contents: new FileContents(), patient, tolerated, problems, described, limits, readDocuments };
  const documents = contents.flatMap((content) => {
    const { subset, metadata } = content;
    return metadata.documents.map((entry) => {
      const submissionSet = submissionSetOf(entry.entryUUID, content, submissionSets);
      const context: DocumentContext = {
        ...shared,
        subset,
        entries: metadata.documents.length,
        submissionSet,
        where: subset.metadata.place,
      };
      return readDocument(entry, context);
    });
  });
  if (documents.length === 0) {
    const where = layout.subsets[0]?.metadata.place ?? '';
    problems.push({ code: 'ERR_MSS_XDM_NO_DOCUMENTS', message: 'METADATA.XML describes no document', where, requirement: 'ECO.2.1.1' });
  }
  const undescribed = undescribedOf(layout.subsets, described, documents);
  for (const { file, report } of undescribed) {
    if (!report.citedStylesheet) tolerated.add('XDM_UNDESCRIBED_FILE', 'a file that METADATA.XML does not describe', file.place);
  }
  const value: XdmArchive = {
    ok: problems.length === 0,
    patient,
    submissionSet: submissionSets[0] ?? null,
    submissionSets,
    documents,
    associations: contents.flatMap((one) => one.metadata.associations),
    undescribed: undescribed.map((one) => one.report),
    problems,
    tolerated: tolerated.list,
  };
  return { value, warnings: tolerated.list };
}
