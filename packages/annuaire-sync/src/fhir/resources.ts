import type { MssWarning } from '@mss/core';
import { objectsOf, textOf, textsOf, type Json, type JsonObject } from './json.js';
import { readMailboxes } from './mailbox.js';
import type { FhirCode, FhirOrganization, FhirPractitioner, FhirPractitionerRole, FhirResource, FhirWarningCode } from './types.js';

/** Systems of identifiers (specification of the service). */
const systems = {
  idnps: 'urn:oid:1.2.250.1.71.4.2.1',
  rpps: 'https://rpps.esante.gouv.fr',
  finess: 'https://finess.esante.gouv.fr',
} as const;

type Warnings = MssWarning<FhirWarningCode>[];

function identifierOf(resource: JsonObject, system: string): string | null {
  return textOf(objectsOf(resource.identifier).find((one) => one.system === system)?.value);
}

function codesOf(concepts: Json | undefined): readonly FhirCode[] {
  return objectsOf(concepts).flatMap((concept) =>
    objectsOf(concept.coding).map((coding) => ({
      system: textOf(coding.system),
      code: textOf(coding.code),
      display: textOf(coding.display) ?? textOf(concept.text),
    })),
  );
}

/** `Practitioner/003-1` → `003-1`; a reference to another kind or another server is none of ours. */
function referenceOf(value: Json | undefined, type: string): string | null {
  const reference = textOf(objectsOf(value)[0]?.reference);
  const [, kind, id] = /^(?:https:\/\/[^?#]*\/)?([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference ?? '') ?? [];
  return kind === type ? (id ?? null) : null;
}

function common(
  resource: JsonObject,
  id: string,
  warnings: Warnings,
): Pick<FhirResource, 'id' | 'lastUpdated' | 'mailboxes' | 'identifiers'> {
  const stamp = textOf(objectsOf(resource.meta)[0]?.lastUpdated);
  const instant = stamp === null ? null : new Date(stamp);
  const isInstant = instant !== null && !Number.isNaN(instant.getTime());
  if (stamp !== null && !isInstant) warnings.push({ code: 'FHIR_INSTANT_INVALID', message: 'lastUpdated is no instant', where: 'meta' });
  const identifiers = objectsOf(resource.identifier).flatMap(({ system, value }) => {
    const text = textOf(value);
    return text === null ? [] : [{ system: textOf(system), value: text }];
  });
  return { id, lastUpdated: isInstant ? instant : null, mailboxes: readMailboxes(resource.telecom, warnings), identifiers };
}

/** The official name, else the first. */
function nameOf(names: Json | undefined): {
  readonly familyName: string | null;
  readonly givenNames: readonly string[];
  readonly civility: string | null;
} {
  const all = objectsOf(names);
  const name = all.find(({ use }) => use === 'official') ?? all[0];
  return { familyName: textOf(name?.family), givenNames: textsOf(name?.given), civility: textOf(textsOf(name?.prefix)[0]) };
}

function readPractitioner(resource: JsonObject, id: string, warnings: Warnings): FhirPractitioner {
  const national = identifierOf(resource, systems.idnps);
  const rpps = identifierOf(resource, systems.rpps) ?? (national?.startsWith('8') === true ? national.slice(1) : null);
  return {
    kind: 'practitioner',
    ...common(resource, id, warnings),
    ...nameOf(resource.name),
    nationalIdentifier: national,
    // The same system numbers a cabinet, with the RPPS of its holder and a rank.
    rpps: rpps !== null && /^\d{11}$/.test(rpps) ? rpps : null,
    qualifications: objectsOf(resource.qualification).flatMap(({ code }) => codesOf(code)),
  };
}

function readRole(resource: JsonObject, id: string, warnings: Warnings): FhirPractitionerRole {
  // The name of the activity stands in an extension, whose address changed between versions: its value's type tells it.
  const named = objectsOf(resource.extension).find(({ valueHumanName }) => valueHumanName !== undefined);
  const { familyName, givenNames } = nameOf(named?.valueHumanName);
  return {
    kind: 'practitioner-role',
    ...common(resource, id, warnings),
    practitionerId: referenceOf(resource.practitioner, 'Practitioner'),
    organizationId: referenceOf(resource.organization, 'Organization'),
    familyName,
    givenNames,
    codes: codesOf(resource.code),
    specialties: codesOf(resource.specialty),
  };
}

function readOrganization(resource: JsonObject, id: string, warnings: Warnings): FhirOrganization {
  const [address] = objectsOf(resource.address);
  return {
    kind: 'organization',
    ...common(resource, id, warnings),
    name: textOf(resource.name),
    aliases: textsOf(resource.alias),
    finess: identifierOf(resource, systems.finess),
    addressLines: textsOf(address?.line),
    postalCode: textOf(address?.postalCode),
    city: textOf(address?.city),
    country: textOf(address?.country),
  };
}

/**
 * Reads one resource. What is not there is `null`; what is not understood is left out.
 *
 * @returns `null` for another kind of resource, for one without id, and for one that was withdrawn
 */
export function readResource(resource: JsonObject, warnings: Warnings): FhirResource | null {
  const id = textOf(resource.id);
  if (resource.active === false) {
    warnings.push({ code: 'FHIR_INACTIVE', message: 'a withdrawn resource was left out' });
    return null;
  }
  if (id !== null) {
    if (resource.resourceType === 'Practitioner') return readPractitioner(resource, id, warnings);
    if (resource.resourceType === 'PractitionerRole') return readRole(resource, id, warnings);
    if (resource.resourceType === 'Organization') return readOrganization(resource, id, warnings);
  }
  warnings.push({ code: 'FHIR_RESOURCE_UNEXPECTED', message: 'an entry is no resource of the directory', where: 'entry' });
  return null;
}
