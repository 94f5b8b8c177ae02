/** What an entry can say, in the words of the directory on disk. */
export const ldapFields = [
  'address',
  'mailboxType',
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
  'department',
  'country',
] as const;

/** One of {@link ldapFields}. */
export type LdapField = (typeof ldapFields)[number];

/**
 * The attribute, or the attributes, that hold a field. Configuration: the schema of the national directory is not public, so
 * nothing is assumed. A field that is left out is neither asked for nor searched.
 */
export type LdapAttributeMap = Readonly<Partial<Record<LdapField, string | readonly string[]>>>;

/** RFC 4512 §1.4 and §2.5: a short name or an OID, with options. */
const attributeDescription = /^(?:[A-Za-z][A-Za-z0-9-]{0,127}|[0-2](?:\.(?:0|[1-9]\d*))+)(?:;[A-Za-z0-9-]+)*$/;

/** A map that was checked: every mapped field with its attributes, in order. */
export type CheckedMap = ReadonlyMap<LdapField, readonly string[]>;

/** @throws TypeError when a field is unknown, a name is no attribute description, or nothing is mapped */
export function checkAttributeMap(map: LdapAttributeMap): CheckedMap {
  const checked = new Map<LdapField, readonly string[]>();
  for (const [name, value] of Object.entries(map)) {
    const field = ldapFields.find((one) => one === name);
    if (field === undefined) throw new TypeError(`unknown field ${name}`);
    const attributes = typeof value === 'string' ? [value] : [...value];
    if (attributes.length === 0 || !attributes.every((one) => attributeDescription.test(one))) {
      throw new TypeError(`the attributes of ${name} are no attribute descriptions`);
    }
    checked.set(field, attributes);
  }
  if (checked.size === 0) throw new TypeError('the attribute map names no attribute');
  return checked;
}

/** The name by which servers may answer: without options, case apart (RFC 4512 §2.5). */
export const baseName = (attribute: string): string => (attribute.split(';')[0] ?? '').toLowerCase();
