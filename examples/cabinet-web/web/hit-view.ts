import type { AnnuaireHit } from '../src/answer.ts';

/** Fields in which a word can be found, as a person calls them. */
const fieldNames: Readonly<Record<string, string>> = {
  family: 'le nom',
  given: 'le prénom',
  city: 'la ville',
  profession: 'la profession ou spécialité',
  organisation: 'la structure',
  address: 'l’adresse de messagerie',
  joined: 'le nom',
  postcode: 'le code postal',
  identifier: 'l’identifiant',
  mailbox: 'l’adresse de messagerie',
};

const present = (parts: readonly (string | null)[]): string[] => parts.filter((part) => part !== null && part !== '') as string[];

const titles: Readonly<Record<string, string>> = { DR: 'Dr', PR: 'Pr', MME: 'Mme', MLLE: 'Mlle', M: 'M.' };

/** A text of a line, and the fields of the index whose words it is made of. */
export interface Part {
  readonly text: string;
  readonly fields: readonly AnnuaireHit['matches'][number]['field'][];
}

const partsOf = (...parts: readonly (readonly [string | null, Part['fields']])[]): readonly Part[] =>
  parts.flatMap(([text, fields]) => (text === null || text === '' ? [] : [{ text, fields }]));

const joinedBy = (separator: string, parts: readonly Part[]): string => parts.map(({ text }) => text).join(separator);

/** `Dr`, `Claire`, `MOREAU`; for the mailbox of a service its name; for that of a structure the structure's. */
export function nameParts(hit: AnnuaireHit): readonly Part[] {
  const { civility, givenName, familyName } = hit;
  if (familyName !== null) {
    return partsOf([titles[civility ?? ''] ?? civility, []], [givenName, ['given', 'joined']], [familyName, ['family', 'joined']]);
  }
  return partsOf([hit.service ?? hit.organisation ?? hit.address ?? 'Sans nom', ['organisation']]);
}

/** `Dr Claire MOREAU`. */
export const nameOf = (hit: AnnuaireHit): string => joinedBy(' ', nameParts(hit));

/** `Médecin`, `Cardiologie et maladies vasculaires`. */
export function professionParts({ profession, specialty }: AnnuaireHit): readonly Part[] {
  return partsOf([profession, ['profession']], [specialty, ['profession']]);
}

/** Where the activity is that this line is for: the names of the structure, and its town. */
export function activityParts(hit: AnnuaireHit): readonly Part[] {
  const { organisation, tradeName, postalCode, city } = hit;
  return partsOf(
    [organisation, ['organisation']],
    [tradeName === organisation ? null : tradeName, ['organisation']],
    [present([postalCode, city]).join(' '), ['postcode', 'city', 'joined']],
  );
}

export function activityOf(hit: AnnuaireHit): string {
  const parts = activityParts(hit);
  return parts.length === 0 ? 'Activité sans structure publiée' : joinedBy(', ', parts);
}

/** Whose mailbox it is: what a person chooses between when one name has several. */
export function boxOf(hit: AnnuaireHit): string {
  if (hit.address === null) return 'Aucune boîte MSSanté publiée';
  if (hit.type === 'PER') return 'Boîte personnelle';
  if (hit.type === 'ORG')
    return hit.service === null ? 'Boîte de la structure, lue par plusieurs personnes' : 'Boîte du service, lue par plusieurs personnes';
  if (hit.type === 'APP') return 'Boîte d’un logiciel : personne ne la lit directement';
  if (hit.type === 'CAB') return 'Boîte du cabinet, lue par plusieurs personnes';
  return present(['Boîte de type', hit.type ?? 'inconnu']).join(' ');
}

/** What is published about documents without paper; empty when nothing is, or there is no mailbox. */
export function paperOf({ dematerialisation }: AnnuaireHit): string {
  if (dematerialisation === null) return '';
  return dematerialisation ? 'Accepte les documents sans papier' : 'N’a pas accepté de recevoir sans papier';
}

/** Why this line was found, as a sentence: what `<mark>` shows to the eye. */
export function reasonOf({ matches }: AnnuaireHit): string {
  const exact = present([
    ...new Set(matches.filter(({ kind }) => kind === 'exact' || kind === 'prefix').map(({ field }) => fieldNames[field] ?? null)),
  ]);
  const parts: string[] = exact.length === 0 ? [] : [`dans ${listed(exact)}`];
  for (const { word, kind, field } of matches) {
    const where = fieldNames[field] ?? 'la fiche';
    if (kind === 'synonym') parts.push(`« ${word} » compris dans ${where}`);
    if (kind === 'typing-error') parts.push(`« ${word} » à une faute de frappe près dans ${where}`);
  }
  return parts.length === 0 ? '' : `Trouvé ${parts.join(' ; ')}.`;
}

const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} et ${items.at(-1) ?? ''}`;

/** The whole line in words, for the name of its button: two mailboxes of one person must not sound the same. */
export function describeHit(hit: AnnuaireHit): string {
  return present([nameOf(hit), joinedBy(', ', professionParts(hit)), boxOf(hit), activityOf(hit)]).join(', ');
}

/** Stable as long as the directory does not change. */
export const keyOf = (hit: AnnuaireHit): string => String(hit.id);
