import type { DirectoryEntry } from '../directory/index.js';
import type { FhirCode, FhirMailbox, FhirOrganization, FhirPractitioner, FhirPractitionerRole, FhirResource } from '../fhir/index.js';
import type { LdapEntry } from '../ldap/index.js';

/** What a source may say about a mailbox, its holder and the place. */
export const mergedFields = [
  'mailboxType',
  'dematerialisation',
  'familyName',
  'givenName',
  'nationalIdentifier',
  'rpps',
  'profession',
  'specialty',
  'organisation',
  'service',
  'finess',
  'siret',
  'street',
  'postalCode',
  'city',
  'country',
] as const;

/** One of {@link mergedFields}. */
export type MergedField = (typeof mergedFields)[number];

/** What one source says at one time, in one entry of its own. */
export interface AnnuaireRecord {
  /** Name of the source: `extraction`, `ldap`, `fhir`. */
  readonly source: string;
  /** The date of the fact: the snapshot's, the answer's, or the resource's own where it has one. */
  readonly at: Date;
  /** The source's own name of the entry. */
  readonly reference: string;
  /** `null`: a person or structure without a published mailbox. */
  readonly address: string | null;
  readonly values: Readonly<Partial<Record<MergedField, readonly string[]>>>;
}

type Values = AnnuaireRecord['values'];

/** Only what is said: no empty lists. */
function said(values: Readonly<Partial<Record<MergedField, readonly (string | null)[]>>>): Values {
  const entries = Object.entries(values).map(
    ([field, list]) => [field, [...new Set((list ?? []).filter((one) => one !== null && one !== ''))]] as const,
  );
  return Object.fromEntries(entries.filter(([, list]) => list.length > 0)) as Values;
}

const yesOrNo = (flag: boolean | null): string | null => (flag === null ? null : flag ? 'oui' : 'non');

/** An entry of the local directory. @param options.at - of the snapshot */
export function recordOfEntry(entry: DirectoryEntry, options: { readonly at: Date; readonly source?: string }): AnnuaireRecord {
  return {
    source: options.source ?? 'extraction',
    at: options.at,
    reference: `${entry.source}/${entry.id}`,
    address: entry.address,
    values: said({
      mailboxType: [entry.type],
      dematerialisation: [yesOrNo(entry.dematerialisation)],
      familyName: [entry.familyName],
      givenName: [entry.givenName],
      nationalIdentifier: [entry.nationalIdentifier],
      rpps: [entry.rpps],
      profession: [entry.profession],
      specialty: [entry.specialty],
      organisation: [entry.legalName, entry.tradeName],
      service: [entry.service],
      finess: [entry.finess],
      siret: [entry.siret],
      street: entry.addressLines,
      postalCode: [entry.postalCode],
      city: [entry.city],
      country: [entry.country],
    }),
  };
}

/** An LDAP entry: one record for each of its mailboxes. @param options.at - of the answer */
export function recordsOfLdapEntry(entry: LdapEntry, options: { readonly at: Date; readonly source?: string }): readonly AnnuaireRecord[] {
  const { address = [], department: _, ...values } = entry.values;
  const common = { source: options.source ?? 'ldap', at: options.at, reference: entry.dn, values: said(values) };
  return address.length === 0 ? [{ ...common, address: null }] : address.map((one) => ({ ...common, address: one }));
}

const labels = (codes: readonly FhirCode[], system: RegExp): readonly string[] =>
  codes.flatMap((code) => (code.display !== null && system.test(code.system ?? '') ? [code.display] : []));

/** Professions are told from functions and categories by their code system. */
const professions = /ProfessionSante|G15|ProfessionSocial|R94|UsagerTitre|R95/i;

const ofPractitioner = ({ nationalIdentifier, rpps, familyName, givenNames, qualifications }: FhirPractitioner): Values =>
  said({
    nationalIdentifier: [nationalIdentifier],
    rpps: [rpps],
    familyName: [familyName],
    givenName: givenNames.slice(0, 1),
    profession: labels(qualifications, professions),
  });

const ofOrganization = ({ name, aliases, finess, addressLines, postalCode, city, country }: FhirOrganization): Values =>
  said({
    organisation: [name, ...aliases],
    finess: [finess],
    street: addressLines,
    postalCode: [postalCode],
    city: [city],
    country: [country],
  });

function ofRole(role: FhirPractitionerRole, person: FhirPractitioner | null, place: FhirOrganization | null): Values {
  const own = said({
    familyName: [role.familyName],
    givenName: role.givenNames.slice(0, 1),
    profession: labels(role.codes, professions),
    specialty: role.specialties.map(({ display }) => display),
  });
  // The name of the activity is the professional's, under which the extraction shows the line, too.
  return { ...(person === null ? {} : ofPractitioner(person)), ...(place === null ? {} : ofOrganization(place)), ...own };
}

const ofMailbox = ({ type, dematerialisation, service }: FhirMailbox): Values =>
  said({ mailboxType: [type], dematerialisation: [yesOrNo(dematerialisation)], service: [service] });

/**
 * Resources of the FHIR service: one record for each mailbox, with what the resources that belong to its carrier say.
 *
 * @param options.at - of the answer, for resources without a date of their own
 */
export function recordsOfFhir(
  resources: readonly FhirResource[],
  options: { readonly at: Date; readonly source?: string },
): readonly AnnuaireRecord[] {
  const people = new Map(resources.flatMap((one) => (one.kind === 'practitioner' ? [[one.id, one] as const] : [])));
  const places = new Map(resources.flatMap((one) => (one.kind === 'organization' ? [[one.id, one] as const] : [])));
  const valuesOf = (one: FhirResource): Values => {
    if (one.kind === 'practitioner') return ofPractitioner(one);
    if (one.kind === 'organization') return ofOrganization(one);
    return ofRole(one, people.get(one.practitionerId ?? '') ?? null, places.get(one.organizationId ?? '') ?? null);
  };
  return resources.flatMap((one): readonly AnnuaireRecord[] => {
    const common = { source: options.source ?? 'fhir', at: one.lastUpdated ?? options.at, reference: `${one.kind}/${one.id}` };
    const values = valuesOf(one);
    if (one.mailboxes.length > 0)
      return one.mailboxes.map((box) => ({ ...common, address: box.address, values: { ...values, ...ofMailbox(box) } }));
    // Those without a mailbox are shown where the answer has nothing else about them: activities.
    return one.kind === 'practitioner-role' ? [{ ...common, address: null, values }] : [];
  });
}
