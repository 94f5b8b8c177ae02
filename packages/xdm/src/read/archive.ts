import type { MssWarning, PatientTraits } from '@mss/core';
import type { CdaDocument, CdaDocumentHeader, CdaWarningCode } from '@mss/cda';

import type { XdmDocumentErrorCode, XdmProblemCode } from '../errors.js';
import type { XdmAssociation, XdmDocumentEntry, XdmSubmissionSet } from '../model.js';
import type { XdmWarningCode } from '../warnings.js';
import type { XdmIdentityField } from './identity.js';

/** Why the archive must not be filed as it is. Nothing that identifies a patient is in it. */
export interface XdmProblem {
  readonly code: XdmProblemCode;
  /** An English sentence. */
  readonly message: string;
  /** Place in the archive. */
  readonly where: string;
  readonly requirement: string | null;
  /** Traits that differ, by name. */
  readonly fields?: readonly XdmIdentityField[];
  /** What the reader of the document said. */
  readonly cause?: XdmDocumentErrorCode | (string & {});
  /** What METADATA.XML says and what was found: sizes, hashes. */
  readonly evidence?: Readonly<Record<string, string | number>>;
}

/** One described document. */
export interface XdmDocument {
  /** The URI of the entry; the name of the file when the entry has none. `null`: neither. */
  readonly uri: string | null;
  /** Name of the file in the archive; `null` when it is not there. */
  readonly path: string | null;
  /** Position of its submission set in `submissionSets`; `null` without one. */
  readonly submissionSet: number | null;
  readonly entry: XdmDocumentEntry;
  /** The patient as this entry writes it. */
  readonly patient: PatientTraits | null;
  /** Bytes of the file; `null` when it is not there. */
  readonly size: number | null;
  /** SHA-1 of the file, upper case. */
  readonly sha1: string | null;
  /** `null`: the entry has no size to compare with. */
  readonly sizeOk: boolean | null;
  /** `null`: the entry has no hash to compare with. */
  readonly hashOk: boolean | null;
  readonly bytes: Uint8Array | null;
  /** The document, read; `null` when it is not CDA, cannot be read, or was not to be read whole. */
  readonly cda: CdaDocument | null;
  /** Its header: the one of `cda`, or all that was read of it with `readDocuments: 'header'`. */
  readonly cdaHeader: CdaDocumentHeader | null;
  /** What reading the document tolerated. */
  readonly cdaWarnings: readonly MssWarning<CdaWarningCode>[];
}

/** A file of a subset that METADATA.XML does not describe. */
export interface XdmUndescribedFile {
  readonly path: string;
  readonly size: number;
  /** A stylesheet that a document cites; it is never run. */
  readonly citedStylesheet: boolean;
}

/** An archive, read. */
export interface XdmArchive {
  /** No problem: every described document is there, is what METADATA.XML says, and is about the one patient. */
  readonly ok: boolean;
  /** The patient by METADATA.XML (ECO.2.1.2); `null` when it names two. */
  readonly patient: PatientTraits | null;
  /** The first submission set. */
  readonly submissionSet: XdmSubmissionSet | null;
  readonly submissionSets: readonly XdmSubmissionSet[];
  readonly documents: readonly XdmDocument[];
  readonly associations: readonly XdmAssociation[];
  readonly undescribed: readonly XdmUndescribedFile[];
  readonly problems: readonly XdmProblem[];
  /** The warnings of the result again, so that the archive can be shown by itself. */
  readonly tolerated: readonly MssWarning<XdmWarningCode>[];
}
