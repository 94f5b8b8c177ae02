import type { CdaCode } from './types/data-types.js';
import type { CdaDocument, CdaSection } from './types/document.js';
import type { CdaHeader } from './types/header.js';

/** For whose eyes a document is not. */
export interface DocumentVisibility {
  /** INVISIBLE_PATIENT: for professionals only, until the consultation where the patient is told. */
  readonly invisiblePatient: boolean;
  /** INVISIBLE_REPRESENTANTS_LEGAUX: not for those who represent a minor. */
  readonly invisibleRepresentatives: boolean;
  /** MASQUE_PS: for the patient only. */
  readonly maskedFromProfessionals: boolean;
}

function sectionCodes(sections: readonly CdaSection[]): readonly CdaCode[] {
  return sections.flatMap((section) => [
    ...(section.confidentiality === null ? [] : [section.confidentiality]),
    ...sectionCodes(section.sections),
  ]);
}

/**
 * Who must not see a document, from its confidentiality and masking codes, wherever the header writes them:
 * `confidentialityCode` itself, a repetition of it, or a `translation` beside `N`.
 *
 * Given the whole document, the codes of its sections count too: a part that the patient must not see makes a
 * document that the patient must not be sent. The code system is not looked at: a masking code under a wrong OID masks.
 *
 * INVISIBLE_PATIENT together with MASQUE_PS leaves nobody who may see the document.
 *
 * @see JDV_J08 (codes of 1.2.250.1.213.1.1.4.13); CI-SIS Volet Transmission d'un document CDA, règles de gestion MSSanté.
 */
export function visibility(source: CdaHeader | CdaDocument): DocumentVisibility {
  const header = 'header' in source ? source.header : source;
  const sections = 'header' in source && source.body.kind === 'structured' ? sectionCodes(source.body.sections) : [];
  const codes = new Set(
    [...header.confidentialityCodes, ...sections].flatMap((code) => [code, ...code.translations]).map((code) => code.code?.toUpperCase()),
  );
  return {
    invisiblePatient: codes.has('INVISIBLE_PATIENT'),
    invisibleRepresentatives: codes.has('INVISIBLE_REPRESENTANTS_LEGAUX'),
    maskedFromProfessionals: codes.has('MASQUE_PS'),
  };
}
