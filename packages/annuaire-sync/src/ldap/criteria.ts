import type { Filter } from 'ldapts';
import { ldapError } from './errors.js';
import { checkAttributeMap, ldapFields, type CheckedMap, type LdapAttributeMap, type LdapField } from './fields.js';
import type { LdapWriter } from './wire.js';

/**
 * A text that is looked for. A plain string is the whole value: `*` in it is an asterisk. What letter case and accents mean is
 * decided by the server's schema.
 */
export type LdapText = string | { readonly startsWith: string } | { readonly contains: string };

/** All of them must hold. */
export type LdapCriteria = Readonly<Partial<Record<LdapField, LdapText>>>;

/** Characters of one criterion. */
const maxLength = 256;

function checkText(field: LdapField, text: string): string {
  if (text.trim() === '' || text.length > maxLength || /[\u0000-\u001f\u007f]/.test(text) || /\p{Surrogate}/u.test(text)) {
    throw ldapError('ERR_MSS_ANNUAIRE_LDAP_CRITERIA', `a criterion has 1 to ${maxLength} characters, none of them a control character`, {
      details: { field },
    });
  }
  return text;
}

/** One attribute and what it must be: never text that is parsed again, so no value can change the filter's shape. */
function termOf({ EqualityFilter, SubstringFilter }: LdapWriter, attribute: string, value: LdapText): Filter {
  if (typeof value === 'string') return new EqualityFilter({ attribute, value });
  if ('startsWith' in value) return new SubstringFilter({ attribute, initial: value.startsWith });
  return new SubstringFilter({ attribute, any: [value.contains] });
}

/** The fields that are asked for, with their values checked and their attributes. */
function* terms(criteria: LdapCriteria, map: CheckedMap): Generator<{ readonly attributes: readonly string[]; readonly value: LdapText }> {
  for (const [name, value] of Object.entries(criteria)) {
    const field = ldapFields.find((one) => one === name);
    if (field === undefined) throw new TypeError(`unknown field ${name}`);
    checkText(field, typeof value === 'string' ? value : 'startsWith' in value ? value.startsWith : value.contains);
    const attributes = map.get(field);
    if (attributes === undefined) {
      throw ldapError('ERR_MSS_ANNUAIRE_LDAP_UNMAPPED', `no attribute is configured for ${field}`, { details: { field } });
    }
    yield { attributes, value };
  }
}

/**
 * The filter of a search: `(&(configured)(field)…)`, `(|…)` where a field has several attributes. Values travel as they are, in
 * octet strings of their own.
 *
 * @throws ERR_MSS_ANNUAIRE_LDAP_CRITERIA without a criterion, or with one that is none
 * @throws ERR_MSS_ANNUAIRE_LDAP_UNMAPPED
 */
export function filterOf(
  criteria: LdapCriteria,
  options: { readonly map: CheckedMap; readonly configured: string | undefined; readonly writer: LdapWriter },
): Filter {
  const { map, configured, writer } = options;
  const { AndFilter, FilterParser, OrFilter, PresenceFilter } = writer;
  const filters = [...terms(criteria, map)].map(({ attributes, value }): Filter => {
    const alternatives = attributes.map((attribute) => termOf(writer, attribute, value));
    return alternatives.length === 1 && alternatives[0] !== undefined ? alternatives[0] : new OrFilter({ filters: alternatives });
  });
  if (filters.length === 0) throw ldapError('ERR_MSS_ANNUAIRE_LDAP_CRITERIA', 'a search has at least one criterion');
  const narrowing = configured === undefined ? new PresenceFilter({ attribute: 'objectClass' }) : FilterParser.parseString(configured);
  return new AndFilter({ filters: [narrowing, ...filters] });
}

/** RFC 4515 §3: the characters that a filter's text cannot hold as they are. */
const escaped = (value: string): string => value.replace(/[\u0000()*\\]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0')}`);

function formatTerm(attribute: string, value: LdapText): string {
  if (typeof value === 'string') return `(${attribute}=${escaped(value)})`;
  return 'startsWith' in value ? `(${attribute}=${escaped(value.startsWith)}*)` : `(${attribute}=*${escaped(value.contains)}*)`;
}

/**
 * The filter of a search as text (RFC 4515), for a trace or for another tool. It holds what was searched for.
 *
 * @throws ERR_MSS_ANNUAIRE_LDAP_CRITERIA | ERR_MSS_ANNUAIRE_LDAP_UNMAPPED
 */
export function formatLdapFilter(
  criteria: LdapCriteria,
  options: { readonly attributes: LdapAttributeMap; readonly filter?: string },
): string {
  const parts = [...terms(criteria, checkAttributeMap(options.attributes))].map(({ attributes, value }) => {
    const alternatives = attributes.map((attribute) => formatTerm(attribute, value));
    return alternatives.length === 1 ? (alternatives[0] ?? '') : `(|${alternatives.join('')})`;
  });
  if (parts.length === 0) throw ldapError('ERR_MSS_ANNUAIRE_LDAP_CRITERIA', 'a search has at least one criterion');
  return `(&${options.filter ?? '(objectClass=*)'}${parts.join('')})`;
}
