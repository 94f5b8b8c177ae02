import { MssError, type PatientIdentifier, type PatientTraits } from '@mss/core';
import { describeInsOid, isInsOid } from '@mss/ins-address';

import type { XdmErrorCode } from '../errors.js';
import { formatCx } from '../hl7/cx.js';

/** NH for an INS, INS-C for the abandoned one, PI for every other number, the social security numbers .13 and .14 included. */
function cxOf(identifier: PatientIdentifier): string {
  const row = describeInsOid(identifier.oid);
  const typeCode = isInsOid(identifier.oid) ? 'NH' : row?.name.startsWith('INS-C') === true ? 'INS-C' : 'PI';
  return formatCx({ id: identifier.value, oid: identifier.oid, typeCode });
}

/**
 * patientId: the INS, else the first other identifier.
 *
 * @throws MssError `ERR_MSS_XDM_NO_PATIENT_ID`
 */
export function patientIdOf(traits: PatientTraits): string {
  const identifier = traits.ins ?? traits.otherIds[0];
  if (identifier === undefined) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_NO_PATIENT_ID', 'the documents name no identifier of the patient', {
      requirement: 'ECO.2.1.2',
    });
  }
  return cxOf(identifier);
}

/** sourcePatientId: the first identifier that is not an INS, else the INS. */
export function sourcePatientIdOf(traits: PatientTraits): string | null {
  const identifier = traits.otherIds.find((one) => !isInsOid(one.oid)) ?? traits.ins;
  return identifier === null ? null : cxOf(identifier);
}
