import { isInsOid } from '@mss/ins-address';
import type { CdaCode, CdaEntity, CdaId, CdaName, CdaOrganization, CdaParticipation } from '@mss/cda';

import { escapeHl7, joinComponents } from '../hl7/escape.js';
import { formatXcn } from '../hl7/xcn.js';
import { formatXon, type Xon } from '../hl7/xon.js';
import type { XdmAuthor } from '../model.js';

/** PS_IdNat, national identifiers of professionals and systems. */
const professionalOid = '1.2.250.1.71.4.2.1';
/** Struct_IdNat, national identifiers of structures. */
export const structureOid = '1.2.250.1.71.4.2.2';
/** SIREN, for the service numérique en santé of a private actor. */
const sirenOid = '1.3.2';

type UsableId = CdaId & { readonly root: string; readonly extension: string };

function usableIds(ids: readonly CdaId[]): UsableId[] {
  return ids.filter((id): id is UsableId => id.root !== null && id.extension !== null && id.extension !== '');
}

/** The national identifier, else an INS, else the first one. */
function preferredId(ids: readonly CdaId[], nationalOid: string): UsableId | null {
  const usable = usableIds(ids);
  return usable.find((id) => id.root === nationalOid) ?? usable.find((id) => isInsOid(id.root)) ?? usable[0] ?? null;
}

/** XON of an organisation; `null` when it has no name. The type is IDNST for a national identifier, SIREN, else XX. */
function xonOf(organization: CdaOrganization | null): string | null {
  const name = organization?.names[0] ?? null;
  if (organization === null || name === null) return null;
  const id = preferredId(organization.ids, structureOid);
  return formatXon(institutionXon(name, id === null ? null : { id: id.extension, oid: id.root }));
}

/** The XON of a name and an identifier. */
export function institutionXon(name: string, identifier: { readonly id: string; readonly oid: string } | null): Xon {
  if (identifier === null) return { name, oid: null, typeCode: null, id: null };
  const typeCode = identifier.oid === structureOid ? 'IDNST' : identifier.oid === sirenOid ? 'SIREN' : 'XX';
  return { name, oid: identifier.oid, typeCode, id: identifier.id };
}

function namePart(names: readonly CdaName[], kind: 'family' | 'given'): string | null {
  for (const name of names) {
    const part = name.parts.find((one) => one.kind === kind && one.value !== '');
    if (part !== undefined) return part.value;
  }
  return null;
}

/**
 * XCN of who authored or signed.
 *
 * | who | components 2 and 3 | type of name | type of identifier |
 * |---|---|---|---|
 * | professional with a national identifier | family, given | D | IDNPS |
 * | patient | family, given | D | NH |
 * | anyone else | family, given | D | EI |
 * | software or device | software, model | U | RI |
 *
 * @returns `null` when there is neither identifier nor name.
 */
export function xcnOf(entity: CdaEntity): string | null {
  const id = preferredId(entity.ids, professionalOid);
  const isDevice = entity.person === null && entity.device !== null;
  const familyName = isDevice ? (entity.device?.softwareName ?? null) : namePart(entity.person?.names ?? [], 'family');
  const givenName = isDevice ? (entity.device?.manufacturerModelName ?? null) : namePart(entity.person?.names ?? [], 'given');
  if (id === null && familyName === null && givenName === null) return null;
  const personType = id?.root === professionalOid ? 'IDNPS' : id !== null && isInsOid(id.root) ? 'NH' : 'EI';
  return formatXcn({
    id: id?.extension ?? null,
    familyName,
    givenName,
    oid: id?.root ?? null,
    nameType: isDevice ? 'U' : 'D',
    typeCode: id === null ? null : isDevice ? 'RI' : personType,
  });
}

/** `G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5` */
function specialtyOf(code: CdaCode | null): string | null {
  if (code === null || code.code === null) return null;
  return joinComponents([escapeHl7(code.code), escapeHl7(code.displayName ?? ''), escapeHl7(code.codeSystem ?? '')]);
}

const listOf = (value: string | null): readonly string[] => (value === null ? [] : [value]);

/** One author of a CDA under the names of XDS. */
export function authorOf(author: CdaParticipation): XdmAuthor {
  return {
    authorInstitution: listOf(xonOf(author.entity.organization)),
    authorPerson: xcnOf(author.entity),
    authorRole: listOf(author.functionCode?.displayName ?? null),
    authorSpecialty: listOf(specialtyOf(author.entity.code)),
    authorTelecommunication: [],
  };
}
