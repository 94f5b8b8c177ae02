import { MssError, parseHl7Timestamp, type ProfileId } from '@mss/core';

import type { SubjectErrorCode } from './errors.js';
import { formatLabel, type LabelSource } from './label.js';
import { familyNameOf, givenNameOf, type NamedPatient } from './patient-names.js';
import { cleanField } from './text.js';

/** What {@link formatPdfName} writes. */
export interface PdfNameContent extends LabelSource {
  readonly patient: NamedPatient;
  /** `documentationOf/serviceEvent/effectiveTime/low` in HL7 digits, of the first document when several are joined. */
  readonly actDate: string | null;
  /** Number known to sender and receiver; for laboratory reports the number under which the order was registered. */
  readonly caseNumber?: string | null;
}

/** Most bytes of a file name, in UTF-8, on the file systems in use. */
export const maxNameBytes = 255;
/** Bytes kept free for " (999)". */
const reservedBytes = 6;

/**
 * The name of the PDF of a document:
 *
 * ```
 * <AAAAMMJJ>_<type document>_<NOM>_<prénom>[_<numéro de dossier>].pdf
 * ```
 *
 * Inside a field, `_` and what file names cannot hold (`/ \ : * ? " < > |`, control characters, a dot or space at the
 * end) becomes `-`. A reserved name of Windows cannot occur: every name begins with a date. A name above 255 bytes loses
 * the end of the longest of given name, family name and label.
 *
 * @throws MssError `ERR_MSS_SUBJECT_ACT_DATE_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_ACT_DATE`
 * @throws MssError `ERR_MSS_SUBJECT_LABEL_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_DOCUMENT_COUNT`
 * @throws MssError `ERR_MSS_SUBJECT_NAME_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_GIVEN_NAME_MISSING`
 * @see Référentiel #2 v0.1, 3.1.3.1, ECO.2.1.6
 */
export function formatPdfName(content: PdfNameContent, options: { readonly profile?: ProfileId } = {}): string {
  const requirement = 'ECO.2.1.6';
  const day = actDay(content.actDate);
  const label = fileNameField(formatLabel(content, { ...options, requirement }));
  const family = fileNameField(familyNameOf(content.patient, requirement));
  const given = fileNameField(givenNameOf(content.patient, requirement));
  const caseNumber = fileNameField(content.caseNumber ?? '');
  const tail = caseNumber === '' ? '' : `_${cutBytes(caseNumber, 60)}`;
  const budget = maxNameBytes - reservedBytes - byteLength(`${day}___${tail}.pdf`);
  return `${day}_${fitBytes([label, family, given], budget).join('_')}${tail}`.replace(/[. ]+$/, '-') + '.pdf';
}

/** The eight digits of the day as the document writes them: the local day of the act, whatever the zone. */
function actDay(actDate: string | null): string {
  const requirement = 'ECO.2.1.6';
  if (actDate === null || actDate === '') {
    throw new MssError<SubjectErrorCode>(
      'ERR_MSS_SUBJECT_ACT_DATE_MISSING',
      'the document has no date of the act (serviceEvent/effectiveTime/low)',
      { requirement },
    );
  }
  const date = parseHl7Timestamp(actDate);
  if (date === null || date.month === null || date.day === null) {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_ACT_DATE', 'the date of the act must have year, month and day', { requirement });
  }
  return date.year + date.month + date.day;
}

/** A field as it may stand between two underscores of a file name. */
function fileNameField(text: string): string {
  return cleanField(text).replaceAll(/[_/\\:*?"<>|]/g, '-');
}

/** Shortens the longest field, one code point at a time, until all fit together. */
function fitBytes(fields: readonly string[], budget: number): readonly string[] {
  const fitted = [...fields];
  let total = fitted.reduce((sum, field) => sum + byteLength(field), 0);
  while (total > budget) {
    const lengths = fitted.map(byteLength);
    const longest = lengths.lastIndexOf(Math.max(...lengths));
    const shorter = cutBytes(fitted[longest] ?? '', (lengths[longest] ?? 0) - 1);
    total -= (lengths[longest] ?? 0) - byteLength(shorter);
    fitted[longest] = shorter;
  }
  return fitted;
}

/** The longest beginning of a text that has at most `bytes` bytes and ends with a whole character. */
export function cutBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const points = Array.from(text.slice(0, bytes));
  while (points.length > 0 && byteLength(points.join('')) > bytes) points.pop();
  return points.join('');
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
