/**
 * Makes generated.jsonl and everyday.jsonl: what somebody types who looks for an entry that was drawn from the generated
 * directory, and what the entry must have. Rules of typing only: nothing here knows how the search ranks.
 *
 * Run from the root of the repository, with Node 24: node tooling/testdata/annuaire-search/make-queries.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { generateExtraction } from '../../benchmarks/annuaire-generator/index.ts';
import { directoryOptions } from './directory-options.ts';

interface Entry {
  readonly address: string;
  readonly type: string;
  readonly rpps: string;
  readonly finess: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly profession: string;
  readonly specialty: string;
  readonly organisation: string;
  readonly service: string;
  readonly city: string;
  readonly postalCode: string;
}
type Wants = Partial<Entry> & { readonly domain?: string };

const lines = [...generateExtraction(directoryOptions)].slice(1);
lines.push(...readFileSync(new URL('difficult.txt', import.meta.url), 'utf8').trimEnd().split('\n'));
const entries = lines.map((line): Entry => {
  const at = line.split('|') as [string, ...string[]];
  const get = (column: number): string => at[column] ?? '';
  return {
    type: get(0),
    address: get(1),
    rpps: get(2) === '8' ? get(3) : '',
    finess: get(5) === 'FINESS' ? get(6) : '',
    service: get(7),
    familyName: get(9),
    givenName: get(10),
    profession: get(14),
    specialty: get(16),
    organisation: get(18),
    city: get(27).replace(/^\d{5} /, ''),
    postalCode: get(28),
  };
});

let state = 20260722;
const below = (bound: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};
const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
const pick = (entry: Entry, ...keys: readonly (keyof Entry)[]): Wants => Object.fromEntries(keys.map((key) => [key, entry[key]]));
const letters = 'abcdefghijklmnopqrstuvwxyz';
/** A place inside a word, neither its first letter nor its last. */
const inside = (word: string): number => 1 + below(word.length - 2);
const plain = (word: string): boolean => /^[a-z]{6,}$/.test(word);

const everyday: Readonly<Record<string, string>> = {
  'Masseur-Kinésithérapeute': 'kiné',
  Infirmier: 'infirmière',
  'Chirurgien-Dentiste': 'dentiste',
  'Sage-Femme': 'sage femme',
  Pharmacien: 'pharmacien',
  Orthophoniste: 'orthophoniste',
  'Pédicure-Podologue': 'podologue',
};
const specialists: Readonly<Record<string, string>> = {
  'Cardiologie et maladies vasculaires': 'cardiologue',
  'Dermatologie et Vénéréologie': 'dermato',
  Ophtalmologie: 'ophtalmo',
  Pédiatrie: 'pédiatre',
  Psychiatrie: 'psychiatre',
  Neurologie: 'neurologue',
  Pneumologie: 'pneumologue',
  Rhumatologie: 'rhumato',
  'Radio-diagnostic': 'radiologue',
  'Anesthésie-réanimation': 'anesthésiste',
};

interface Rule {
  readonly name: string;
  readonly fits: (entry: Entry) => boolean;
  readonly query: (entry: Entry) => string;
  readonly wants: (entry: Entry) => Wants;
}
const isPerson = (entry: Entry): boolean => entry.familyName !== '';
const hasTown = (entry: Entry): boolean => isPerson(entry) && entry.city !== '';
const named = (entry: Entry): Wants => pick(entry, 'familyName', 'givenName');
const placed = (entry: Entry): Wants => pick(entry, 'familyName', 'givenName', 'city');
const mistyped = (name: string, mistake: (word: string, at: number) => string): Rule => ({
  name,
  fits: (entry) => hasTown(entry) && plain(fold(entry.familyName)),
  query: (entry) => {
    const word = fold(entry.familyName);
    return `${mistake(word, inside(word))} ${fold(entry.givenName)} ${fold(entry.city)}`;
  },
  wants: placed,
});
/** Typed beginnings say what is wanted only when one person alone has them. */
const begins = (entry: Entry): string => `${fold(entry.familyName).slice(0, 4)} ${fold(entry.givenName).slice(0, 3)} ${fold(entry.city).slice(0, 4)}`;
const uses = new Map<string, Set<string>>();
for (const entry of entries.filter(hasTown)) uses.set(begins(entry), (uses.get(begins(entry)) ?? new Set()).add(JSON.stringify(placed(entry))));

