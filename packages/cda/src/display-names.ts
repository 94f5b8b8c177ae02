import type { CdaName } from './types/data-types.js';
import type { CdaEntity, CdaOrganization } from './types/header.js';

function valuesOf(name: CdaName, kind: CdaName['parts'][number]['kind']): readonly string[] {
  return name.parts.filter((part) => part.kind === kind && part.value !== '').map((part) => part.value);
}

/**
 * A professional's name as the French write it: `DR Marcel CAMPARINI`, `MME Roberta BLEEDER`. The suffix holds the
 * professional title (DR, PR) in French documents and goes first, instead of M and MME.
 */
export function displayName(name: CdaName): string | null {
  const titles = valuesOf(name, 'suffix');
  const parts = [
    ...(titles.length > 0 ? titles : valuesOf(name, 'prefix')),
    ...valuesOf(name, 'given'),
    ...valuesOf(name, 'family'),
    ...valuesOf(name, 'text'),
  ];
  return parts.length === 0 ? null : parts.join(' ');
}

/** The name of an organisation, else its first identifier. */
export function displayOrganization(organization: CdaOrganization): string | null {
  return organization.names[0] ?? organization.ids[0]?.extension ?? organization.ids[0]?.root ?? null;
}

/** The person, else the device, else the organisation, else the first identifier of an entity. */
export function displayEntity(entity: CdaEntity): string | null {
  const person = entity.person?.names.map(displayName).find((name) => name !== null) ?? null;
  const device = [entity.device?.softwareName, entity.device?.manufacturerModelName].filter((name) => typeof name === 'string').join(' ');
  const organization = entity.organization === null ? null : displayOrganization(entity.organization);
  return person ?? (device === '' ? null : device) ?? organization ?? entity.ids[0]?.extension ?? null;
}
