import { fhirError } from './errors.js';

/** Who is looked for among `Practitioner`. */
export interface FhirPractitionerCriteria {
  readonly familyName?: string;
  readonly givenName?: string;
  /** 11 figures. */
  readonly rpps?: string;
  /** The whole address. The service's `:contains` answers inconsistently and is not offered. */
  readonly mailbox?: string;
}

/** Which activities are looked for (`PractitionerRole`); the professional and the structure come with them. */
export interface FhirRoleCriteria {
  readonly familyName?: string;
  readonly givenName?: string;
  readonly practitionerId?: string;
  readonly organizationId?: string;
  /** Code of a profession, function or category, `system|code` or `code`. */
  readonly role?: string;
  /** Code of a speciality. */
  readonly specialty?: string;
  readonly mailbox?: string;
}

/** Which structures are looked for (`Organization`). */
export interface FhirOrganizationCriteria {
  readonly name?: string;
  readonly finess?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly mailbox?: string;
}

const maxLength = 256;

/** The commas, bars, dollars and backslashes of a value would part it (FHIR R4, search, §3.1.1.4.0.1). */
const escaped = (value: string): string => value.replace(/[\\,|$]/g, (one) => `\\${one}`);

function checked(name: string, value: string): string {
  if (value.trim() === '' || value.length > maxLength || /[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(value)) {
    throw fhirError('ERR_MSS_ANNUAIRE_FHIR_CRITERIA', `a criterion has 1 to ${maxLength} characters, none of them a control character`, {
      details: { criterion: name },
    });
  }
  return value;
}

function figures(name: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw fhirError('ERR_MSS_ANNUAIRE_FHIR_CRITERIA', `${name} has another form`, { details: { criterion: name } });
}

/** Names of parameters, and how a value is written there. */
type Writer = readonly [parameter: string, write: (name: string, value: string) => string];

const text: (name: string, value: string) => string = (name, value) => escaped(checked(name, value));
const token = (name: string, value: string): string => {
  const [system, code] = checked(name, value).split('|');
  return code === undefined ? escaped(value) : `${escaped(system ?? '')}|${escaped(code)}`;
};
const resourceId = (name: string, value: string): string => figures(name, value, /^[A-Za-z0-9.-]{1,64}$/);

const mailbox: Writer = ['mailbox-mss:exact', text];
const idnps = (name: string, value: string): string => `urn:oid:1.2.250.1.71.4.2.1|8${figures(name, value, /^\d{11}$/)}`;
const finessNumber = (name: string, value: string): string => `https://finess.esante.gouv.fr|${figures(name, value, /^[0-9AB]{9}$/)}`;

const practitioner: Readonly<Record<keyof FhirPractitionerCriteria, Writer>> = {
  familyName: ['family', text],
  givenName: ['given', text],
  rpps: ['identifier', idnps],
  mailbox,
};
const role: Readonly<Record<keyof FhirRoleCriteria, Writer>> = {
  familyName: ['family', text],
  givenName: ['given', text],
  practitionerId: ['practitioner', resourceId],
  organizationId: ['organization', resourceId],
  role: ['role', token],
  specialty: ['specialty', token],
  mailbox,
};
const organization: Readonly<Record<keyof FhirOrganizationCriteria, Writer>> = {
  name: ['name', text],
  finess: ['identifier', finessNumber],
  city: ['address-city', text],
  postalCode: ['address-postalcode', text],
  mailbox,
};

function parametersOf(criteria: object, writers: Readonly<Record<string, Writer>>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(criteria) as readonly [string, string | undefined][]) {
    if (value === undefined) continue;
    const writer = writers[name];
    if (writer === undefined) throw new TypeError(`unknown criterion ${name}`);
    parameters.append(writer[0], writer[1](name, value));
  }
  if (parameters.size === 0) throw fhirError('ERR_MSS_ANNUAIRE_FHIR_CRITERIA', 'a search has at least one criterion');
  return parameters;
}

export const practitionerParameters = (criteria: FhirPractitionerCriteria): URLSearchParams => parametersOf(criteria, practitioner);

export function roleParameters(criteria: FhirRoleCriteria): URLSearchParams {
  const parameters = parametersOf(criteria, role);
  parameters.append('_include', 'PractitionerRole:practitioner');
  parameters.append('_include', 'PractitionerRole:organization');
  return parameters;
}

export const organizationParameters = (criteria: FhirOrganizationCriteria): URLSearchParams => parametersOf(criteria, organization);
