/**
 * The subject line of an MSSanté mail and the names of its PDF files, built and parsed.
 *
 * Référentiel #2 v0.1, 3.1.2 "Format de l'objet d'un courriel MSSanté" (ECO.2.1.3) and 3.1.3.1 "Nommage des fichiers au
 * format PDF" (ECO.2.1.6). Raw subjects are decoded by RFC 2047.
 *
 * @packageDocumentation
 */
export { type SubjectErrorCode, type SubjectWarningCode } from './errors.js';
export { truncateLabel } from './text.js';
export { typeLabels, type TypeLabel } from './type-labels.js';
export { familyNameOf, givenNameOf, type NamedPatient } from './patient-names.js';
export { formatLabel, type LabelSource } from './label.js';
export { formatBirthDate, formatSubject, xdmPrefix, type SubjectContent } from './format-subject.js';
export { type SubjectPrefix } from './subject-prefixes.js';
export { type NameReading } from './read-words.js';
export { parseSubject, type ParsedSubject, type ParseNamesOptions, type SubjectReading } from './parse-subject.js';
export { announcesDocuments, displaySubject, replySubject } from './plain-subject.js';
export { formatPdfName, type PdfNameContent } from './format-pdf-name.js';
export { disambiguateNames } from './disambiguate-names.js';
export { parsePdfName, type ParsedPdfName, type PdfNameReading } from './parse-pdf-name.js';
