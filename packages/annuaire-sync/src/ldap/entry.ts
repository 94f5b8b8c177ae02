import type { MssWarning } from '@mss/core';
import type { RawAttribute } from './answer.js';
import { baseName, type CheckedMap, type LdapField } from './fields.js';

/** What was tolerated in an entry. */
export type LdapWarningCode =
  /** A value that is no UTF-8 text was left out. */
  | 'LDAP_VALUE_NOT_TEXT'
  /** More values than anybody needs; the rest was left out. */
  | 'LDAP_VALUES_CUT';

/** One entry: what it says of every field that is mapped, nothing chosen among several values. */
export interface LdapEntry {
  readonly dn: string;
  /** As published, in the server's order; an empty list where the entry says nothing. */
  readonly values: Readonly<Partial<Record<LdapField, readonly string[]>>>;
}

/** Values of one attribute that are read. */
const maxValues = 100;

const strict = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

/** Reads the mapped attributes of an entry. */
export function readEntry(
  raw: { readonly dn: string; readonly attributes: readonly RawAttribute[] },
  map: CheckedMap,
): { readonly entry: LdapEntry; readonly warnings: readonly MssWarning<LdapWarningCode>[] } {
  const warnings: MssWarning<LdapWarningCode>[] = [];
  const byName = new Map<string, string[]>();
  for (const { name, values } of raw.attributes) {
    if (values.length > maxValues) {
      warnings.push({ code: 'LDAP_VALUES_CUT', message: `an attribute has more than ${maxValues} values`, where: baseName(name) });
    }
    const texts = byName.get(baseName(name)) ?? [];
    for (const value of values.slice(0, maxValues)) {
      const text = strict(value)?.trim() ?? null;
      if (text === null) warnings.push({ code: 'LDAP_VALUE_NOT_TEXT', message: 'a value is no UTF-8 text', where: baseName(name) });
      else if (text !== '') texts.push(text);
    }
    byName.set(baseName(name), texts);
  }
  const values = Object.fromEntries(
    [...map].map(([field, attributes]): [LdapField, readonly string[]] => {
      const found = attributes.flatMap((attribute) => byName.get(baseName(attribute)) ?? []);
      return [field, [...new Set(found)]];
    }),
  );
  return { entry: { dn: raw.dn, values }, warnings };
}
