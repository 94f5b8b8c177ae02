import type { CdaHeader } from '@mss/cda';

import type { XdmCode } from '../model.js';

/** TRE_R209-TypeActivite. */
const activityTypes = '1.2.250.1.213.2.2';
const row = (code: string, displayName: string): XdmCode => Object.freeze({ code, codingScheme: activityTypes, displayName });

const inpatient = row('03', 'Hospitalisation complète (non compris hospitalisation de semaine)');
const outpatient = row('07', 'Consultation Soins Externes');
const recurring = row('19', 'Traitement et Cure Ambulatoire');

/** HL7 v3 ActCode, and TRE_R305-TypeRencontre. */
const actCode = '2.16.840.1.113883.5.4';
const encounterType = '1.2.250.1.213.1.1.4.2.291';

const byEncounter: Readonly<Record<string, XdmCode>> = {
  [`${actCode} IMP`]: inpatient,
  [`${actCode} ACUTE`]: inpatient,
  [`${actCode} NONAC`]: inpatient,
  [`${actCode} AMB`]: outpatient,
  [`${actCode} EMER`]: outpatient,
  [`${encounterType} EXTERNE`]: outpatient,
  [`${encounterType} SEANCE`]: recurring,
};

/**
 * contentTypeCode from the kind of encounter of a CDA.
 *
 * | PV1-2 | encompassingEncounter/code | contentTypeCode |
 * |---|---|---|
 * | I | IMP, ACUTE, NONAC | 03 |
 * | O | AMB, EXTERNE | 07 |
 * | E | EMER | 07 |
 * | R | SEANCE | 19 |
 * | N | - | 97 is only for a host that says so |
 *
 * The archives of ANS put the facility's code here; that is never done.
 *
 * @returns `null` without encounter code or with another one (VR, HH …): the host knows, or the attribute stays out.
 * @see CI-SIS Volet Transmission de documents CDA en HL7 v2, mapping of contentTypeCode from PV1-2; TRE_R209-TypeActivite
 */
export function contentTypeOf(header: CdaHeader): XdmCode | null {
  const code = header.encounter?.code ?? null;
  return code === null ? null : (byEncounter[`${code.codeSystem ?? ''} ${code.code ?? ''}`] ?? null);
}
