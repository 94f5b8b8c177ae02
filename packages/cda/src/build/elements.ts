import { xmlElement, type XmlElement, type XmlNode } from '@mss/formats/xml';

import { hl7Namespace, xsiNamespace } from '../namespaces.js';
import { authorSpecialties } from '../tables/author-specialties.generated.js';
import { practiceSettings } from '../tables/practice-settings.generated.js';
import { checkCode, checkId, checkOptionalText, checkTableCode, checkTelecom, checkText, checkTime } from './check.js';
import type { AddressDraft, CodeDraft, IdDraft, OrganizationDraft, PersonNameDraft, ProfessionalDraft, TelecomDraft } from './draft.js';

type Attributes = Readonly<Record<string, string | null | undefined>>;
type Children = readonly (XmlNode | null | readonly (XmlNode | null)[])[];

/** An element of the namespace of CDA. */
export function hl7(name: string, attributes: Attributes = {}, ...children: Children): XmlElement {
  return xmlElement({ namespace: hl7Namespace, name }, attributes, children.flat());
}

/** An element with one text, or `null` without it. */
export function textElement(name: string, text: string | null, attributes: Attributes = {}): XmlElement | null {
  return text === null ? null : hl7(name, attributes, text);
}

/** II */
export function idElement(name: string, id: IdDraft | undefined, field: string): XmlElement {
  const { root, extension } = checkId(id, field);
  return hl7(name, { root, extension });
}

/** CE that has been checked. */
export function codeElement(name: string, code: CodeDraft, ...children: Children): XmlElement {
  return hl7(
    name,
    { code: code.code, displayName: code.displayName, codeSystem: code.codeSystem, codeSystemName: code.codeSystemName },
    ...children,
  );
}

/** CE from the host, or `null`. */
export function optionalCode(name: string, code: CodeDraft | undefined, field: string): XmlElement | null {
  return code === undefined ? null : codeElement(name, checkCode(code, field));
}

const addressParts = ['houseNumber', 'streetName', 'unitID', 'additionalLocator', 'postalCode', 'city', 'country'] as const;

/** AD; `nullFlavor="NAV"` without one, as French headers want the element. */
export function addressElement(address: AddressDraft | undefined, field: string): XmlElement {
  if (address === undefined) return hl7('addr', { nullFlavor: 'NAV' });
  const lines = (address.streetAddressLines ?? []).map((line) =>
    textElement('streetAddressLine', checkText(line, `${field}.streetAddressLines`)),
  );
  const parts = addressParts.map((name) => textElement(name, checkOptionalText(address[name], `${field}.${name}`)));
  return hl7('addr', { use: address.use }, lines, parts);
}

/** TEL; `nullFlavor="NAV"` when there is none. */
export function telecomElements(telecoms: readonly TelecomDraft[] | undefined, field: string): readonly XmlElement[] {
  if (telecoms === undefined || telecoms.length === 0) return [hl7('telecom', { nullFlavor: 'NAV' })];
  return telecoms.map((telecom) => {
    const { value, use } = checkTelecom(telecom, field);
    return hl7('telecom', { value, use });
  });
}

/** IVL_TS; `null` when neither end is known and no nullFlavor is wanted. */
export function intervalElement(
  name: string,
  ends: { readonly start?: string | undefined; readonly end?: string | undefined },
  field: string,
  absent: 'omit' | 'UNK' = 'omit',
): XmlElement | null {
  const { start, end } = ends;
  if (start === undefined && end === undefined) return absent === 'omit' ? null : hl7(name, { nullFlavor: absent });
  const low = start === undefined ? null : hl7('low', { value: checkTime(start, `${field}.start`, { precision: 'any' }) });
  const high = end === undefined ? null : hl7('high', { value: checkTime(end, `${field}.end`, { precision: 'any' }) });
  return hl7(name, {}, low, high);
}

/** PN of anybody but the patient. */
export function nameElement(name: PersonNameDraft, field: string): XmlElement {
  return hl7(
    'name',
    {},
    textElement('prefix', checkOptionalText(name.prefix, `${field}.prefix`)),
    textElement('given', checkOptionalText(name.given, `${field}.given`)),
    textElement('family', checkText(name.family, `${field}.family`)),
    textElement('suffix', checkOptionalText(name.suffix, `${field}.suffix`)),
  );
}

/** Any organisation; the custodian's may not say its setting of exercise. */
export function organizationElement(name: string, draft: OrganizationDraft, field: string): XmlElement {
  const custodian = name === 'representedCustodianOrganization';
  const setting = draft.practiceSetting;
  return hl7(
    name,
    {},
    idElement('id', draft.id, `${field}.id`),
    textElement('name', checkText(draft.name, `${field}.name`)),
    custodian ? (telecomElements(draft.telecoms, `${field}.telecoms`)[0] ?? null) : telecomElements(draft.telecoms, `${field}.telecoms`),
    addressElement(draft.address, `${field}.address`),
    setting === undefined || custodian
      ? null
      : codeElement('standardIndustryClassCode', checkTableCode(setting, practiceSettings, `${field}.practiceSetting`)),
  );
}

/** assignedAuthor, assignedEntity. */
export function entityElement(name: string, draft: ProfessionalDraft, field: string): XmlElement {
  const { specialty, organization } = draft;
  return hl7(
    name,
    {},
    idElement('id', draft.id, `${field}.id`),
    specialty === undefined ? null : codeElement('code', checkTableCode(specialty, authorSpecialties, `${field}.specialty`)),
    addressElement(draft.address, `${field}.address`),
    telecomElements(draft.telecoms, `${field}.telecoms`),
    hl7('assignedPerson', {}, nameElement(draft.name, `${field}.name`)),
    organization === undefined ? null : organizationElement('representedOrganization', organization, `${field}.organization`),
  );
}

/** The prefixes of a document's root. */
export const prefixes: Readonly<Record<string, string>> = Object.freeze({ [hl7Namespace]: '', [xsiNamespace]: 'xsi' });
