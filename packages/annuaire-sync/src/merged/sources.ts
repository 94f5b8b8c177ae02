import type { FhirDirectory } from '../fhir/index.js';
import type { LdapCriteria, LdapDirectory } from '../ldap/index.js';
import type { DirectorySearch } from '../search/index.js';
import { recordOfEntry, recordsOfFhir, recordsOfLdapEntry, type AnnuaireRecord } from './record.js';

/** What is looked up: exactly one of them. */
export type MergedQuery =
  | { readonly address: string }
  /** RPPS, 11 figures. */
  | { readonly rpps: string }
  /** FINESS, 9 characters. */
  | { readonly finess: string };

/** What a source found. */
export interface SourceAnswer {
  readonly records: readonly AnnuaireRecord[];
  /** There is more than this. */
  readonly isPartial: boolean;
}

/** One place to ask. */
export interface MergedSource {
  readonly name: string;
  /** Longer than that nobody waits for it. Default: the view's. */
  readonly timeoutMs?: number;
  find(query: MergedQuery, options: { readonly signal: AbortSignal }): Promise<SourceAnswer>;
}

/**
 * The local directory.
 *
 * @param options.at - when its snapshot was published; a function where the directory is synchronised while the view is in use
 */
export function extractionSource(
  search: Pick<DirectorySearch, 'findByAddress' | 'findByPerson' | 'findByStructure'>,
  options: { readonly at: Date | (() => Date | Promise<Date>); readonly name?: string },
): MergedSource {
  const { name = 'extraction' } = options;
  return {
    name,
    async find(query) {
      const entries =
        'address' in query
          ? search.findByAddress(query.address)
          : 'rpps' in query
            ? search.findByPerson(query.rpps)
            : search.findByStructure(query.finess);
      const found = await entries;
      const at = typeof options.at === 'function' ? await options.at() : options.at;
      return { records: found.map((entry) => recordOfEntry(entry, { at, source: name })), isPartial: false };
    },
  };
}

/** The LDAP service. It is asked by the attributes that its map has. */
export function ldapSource(
  directory: Pick<LdapDirectory, 'find'>,
  options: { readonly name?: string; readonly timeoutMs?: number } = {},
): MergedSource {
  const { name = 'ldap', ...rest } = options;
  return {
    ...rest,
    name,
    async find(query, { signal }) {
      const criteria: LdapCriteria = query;
      const { entries, at, partial } = await directory.find(criteria, { signal });
      return { records: entries.flatMap((entry) => recordsOfLdapEntry(entry, { at, source: name })), isPartial: partial !== null };
    },
  };
}

/** The FHIR service. */
export function fhirSource(
  directory: Pick<FhirDirectory, 'findByFiness' | 'findByMailbox' | 'findByRpps'>,
  options: { readonly name?: string; readonly timeoutMs?: number } = {},
): MergedSource {
  const { name = 'fhir', ...rest } = options;
  return {
    ...rest,
    name,
    async find(query, given) {
      const { resources, at, isPartial } = await ('address' in query
        ? directory.findByMailbox(query.address, given)
        : 'rpps' in query
          ? directory.findByRpps(query.rpps, given)
          : directory.findByFiness(query.finess, given));
      return { records: recordsOfFhir(resources, { at, source: name }), isPartial };
    },
  };
}
