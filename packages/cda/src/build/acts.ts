import type { XmlElement } from '@mss/formats/xml';

import { facilityTypes } from '../tables/facility-types.generated.js';
import { checkOptionalText, checkTableCode } from './check.js';
import type { ActDraft, EncounterDraft } from './draft.js';
import { addressElement, codeElement, entityElement, hl7, idElement, intervalElement, optionalCode, textElement } from './elements.js';

/** documentationOf */
export function actElement(act: ActDraft, field: string): XmlElement {
  const performer =
    act.performer === undefined
      ? null
      : hl7('performer', { typeCode: 'PRF' }, entityElement('assignedEntity', act.performer, `${field}.performer`));
  return hl7(
    'documentationOf',
    {},
    hl7(
      'serviceEvent',
      {},
      act.id === undefined ? null : idElement('id', act.id, `${field}.id`),
      optionalCode('code', act.code, `${field}.code`),
      intervalElement('effectiveTime', act, field),
      performer,
    ),
  );
}

/** componentOf */
export function encounterElement(draft: EncounterDraft): XmlElement {
  const { facility, responsible } = draft;
  const place =
    facility.name === undefined && facility.address === undefined
      ? null
      : hl7(
          'location',
          {},
          textElement('name', checkOptionalText(facility.name, 'encounter.facility.name')),
          facility.address === undefined ? null : addressElement(facility.address, 'encounter.facility.address'),
        );
  return hl7(
    'componentOf',
    {},
    hl7(
      'encompassingEncounter',
      {},
      draft.id === undefined ? null : idElement('id', draft.id, 'encounter.id'),
      optionalCode('code', draft.code, 'encounter.code'),
      intervalElement('effectiveTime', draft, 'encounter', 'UNK'),
      responsible === undefined ? null : hl7('responsibleParty', {}, entityElement('assignedEntity', responsible, 'encounter.responsible')),
      hl7(
        'location',
        {},
        hl7(
          'healthCareFacility',
          {},
          facility.id === undefined ? null : idElement('id', facility.id, 'encounter.facility.id'),
          codeElement('code', checkTableCode(facility.type, facilityTypes, 'encounter.facility.type')),
          place,
        ),
      ),
    ),
  );
}