const rules: readonly Rule[] = [
  { name: 'name', fits: isPerson, query: (e) => `${e.givenName} ${e.familyName}`, wants: named },
  { name: 'name and town', fits: hasTown, query: (e) => fold(`${e.familyName} ${e.givenName} ${e.city}`), wants: placed },
  { name: 'beginnings', fits: (e) => hasTown(e) && uses.get(begins(e))?.size === 1 && plain(fold(e.familyName)), query: begins, wants: placed },
  mistyped('a wrong letter', (word, at) => word.slice(0, at) + letters[(letters.indexOf(word[at] ?? 'a') + 1 + below(25)) % 26] + word.slice(at + 1)),
  mistyped('a letter missing', (word, at) => word.slice(0, at) + word.slice(at + 1)),
  mistyped('a letter too many', (word, at) => word.slice(0, at) + letters[below(26)] + word.slice(at)),
  mistyped('two letters exchanged', (word, at) => word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2)),
  {
    name: 'other order',
    fits: (e) => hasTown(e) && everyday[e.profession] !== undefined,
    query: (e) => fold(`${e.city} ${everyday[e.profession]} ${e.familyName}`),
    wants: (e) => pick(e, 'familyName', 'profession', 'city'),
  },
  { name: 'no hyphen', fits: (e) => /-/.test(e.familyName), query: (e) => fold(`${e.familyName} ${e.givenName}`).replaceAll('-', ' '), wants: named },
  { name: 'hyphen and space left out', fits: (e) => /[- ]/.test(e.givenName), query: (e) => fold(e.givenName).replaceAll(/[- ]/g, '') + ` ${fold(e.familyName)}`, wants: named },
  { name: 'RPPS', fits: (e) => e.rpps !== '', query: (e) => e.rpps, wants: (e) => pick(e, 'rpps') },
  { name: 'RPPS begun', fits: (e) => e.rpps !== '', query: (e) => e.rpps.slice(0, 10), wants: (e) => pick(e, 'rpps') },
  { name: 'name and postcode', fits: hasTown, query: (e) => `${e.familyName} ${e.postalCode}`, wants: (e) => pick(e, 'familyName', 'postalCode') },
  {
    name: 'doctor in a town',
    fits: (e) => hasTown(e) && e.profession === 'Médecin',
    query: (e) => `dr ${fold(e.familyName)} ${fold(e.city)}`,
    wants: (e) => pick(e, 'familyName', 'profession', 'city'),
  },
  {
    name: 'profession in a town',
    fits: (e) => hasTown(e) && everyday[e.profession] !== undefined,
    query: (e) => `${everyday[e.profession]} ${fold(e.city)}`,
    wants: (e) => pick(e, 'profession', 'city', 'type'),
  },
  {
    name: 'speciality in a town',
    fits: (e) => hasTown(e) && specialists[e.specialty] !== undefined,
    query: (e) => `${specialists[e.specialty]} ${fold(e.city)}`,
    wants: (e) => pick(e, 'specialty', 'city', 'type'),
  },
  {
    name: 'name and speciality',
    fits: (e) => isPerson(e) && specialists[e.specialty] !== undefined,
    query: (e) => `${fold(e.familyName)} ${specialists[e.specialty]}`,
    wants: (e) => pick(e, 'familyName', 'specialty'),
  },
  {
    name: 'service of a hospital',
    fits: (e) => e.service !== '' && /^(CHU|CENTRE HOSPITALIER)/.test(e.organisation),
    query: (e) => fold(`${e.service} ${e.organisation}`),
    wants: (e) => pick(e, 'service', 'organisation'),
  },
  { name: 'address begun', fits: () => true, query: (e) => e.address.slice(0, e.address.indexOf('@') + 4), wants: (e) => pick(e, 'address') },
  { name: 'FINESS', fits: (e) => e.finess !== '' && e.type === 'ORG', query: (e) => e.finess, wants: (e) => pick(e, 'finess') },
];

