import { MssError } from '@mss/core';
import type { XmlElement } from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import { sdtcNamespace } from '../namespaces.js';
import type { CdaPatient } from '../types/header.js';
import { readAddress, readAddresses, readCodeOf, readIds, readNames, readTelecoms, readTime } from './data-types.js';
import { readEntity, readOrganization } from './entities.js';
import { attribute, text, type HeaderReader } from './header-reader.js';
import { readPatientTraits } from './patient-traits.js';

function noPatient(): never {
  throw new MssError<CdaErrorCode>(
    'ERR_MSS_CDA_NO_PATIENT',
    'the document does not say whom it is about: neither an INS nor a family name',
    {
      requirement: 'ECO.2.1.1',
    },
  );
}

function readBirthplace(reader: HeaderReader, patient: XmlElement): CdaPatient['birthplace'] {
  const birthplace = reader.one(patient, 'birthplace');
  const place = birthplace === null ? null : reader.one(birthplace, 'place');
  if (place === null) return null;
  const name = reader.one(place, 'name');
  if (name !== null) reader.whole(name);
  const address = reader.one(place, 'addr');
  return { name: text(name), address: address === null ? null : readAddress(reader, address) };
}

/** The SDTC extensions of US origin that the French maternity documents use. */
function readExtensions(reader: HeaderReader, patient: XmlElement): Pick<CdaPatient, 'deceased' | 'multipleBirth'> {
  const of = (name: string): XmlElement | null => reader.one(patient, name, sdtcNamespace);
  const deceasedIndicator = of('deceasedInd');
  const deceasedTime = of('deceasedTime');
  const multipleBirth = of('multipleBirthInd');
  const order = of('multipleBirthOrderNumber');
  return {
    deceased:
      deceasedIndicator === null && deceasedTime === null
        ? null
        : { indicator: attribute(deceasedIndicator, 'value'), time: deceasedTime === null ? null : readTime(deceasedTime) },
    multipleBirth:
      multipleBirth === null && order === null ? null : { indicator: attribute(multipleBirth, 'value'), order: attribute(order, 'value') },
  };
}

/**
 * The one patient of a document.
 *
 * @throws MssError `ERR_MSS_CDA_NO_PATIENT` neither an INS nor a family name.
 * @throws MssError `ERR_MSS_CDA_TWO_PATIENTS` several recordTarget.
 */
export function readPatient(reader: HeaderReader, root: XmlElement): CdaPatient {
  const targets = reader.all(root, 'recordTarget');
  if (targets.length > 1) {
    throw new MssError<CdaErrorCode>('ERR_MSS_CDA_TWO_PATIENTS', 'the document is about more than one patient', {
      requirement: 'ECO.2.1.1',
    });
  }
  const [target] = targets;
  const role = target === undefined ? null : reader.one(target, 'patientRole');
  if (role === null) noPatient();
  const patient = reader.one(role, 'patient');
  const birthTime = patient === null ? null : reader.one(patient, 'birthTime');
  const provider = reader.one(role, 'providerOrganization');
  const whole: Omit<CdaPatient, 'traits'> = {
    ids: readIds(reader, role),
    addresses: readAddresses(reader, role),
    telecoms: readTelecoms(reader, role),
    names: patient === null ? [] : readNames(reader, patient),
    gender: patient === null ? null : readCodeOf(reader, patient, 'administrativeGenderCode'),
    birthTime: birthTime === null ? null : readTime(birthTime),
    birthplace: patient === null ? null : readBirthplace(reader, patient),
    maritalStatus: patient === null ? null : readCodeOf(reader, patient, 'maritalStatusCode'),
    ...(patient === null ? { deceased: null, multipleBirth: null } : readExtensions(reader, patient)),
    guardians: patient === null ? [] : reader.all(patient, 'guardian').map((one) => readEntity(reader, one)),
    providerOrganization: provider === null ? null : readOrganization(reader, provider),
  };
  const traits = readPatientTraits(reader, whole);
  if (traits.ins === null && traits.birthName === null && traits.usualName === null) noPatient();
  return { traits, ...whole };
}
