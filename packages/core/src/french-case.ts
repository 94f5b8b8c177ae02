/**
 * Upper case as French identity documents write it: accents kept, `ß` as `SS`, ligatures kept (`œ` is `Œ`), NFC.
 *
 * @see Référentiel #2 v0.1, ECO.2.1.3: "nom de naissance de l'usager en majuscule".
 */
export function upperCaseFrench(text: string): string {
  return text.normalize('NFC').toLocaleUpperCase('fr');
}
