/**
 * HL7 v2 escaping of one component with the usual delimiters `|^~\&`.
 *
 * | character | written |
 * |---|---|
 * | `\|` | `\F\` |
 * | `^` | `\S\` |
 * | `&` | `\T\` |
 * | `~` | `\R\` |
 * | `\` | `\E\` |
 *
 * Line breaks and other control characters become one space.
 *
 * @see HL7 v2.5.1, 2.7 "Use of escape sequences in text fields"
 */
export function escapeHl7(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').replaceAll(/[|^&~\\]/g, (character) => `\\${letters[character] ?? ''}\\`);
}

const letters: Readonly<Record<string, string>> = { '|': 'F', '^': 'S', '&': 'T', '~': 'R', '\\': 'E' };
const characters: Readonly<Record<string, string>> = { F: '|', S: '^', T: '&', R: '~', E: '\\', '.br': '\n', '.sp': '\n', H: '', N: '' };

/**
 * Undoes {@link escapeHl7}, reads `\Xdd…\` (UTF-8 bytes in hexadecimal) as well, and keeps a sequence that it does not
 * know, or a lone backslash, as written.
 */
export function unescapeHl7(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([FSTREHN]|\.br|\.sp|X(?:[0-9A-Fa-f]{2}){1,64})\\/g, (_, sequence: string) =>
    sequence.startsWith('X') ? Buffer.from(sequence.slice(1), 'hex').toString('utf8') : (characters[sequence] ?? ''),
  );
}

/** Components of a field, still escaped. */
export function componentsOf(field: string): string[] {
  return field.split('^');
}

/** The component at a position that counts from 1, unescaped and trimmed; `null` when it is empty. */
export function componentAt(components: readonly string[], position: number): string | null {
  const text = unescapeHl7(components[position - 1] ?? '').trim();
  return text === '' ? null : text;
}

/** The universal id (second subcomponent) of an assigning authority `namespace&OID&ISO`; a lone OID is taken too. */
export function authorityOid(component: string | undefined): string | null {
  const [namespace = '', universal = ''] = (component ?? '').split('&');
  const oid = unescapeHl7(universal).trim() || unescapeHl7(namespace).trim();
  return /^[0-2](\.\d+)+$/.test(oid) ? oid : null;
}

/** Puts components together without the empty ones at the end. */
export function joinComponents(components: readonly string[]): string {
  return components.join('^').replace(/\^+$/, '');
}
