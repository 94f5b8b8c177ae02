import { MssError, parseHl7Timestamp, type ProfileId } from '@mss/core';

import type { SubjectErrorCode } from './errors.js';
import { formatLabel, type LabelSource } from './label.js';
import { familyNameOf, givenNameOf, type NamedPatient } from './patient-names.js';

/** What a subject begins with when the mail carries IHE_XDM.ZIP. */
export const xdmPrefix = 'XDM/1.0/DDM+';

/** What {@link formatSubject} writes. */
export interface SubjectContent extends LabelSource {
  readonly patient: NamedPatient;
}

/**
 * The subject of a mail with health documents:
 *
 * ```
 * XDM/1.0/DDM+<libellé> <NOM> <prénom>[ <date de naissance>]
 * ```
 *
 * The result is plain text; `encodeHeaderText` of `@mss/formats/mime` with `keepPrefix: xdmPrefix` puts it on the wire.
 *
 * @throws MssError `ERR_MSS_SUBJECT_LABEL_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_DOCUMENT_COUNT`
 * @throws MssError `ERR_MSS_SUBJECT_NAME_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_GIVEN_NAME_MISSING`
 * @throws MssError `ERR_MSS_SUBJECT_BIRTH_DATE`
 * @see Référentiel #2 v0.1, 3.1.2, ECO.2.1.3
 */
export function formatSubject(content: SubjectContent, options: { readonly profile?: ProfileId } = {}): string {
  const fields = [
    formatLabel(content, options),
    familyNameOf(content.patient),
    givenNameOf(content.patient),
    formatBirthDate(content.patient.birthDate),
  ];
  return xdmPrefix + fields.filter((field) => field !== null).join(' ');
}

/**
 * `JJ/MM/AAAA` of the HL7 digits, lunar fields as they are; what a partial date does not tell is `00`, the way civil
 * records write it. `null` without a date.
 *
 * @throws MssError `ERR_MSS_SUBJECT_BIRTH_DATE`
 */
export function formatBirthDate(birthDate: string | null): string | null {
  if (birthDate === null || birthDate === '') return null;
  const date = parseHl7Timestamp(birthDate);
  if (date === null) {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_BIRTH_DATE', 'the birth date is not written as HL7 digits', {
      requirement: 'ECO.2.1.3',
    });
  }
  return `${date.day ?? '00'}/${date.month ?? '00'}/${date.year}`;
}
