import { MssError } from '@mss/core';
import { confidentialityCodes, visibility, type CdaDocument, type DocumentVisibility } from '@mss/cda';

import type { XdmErrorCode } from '../errors.js';
import type { XdmCode } from '../model.js';

/** HL7 v3 Confidentiality: N, R, V. */
const levelSystem = '2.16.840.1.113883.5.25';

const maskCodes: readonly (readonly [keyof DocumentVisibility, string])[] = [
  ['maskedFromProfessionals', 'MASQUE_PS'],
  ['invisiblePatient', 'INVISIBLE_PATIENT'],
  ['invisibleRepresentatives', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
];

function codeOf(code: string): XdmCode {
  const concept = confidentialityCodes.find(code);
  return { code, codingScheme: concept?.codeSystem ?? null, displayName: concept?.displayName ?? null };
}

/**
 * The level (N, R, V; N when the document says none of them), then one code for each kind of eyes the document is
 * hidden from, by the document or by the host.
 *
 * @throws MssError `ERR_MSS_XDM_VISIBILITY` hidden from the patient and from the professionals: nobody may read it.
 * @see JDV_J08-XdsConfidentialityCode-CISIS
 */
export function confidentialityCodesOf(document: CdaDocument, given: Partial<DocumentVisibility> = {}): readonly XdmCode[] {
  const own = visibility(document);
  const hidden = (key: keyof DocumentVisibility): boolean => own[key] || given[key] === true;
  if (hidden('maskedFromProfessionals') && hidden('invisiblePatient')) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_VISIBILITY', 'the document is hidden from the patient and from the professionals');
  }
  const codes = document.header.confidentialityCodes.flatMap((code) => [code, ...code.translations]);
  const level = codes.find((code) => confidentialityCodes.find(code.code ?? '', levelSystem) !== null)?.code ?? 'N';
  return [codeOf(level), ...maskCodes.filter(([key]) => hidden(key)).map(([, code]) => codeOf(code))];
}
