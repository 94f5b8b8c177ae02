import { parseOid, type PatientIdentifier, type PatientTraits } from '@mss/core';
import { describeMatricule, isInsOid, isTestInsOid } from '@mss/ins-address';

import { parseCx } from '../hl7/cx.js';
import { parseSourcePatientInfo } from '../hl7/source-patient-info.js';
import type { XdmDocumentEntry } from '../model.js';
import type { Tolerated } from './warnings-list.js';

/** An identifier of METADATA.XML; `null` without an authority that is an OID. */
export function identifierOf(text: string | null): PatientIdentifier | null {
  const cx = text === null ? null : parseCx(text);
  const oid = cx?.oid === null || cx === null ? null : parseOid(cx.oid);
  return cx === null || oid === null ? null : { value: cx.id.replaceAll(/\s+/g, '').toUpperCase(), oid };
}

/** The same identifier, whatever its case and spaces. */
export function sameIdentifier(a: PatientIdentifier, b: PatientIdentifier): boolean {
  return a.oid === b.oid && a.value === b.value.replaceAll(/\s+/g, '').toUpperCase();
}

/**
 * The patient of one entry: patientId, sourcePatientId and the traits of sourcePatientInfo.
 *
 * The INS is the patientId when its authority is one of the INS, else an INS among the other identifiers.
 *
 * @returns `null` when the entry has neither identifier nor name.
 * @see Référentiel #2 v0.1, ECO.2.1.2
 */
export function patientOf(entry: Pick<XdmDocumentEntry, 'patientId' | 'sourcePatientId' | 'sourcePatientInfo'>): PatientTraits | null {
  const info = parseSourcePatientInfo(entry.sourcePatientInfo);
  const written = [entry.patientId, entry.sourcePatientId].map(identifierOf);
  const fromPid3 = info.ids.map((cx) =>
    cx.oid === null ? null : parseOid(cx.oid) === null ? null : identifierOf(`${cx.id}^^^&${cx.oid}&ISO`),
  );
  const identifiers: PatientIdentifier[] = [];
  for (const identifier of [...written, ...fromPid3]) {
    if (identifier !== null && !identifiers.some((other) => sameIdentifier(other, identifier))) identifiers.push(identifier);
  }
  const ins = identifiers.find((one) => isInsOid(one.oid)) ?? null;
  const hasName = info.birthName !== null || info.usualName !== null;
  if (identifiers.length === 0 && !hasName) return null;
  return {
    ins,
    otherIds: identifiers.filter((one) => one !== ins),
    birthName: info.birthName,
    usualName: info.usualName,
    givenNames: info.givenNames,
    usualGivenName: info.usualGivenName,
    birthDate: info.birthDate,
    sex: info.sex,
    birthPlaceCode: info.birthPlaceCode,
  };
}

/** Says what is doubtful about the identity that one entry writes. */
export function warnAboutPatient(
  entry: Pick<XdmDocumentEntry, 'patientId' | 'sourcePatientInfo'>,
  patient: PatientTraits | null,
  context: { readonly tolerated: Tolerated; readonly where: string },
): void {
  const { tolerated, where } = context;
  const id = identifierOf(entry.patientId);
  if (id === null) tolerated.add('XDM_PATIENT_ID_MISSING', 'no patientId with an OID', where);
  else if (!isInsOid(id.oid)) tolerated.add('XDM_PATIENT_ID_NOT_INS', 'the patientId is not an INS', where);
  if (entry.sourcePatientInfo.length === 0) tolerated.add('XDM_SOURCE_PATIENT_INFO_MISSING', 'no traits of the patient', where);
  const ins = patient?.ins ?? null;
  if (ins === null) return;
  const description = describeMatricule(ins.value, { oid: ins.oid });
  if (description.matricule === null) tolerated.add('XDM_INS_MALFORMED', 'the INS is not 13 characters and a key', where);
  else if (description.keyExpected !== description.matricule.slice(13)) tolerated.add('XDM_INS_KEY', 'the key of the INS is wrong', where);
  if (isTestInsOid(ins.oid)) tolerated.add('XDM_INS_TEST_OID', 'the INS is a test or demonstration identity', where);
}
