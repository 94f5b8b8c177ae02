import type { XmlElement } from '@mss/formats/xml';

import { checkTime } from './check.js';
import type { AuthorDraft, ProfessionalDraft } from './draft.js';
import { addressElement, entityElement, hl7, idElement, nameElement, organizationElement, telecomElements } from './elements.js';

/** author */
export function authorElement({ professional, time }: AuthorDraft): XmlElement {
  const written = hl7('time', { value: checkTime(time, 'authors.time', { precision: 'time' }) });
  return hl7('author', {}, written, entityElement('assignedAuthor', professional, 'authors.professional'));
}

/** legalAuthenticator, who has signed. */
export function legalAuthenticatorElement({ professional, time }: AuthorDraft): XmlElement {
  const signed = hl7('time', { value: checkTime(time, 'legalAuthenticator.time', { precision: 'time' }) });
  return hl7(
    'legalAuthenticator',
    {},
    signed,
    hl7('signatureCode', { code: 'S' }),
    entityElement('assignedEntity', professional, 'legalAuthenticator'),
  );
}

/** informationRecipient */
export function recipientElement(draft: ProfessionalDraft): XmlElement {
  const { organization } = draft;
  return hl7(
    'informationRecipient',
    {},
    hl7(
      'intendedRecipient',
      {},
      idElement('id', draft.id, 'recipients.id'),
      addressElement(draft.address, 'recipients.address'),
      telecomElements(draft.telecoms, 'recipients.telecoms'),
      hl7('informationRecipient', {}, nameElement(draft.name, 'recipients.name')),
      organization === undefined ? null : organizationElement('receivedOrganization', organization, 'recipients.organization'),
    ),
  );
}
