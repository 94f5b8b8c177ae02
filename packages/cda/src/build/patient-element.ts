import { MssError, type Environment } from '@mss/core';
import type { XmlElement } from '@mss/formats/xml';
import { insKindOf, isTestInsOid, isValidMatricule } from '@mss/ins-address';

import type { CdaErrorCode } from '../errors.js';
import { checkOptionalText, checkText, invalid, missing } from './check.js';
import type { PatientDraft } from './draft.js';
import { addressElement, hl7, idElement, nameElement, telecomElements, textElement } from './elements.js';

function refuseIns(message: string): never {
  throw new MssError<CdaErrorCode>('ERR_MSS_CDA_BUILD_INS', message, { requirement: 'ECO.2.2.6' });
}

function insElement(traits: PatientDraft['traits'], environment: Environment): XmlElement | null {
  const { ins } = traits;
  if (ins === null) return null;
  if (insKindOf(ins.oid) === null) refuseIns('the OID of the INS is none of an INS: social security numbers are other identifiers');
  if (isTestInsOid(ins.oid) && environment !== 'test') refuseIns('a test or demonstration INS in the production environment');
  if (!isValidMatricule(ins.value)) refuseIns('the INS is malformed or its key is wrong');
  return hl7('id', { root: ins.oid, extension: ins.value });
}

const sexes = { F: 'Féminin', M: 'Masculin' };

function genderElement(traits: PatientDraft['traits']): XmlElement {
  const { sex, ins } = traits;
  if (sex === null) missing('patient.traits.sex');
  if (sex !== 'U') return hl7('administrativeGenderCode', { code: sex, displayName: sexes[sex], codeSystem: '2.16.840.1.113883.5.1' });
  if (ins !== null) invalid('patient.traits.sex', 'must be F or M with an INS');
  return hl7('administrativeGenderCode', { nullFlavor: 'UNK' });
}

/** The five parts of the name in the order of the French profile. */
function patientName({ birthName, givenNames, usualName, usualGivenName }: PatientDraft['traits']): XmlElement {
  const [first] = givenNames;
  return hl7(
    'name',
    {},
    textElement('family', checkText(birthName, 'patient.traits.birthName'), { qualifier: 'BR' }),
    textElement('given', givenNames.map((name) => checkText(name, 'patient.traits.givenNames')).join(' ')),
    textElement('given', checkText(first, 'patient.traits.givenNames'), { qualifier: 'BR' }),
    textElement('family', checkOptionalText(usualName, 'patient.traits.usualName'), { qualifier: 'CL' }),
    textElement('given', checkOptionalText(usualGivenName, 'patient.traits.usualGivenName'), { qualifier: 'CL' }),
  );
}

function birthplaceElement({ traits, birthPlaceName }: PatientDraft): XmlElement | null {
  const { birthPlaceCode, ins } = traits;
  if (birthPlaceCode === null && ins !== null) missing('patient.traits.birthPlaceCode');
  if (birthPlaceCode !== null && !/^(?:\d{5}|2[AB]\d{3})$/.test(birthPlaceCode)) invalid('patient.traits.birthPlaceCode', 'is no COG code');
  const city = checkOptionalText(birthPlaceName, 'patient.birthPlaceName');
  if (birthPlaceCode === null && city === null) return null;
  return hl7('birthplace', {}, hl7('place', {}, hl7('addr', {}, textElement('county', birthPlaceCode), textElement('city', city))));
}

/** recordTarget, as the INS rules of the header want it. */
export function recordTargetElement(draft: PatientDraft, environment: Environment): XmlElement {
  const { traits } = draft;
  const birthDate = checkText(traits.birthDate, 'patient.traits.birthDate');
  if (!/^\d{4}(?:\d{2}){0,5}$/.test(birthDate)) invalid('patient.traits.birthDate', 'is not 4 to 14 digits');
  const ins = insElement(traits, environment);
  if (ins === null && traits.otherIds.length === 0) missing('patient.traits.ins or otherIds');
  const guardians = (draft.guardians ?? []).map((guardian) =>
    hl7(
      'guardian',
      {},
      addressElement(guardian.address, 'patient.guardians.address'),
      telecomElements(guardian.telecoms, 'patient.guardians.telecoms'),
      hl7('guardianPerson', {}, nameElement(guardian.name, 'patient.guardians.name')),
    ),
  );
  const addresses = draft.addresses ?? [];
  return hl7(
    'recordTarget',
    {},
    hl7(
      'patientRole',
      {},
      ins,
      traits.otherIds.map((id) => idElement('id', { root: id.oid, extension: id.value }, 'patient.traits.otherIds')),
      addresses.length === 0 ? addressElement(undefined, '') : addresses.map((one) => addressElement(one, 'patient.addresses')),
      telecomElements(draft.telecoms, 'patient.telecoms'),
      hl7(
        'patient',
        { classCode: 'PSN' },
        patientName(traits),
        genderElement(traits),
        hl7('birthTime', { value: birthDate }),
        guardians,
        birthplaceElement(draft),
      ),
    ),
  );
}
