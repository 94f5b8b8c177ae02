/**
 * IHE_XDM.ZIP and METADATA.XML, written and read.
 *
 * Référentiel #2 v0.1, 3.1: ECO.2.1.1, ECO.2.1.2, ECO.2.1.4. IHE ITI TF-2 3.32 (Distribute Document Set on Media),
 * TF-3 4.2 and 4.3 (metadata), CI-SIS Volet Échange and Volet Transmission de documents CDA.
 *
 * @packageDocumentation
 */
export { buildXdm, type BuiltXdm } from './write/build-xdm.js';
export { type XdmBuildOptions, type XdmDocumentOverrides, type XdmMissingAttribute } from './write/options.js';
export { type XdmSender } from './write/readme.js';
export { writeMetadata, type XdmMetadataDraft } from './write/metadata-xml.js';
export { readXdm, type XdmReadOptions } from './read/read-xdm.js';
export { readMetadata, type XdmMetadata } from './read/metadata.js';
export { type XdmArchive, type XdmDocument, type XdmProblem, type XdmUndescribedFile } from './read/archive.js';
export { ensureXdmOk } from './read/ensure-ok.js';
export { identityDifferences, type XdmIdentityField } from './read/identity.js';
export { describeXdm, type XdmDescription } from './describe.js';
export { formatCx, parseCx, type Cx } from './hl7/cx.js';
export { formatXcn, parseXcn, type Xcn } from './hl7/xcn.js';
export { formatXon, parseXon, type Xon } from './hl7/xon.js';
export { formatSourcePatientInfo, parseSourcePatientInfo, type SourcePatientInfo } from './hl7/source-patient-info.js';
export { escapeHl7, unescapeHl7 } from './hl7/escape.js';
export { type XdmAssociation, type XdmAuthor, type XdmCode, type XdmDocumentEntry, type XdmSubmissionSet } from './model.js';
export {
  type XdmBuildErrorCode,
  type XdmDocumentErrorCode,
  type XdmErrorCode,
  type XdmProblemCode,
  type XdmReadErrorCode,
  type XdmThrownErrorCode,
} from './errors.js';
export { type XdmWarningCode } from './warnings.js';
