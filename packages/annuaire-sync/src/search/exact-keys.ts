/** What an entry is looked up by. */
export type ExactKey = 'address' | 'person' | 'structure';

/** The column to look in, and the values it may have. */
export function exactKeys(key: ExactKey, text: string): { readonly column: ExactKey; readonly values: readonly string[] } {
  // Nothing that is published has a NUL, at which some databases cut and others refuse.
  const value = text.trim().replaceAll('\0', '\ufffd').slice(0, maxKeyLength);
  switch (key) {
    case 'address':
      return { column: key, values: [value.toLowerCase()] };
    case 'person': {
      const digits = value.replaceAll(/\s/g, '');
      return { column: key, values: [digits, `8${digits}`, `0${digits}`] };
    }
    case 'structure':
    default:
      return { column: key, values: [value.replaceAll(/\s/g, '').toUpperCase()] };
  }
}

const maxKeyLength = 400;