// The words of every day that came later, each rule with the text of an address's domain beside it.
const domainOf = (entry: Entry): string => entry.address.slice(entry.address.indexOf('@') + 1);
const plurals: Readonly<Record<string, string>> = {
  'Masseur-Kinésithérapeute': 'kinés',
  Infirmier: 'infirmières',
  'Chirurgien-Dentiste': 'dentistes',
  'Sage-Femme': 'sages-femmes',
  Pharmacien: 'pharmaciens',
  Orthophoniste: 'orthophonistes',
  'Pédicure-Podologue': 'podologues',
  Psychologue: 'psychologues',
};
const pluralSpecialists: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...specialists, 'Dermatologie et Vénéréologie': 'dermatologue', Ophtalmologie: 'ophtalmologue', Rhumatologie: 'rhumatologue' }).map(
    ([specialty, word]) => [specialty, `${word}s`],
  ),
);
/** Written in two words, or under another name, in the label of the speciality. */
const disciplines: Readonly<Record<string, readonly string[]>> = {
  'Radio-diagnostic': ['radiologie', 'imagerie', 'radiologue'],
  'Radio-thérapie': ['radiothérapie', 'radiothérapeute'],
  'Neuro-chirurgie': ['neurochirurgie', 'neurochirurgien'],
  'Gastro-entérologie et hépatologie': ['gastroentérologie', 'gastro-entérologue'],
  'Chirurgie urologique': ['urologie', 'urologue'],
  'Chirurgie orthopédique et Traumatologie': ['orthopédie', 'orthopédiste'],
};
const oneOf = (words: readonly string[]): string => words[below(words.length)] ?? '';
/** A town in which a structure is called after the discipline has two things that somebody may mean. */
const townsOf = (beginning: string): ReadonlySet<string> =>
  new Set(entries.filter(({ organisation, service }) => fold(`${organisation} ${service}`).includes(beginning)).map(({ city }) => city));
const ambiguous: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.values(disciplines).map(([word = '']) => [word, new Set([...townsOf(fold(word).slice(0, 6)), ...townsOf('imagerie')])]),
);
const isGeneralist = ({ specialty }: Entry): boolean => /Médecine Générale/.test(specialty);
const everydayRules: readonly Rule[] = [
  {
    name: 'discipline in a town',
    fits: (e) => hasTown(e) && ambiguous[disciplines[e.specialty]?.[0] ?? '']?.has(e.city) === false,
    query: (e) => `${oneOf(disciplines[e.specialty] ?? [])} ${fold(e.city)}`,
    wants: (e) => pick(e, 'specialty', 'city', 'type'),
  },
  {
    name: 'title',
    fits: hasTown,
    query: (e) => `${oneOf(['mr', 'm.', 'M', 'mme', 'melle', 'monsieur', 'dre'])} ${fold(`${e.familyName} ${e.givenName}`)}`,
    wants: named,
  },
  {
    name: 'title and town',
    fits: hasTown,
    query: (e) => `${oneOf(['mr', 'm', 'mme', 'mlle'])} ${fold(`${e.familyName} ${e.city}`)}`,
    wants: (e) => pick(e, 'familyName', 'city'),
  },
  {
    name: 'plural in a town',
    fits: (e) => hasTown(e) && plurals[e.profession] !== undefined,
    query: (e) => `${plurals[e.profession]} ${fold(e.city)}`,
    wants: (e) => pick(e, 'profession', 'city', 'type'),
  },
  {
    name: 'plural of a speciality in a town',
    fits: (e) => hasTown(e) && pluralSpecialists[e.specialty] !== undefined,
    query: (e) => `${pluralSpecialists[e.specialty]} ${fold(e.city)}`,
    wants: (e) => pick(e, 'specialty', 'city', 'type'),
  },
  {
    name: 'médecin traitant',
    fits: (e) => hasTown(e) && isGeneralist(e),
    query: (e) => `médecin traitant ${fold(`${e.familyName} ${e.city}`)}`,
    wants: (e) => pick(e, 'familyName', 'profession', 'city'),
  },
  {
    name: 'domain',
    fits: () => true,
    query: (e) => `${oneOf(['@', ''])}${domainOf(e)}`,
    wants: (e) => ({ domain: domainOf(e) }),
  },
  {
    name: 'name and domain',
    fits: isPerson,
    query: (e) => `${fold(e.familyName)} @${domainOf(e).slice(0, domainOf(e).indexOf('.'))}`,
    wants: (e) => ({ ...pick(e, 'familyName'), domain: domainOf(e) }),
  },
];
const queriesOfRule = 7;

function make(some: readonly Rule[]): string[] {
  return some.flatMap((rule) => {
    const queries = new Map<string, string>();
    while (queries.size < queriesOfRule) {
      const entry = entries[below(entries.length)];
      if (entry === undefined || !rule.fits(entry)) continue;
      const query = rule.query(entry);
      queries.set(query, JSON.stringify({ rule: rule.name, query, wants: rule.wants(entry) }));
    }
    return [...queries.values()];
  });
}
for (const [name, some] of [['generated.jsonl', rules], ['everyday.jsonl', everydayRules]] as const) {
  writeFileSync(new URL(name, import.meta.url), `${make(some).join('\n')}\n`);
}
