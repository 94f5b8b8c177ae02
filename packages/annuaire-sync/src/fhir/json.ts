/** What JSON can hold; nothing of a foreign answer is believed before it was looked at. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Values of one list that are read. */
const maxItems = 200;
/** Characters of one text that are kept. */
const maxText = 2000;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; a single object counts as a list of one. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.slice(0, maxItems).filter((one) => isObject(one));
}

/** A text that is not empty; anything else is `null`. */
export function textOf(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim().slice(0, maxText);
  return trimmed === '' ? null : trimmed;
}

/** The texts of a list. */
export function textsOf(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list
    .slice(0, maxItems)
    .map(textOf)
    .filter((one) => one !== null);
}
