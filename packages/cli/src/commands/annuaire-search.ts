import { openDirectorySearch, type DirectoryEntry, type SearchHit } from '@mss/annuaire-sync';

import type { CommandContext, CommandResult, Language } from '../command.js';
import { usageError } from '../errors.js';
import { databasePlace, openConfiguredDirectory, openDirectoryStore } from '../session/directory.js';

/** Options of `mss annuaire search`. */
export interface SearchCommandOptions {
  readonly db: string;
  readonly profession?: string;
  readonly place?: string;
  readonly department?: readonly string[];
  readonly type?: readonly string[];
  readonly limit: number;
  readonly offset: number;
}

const maxHits = 200;

const nothingFound: Pick<CommandResult, 'status' | 'error'> = {
  status: 1,
  error: { code: 'ERR_MSS_CLI_NOTHING_FOUND', message: 'nothing was found', requirement: null },
};

/** `mss annuaire search`. */
export async function searchAnnuaire(context: CommandContext, text: string, options: SearchCommandOptions): Promise<CommandResult> {
  if (options.limit < 1 || options.limit > maxHits) throw usageError(`--limit is 1 to ${maxHits}`, `--limit va de 1 à ${maxHits}`);
  const store = await openDirectoryStore(options.db, context.io);
  try {
    await using search = await openDirectorySearch({ db: store ?? options.db });
    const { total, hits, snapshot } = await search.search(text, {
      limit: options.limit,
      offset: options.offset,
      ...(options.profession === undefined ? {} : { profession: options.profession }),
      ...(options.place === undefined ? {} : { place: options.place }),
      ...(options.department === undefined ? {} : { departments: options.department }),
      ...(options.type === undefined ? {} : { types: options.type }),
    });
    const result = { total, hits: hits.map((hit) => (context.json ? hitKeys(hit) : hitForPeople(hit, context.language))), snapshot };
    return total === 0 ? { result, ...nothingFound } : { result };
  } finally {
    await store?.close();
  }
}

/** The keys of the contract, and why the entry was found. */
function hitKeys({ entry, matches }: SearchHit): Readonly<Record<string, unknown>> {
  const {
    address,
    type,
    dematerialisation,
    familyName,
    givenName,
    rpps,
    profession,
    specialty,
    organisation,
    tradeName,
    finess,
    postalCode,
    city,
    service,
  } = entry;
  return {
    address,
    type,
    dematerialisation,
    familyName,
    givenName,
    rpps,
    profession,
    specialty,
    organisation,
    finess,
    postalCode,
    city,
    service,
    tradeName,
    matches,
  };
}

const words: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    family: 'nom',
    given: 'prénom',
    city: 'commune',
    profession: 'profession',
    organisation: 'structure',
    address: 'adresse',
    joined: 'nom',
    postcode: 'code postal',
    identifier: 'identifiant',
    mailbox: 'BAL',
    synonym: 'synonyme',
    'typing-error': 'à une faute près',
    PER: 'BAL personnelle',
    ORG: 'BAL organisationnelle',
    APP: 'BAL applicative',
    CAB: 'BAL de cabinet',
    none: 'pas de BAL publiée',
    paperless: 'accepte la dématérialisation',
    by: 'trouvé par',
  },
  en: {
    family: 'family name',
    given: 'given name',
    joined: 'family name',
    organisation: 'structure',
    'typing-error': 'with a typing error',
    PER: 'personal mailbox',
    ORG: 'organisational mailbox',
    APP: 'applicative mailbox',
    CAB: 'practice mailbox',
    none: 'no published mailbox',
    paperless: 'accepts documents without paper',
    by: 'found by',
  },
};

/** One line: who, what, where, which mailbox, and why it was found. */
function hitForPeople({ entry, matches }: SearchHit, language: Language): string {
  const say = (word: string): string => words[language][word] ?? word;
  const join = (parts: readonly (string | null)[], glue: string): string | null =>
    parts.filter((part) => part !== null && part !== '').join(glue) || null;
  const mailbox = entry.address === null ? say('none') : `${entry.address}${entry.type === null ? '' : ` (${say(entry.type)})`}`;
  // Structures are known by their trade name, which the legal name often is not.
  const known = entry.tradeName === entry.organisation ? null : entry.tradeName;
  const why = matches.map(({ word, field, kind }) => {
    const how = kind === 'typing-error' || kind === 'synonym' ? `, ${say(kind)}` : '';
    return `« ${word} » ${say(field)}${how}`;
  });
  return [
    join([entry.familyName, entry.givenName], ' ') ?? entry.service ?? entry.organisation,
    join([entry.profession, entry.specialty], ', '),
    join([entry.organisation, known, entry.service, join([entry.postalCode, entry.city], ' ')], ', '),
    mailbox,
    entry.dematerialisation === true ? say('paperless') : null,
    why.length === 0 ? null : `${say('by')} ${why.join(', ')}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' – ');
}

/** `mss annuaire show`: every entry of an address, one for each activity. */
export async function showAnnuaire(context: CommandContext, address: string, options: { readonly db: string }): Promise<CommandResult> {
  await using opened = await openConfiguredDirectory(databasePlace(options.db), context.io);
  const entries = await opened.directory.entriesOf(address);
  const result = { entries: entries.map(entryKeys) };
  return entries.length === 0 ? { result, ...nothingFound } : { result };
}

/** Everything but the number of the row, which means nothing outside. */
function entryKeys({ id: _id, ...entry }: DirectoryEntry): Readonly<Record<string, unknown>> {
  return entry;
}
