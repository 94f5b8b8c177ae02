/** Something that stands before `XDM/1.0/DDM`, or instead of it. */
export interface SubjectPrefix {
  /**
   * `reply` Re:, Rép : · `forward` TR:, Fwd: · `integration-error` [KO Intégration système !][902] ·
   * `replaces` [Annule et remplace] · `end` [FIN] · `other` any other mark in brackets.
   */
  readonly kind: 'reply' | 'forward' | 'integration-error' | 'replaces' | 'end' | 'other';
  /** The three digits of an integration error. */
  readonly code: string | null;
}

/**
 * The marks of known kinds. Accents and spaces vary between senders.
 *
 * @see ANS, volet Transmission au LPS d'un document CDA par courriel MSSanté: `[KO Intégration système !][code]`, and
 * `[Erreur d'intégration !][902]` in its sample of an ordinary mail; Mon espace santé, note for editors V1.3: `[FIN]`.
 */
const marks: readonly (readonly [kind: SubjectPrefix['kind'], pattern: RegExp])[] = [
  ['reply', /^(?:re|r[ée]p?|r[ée]ponse|aw|sv|antw)\s{0,3}(?:[[(]\d{1,3}[\])])?\s{0,3}:/iu],
  ['forward', /^(?:tr|fwd?|wg|transf[ée]r[ée]?)\s{0,3}(?:[[(]\d{1,3}[\])])?\s{0,3}:/iu],
  [
    'integration-error',
    /^\[\s?(?:ko\s+int[ée]gration\s+syst[èe]me|erreur\s+d\s?['’]?\s?int[ée]gration)\s{0,3}!?\s?\]\s?(?:\[\s?(\d{3})\s?\])?/iu,
  ],
  ['replaces', /^\[\s?annule\s+et\s+remplace\s?\]/iu],
  ['end', /^\[FIN\]/u],
  ['other', /^\[[^\][]{1,60}\]|^\*{2,5}[^*]{1,40}\*{2,5}/u],
];

/** Takes the marks off the beginning of a text. */
export function readPrefixes(text: string): { readonly prefixes: readonly SubjectPrefix[]; readonly rest: string } {
  const prefixes: SubjectPrefix[] = [];
  let rest = text.trimStart();
  for (let found = true; found && prefixes.length < 50;) {
    found = false;
    for (const [kind, pattern] of marks) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      prefixes.push({ kind, code: match[1] ?? null });
      rest = rest.slice(match[0].length).trimStart();
      found = true;
      break;
    }
  }
  return { prefixes, rest };
}
