import { MssError, upperCaseFrench } from '@mss/core';
import { isMssAddress } from '@mss/formats/mime';

import type { MessageErrorCode } from './errors.js';
import { isPatientMailbox } from './recipients.js';

/**
 * The mailbox that sends, one of the three kinds of the référentiel.
 *
 * The label is `<Titre>_<Prénom>_<NOM>_<Entité fonctionnelle>` for a personal mailbox (title and entity are optional) and
 * `<Entité fonctionnelle>` for the two others.
 *
 * @see Référentiel #2 v0.1 §3.5, ECO.2.2.7. QUIRK: the printed examples show spaces where the rule says underscore
 * (ASCII 95); the rule is followed, and quotations of v1.0.1 confirm it.
 */
export type Sender = PersonalSender | EntitySender;

/** BAL personnelle: bound to one professional. */
export interface PersonalSender {
  readonly kind: 'personal';
  readonly address: string;
  /** Title of a regulated care profession: `Dr`, `Pr` … */
  readonly title?: string;
  readonly givenName: string;
  /** Name of exercise; written in capitals whatever its case here. */
  readonly familyName: string;
  /** Name of the structure or service. */
  readonly entity?: string;
}

/** BAL organisationnelle (several people) or applicative (software). */
export interface EntitySender {
  readonly kind: 'organisational' | 'applicative';
  readonly address: string;
  readonly entity: string;
}

/** The three kinds of professional mailbox. */
export type MailboxKind = Sender['kind'];

function field(text: string | undefined, name: string): string | null {
  if (text === undefined) return null;
  // An underscore separates fields, so it cannot stand inside one.
  const clean = text.normalize('NFC').replaceAll('_', '-').replaceAll(/\s+/gu, ' ').trim();
  // Bidirectional controls turn a label round on the screen: another sender could be shown.
  if (clean === '' || /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(clean)) {
    throw new MssError<MessageErrorCode>(
      'ERR_MSS_MESSAGE_SENDER',
      `the ${name} of the sender's label is empty or holds control characters`,
      {
        requirement: 'ECO.2.2.7',
        details: { field: name },
      },
    );
  }
  return clean;
}

/**
 * The label of a sender.
 *
 * @param options.separator - `"_"` as the rule says; `" "` for hosts whose correspondents insist on the printed examples.
 * @throws MssError `ERR_MSS_MESSAGE_SENDER` when the address is not a professional's or a field is empty or unprintable.
 */
export function formatSenderLabel(sender: Sender, options: { readonly separator?: '_' | ' ' } = {}): string {
  if (!isMssAddress(sender.address) || isPatientMailbox(sender.address)) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_SENDER', "the sender's address is not that of a professional mailbox", {
      requirement: 'ECO.2.2.7',
    });
  }
  const fields =
    sender.kind === 'personal'
      ? [
          field(sender.title, 'title'),
          field(sender.givenName, 'given name'),
          upperCaseFrench(field(sender.familyName, 'family name') ?? ''),
          field(sender.entity, 'entity'),
        ]
      : [field(sender.entity, 'entity')];
  return fields.filter((one) => one !== null).join(options.separator ?? '_');
}

/** A label taken apart again. */
export interface SenderLabel {
  readonly title: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly entity: string | null;
}

const titles = /^(?:Dr|Docteur|Pr|Professeur|M|Mme|Mlle|Me|Maître)\.?$/iu;
const organisations =
  /^(?:H[oô]pita(?:l|ux)|CHU|CHR|CHRU|CHI|CH|GHT|Clinique|Polyclinique|Laboratoires?|Labo|Centre|Cabinet|Service|P[oô]le|Unit[eé]|EHPAD|Ehpad|HAD|SSIAD|Pharmacie|Maison|Groupe|R[eé]seau|Institut|Fondation|Association|MSP|CPTS|SAMU|Urgences|Secr[eé]tariat)$/u;

const isCapital = (text: string): boolean => /\p{Lu}/u.test(text) && text === upperCaseFrench(text) && /^[\p{L}\p{M}'’. -]+$/u.test(text);

/** Where title, names and entity of a personal label lie; `null` for the label of an entity. */
interface Cut {
  readonly hasTitle: boolean;
  /** First and last part of the family name. */
  readonly first: number;
  readonly last: number;
}

const cutAt = (index: number): Cut => ({ hasTitle: index === 2, first: index, last: index });

/** Fields joined by underscores have their places; only title and entity may be missing. */
function cutFields(fields: readonly string[]): Cut | null {
  const [one, two, three] = [0, 1, 2].map((index) => isCapital(fields[index] ?? ''));
  if (fields.length < 2 || fields.length > 4 || fields.includes('')) return null;
  if (fields.length === 2) return two && !(one && organisations.test(fields[0] ?? '')) ? cutAt(1) : null;
  if (three && (!two || fields.length === 4 || titles.test(fields[0] ?? ''))) return cutAt(2);
  return two && fields.length === 3 ? cutAt(1) : null;
}

/** A word that is a family name, and not an initial. */
const isName = (word: string): boolean => isCapital(word) && /\p{Lu}['’-]?\p{Lu}/u.test(word);

/** Words joined by spaces: the family name is the first run of words in capitals. */
function cutWords(words: readonly string[]): Cut | null {
  if (organisations.test(words[0] ?? '')) return null;
  const hasTitle = words.length > 2 && titles.test(words[0] ?? '');
  const first = words.findIndex((word, index) => index > (hasTitle ? 1 : 0) && isName(word));
  if (first < 0) return null;
  let last = first;
  while (isName(words[last + 1] ?? '')) last += 1;
  return { hasTitle, first, last };
}

/**
 * Reads a label written with underscores or, as the printed examples show, with spaces.
 *
 * With underscores the fields have their places. With spaces the family name is the run of words in capitals; what stands
 * before it is title and given name, what follows is the entity. Without a name in capitals, or when the label begins like
 * the name of an organisation, the label is an entity's. For display: who the sender is, the directory tells.
 */
export function parseSenderLabel(label: string): SenderLabel {
  const text = label.normalize('NFC').trim();
  const underscored = text.includes('_');
  const parts = underscored ? text.split('_').map((part) => part.trim()) : text.split(/\s+/u);
  const cut = underscored ? cutFields(parts) : cutWords(parts);
  if (cut === null) return { title: null, givenName: null, familyName: null, entity: text === '' ? null : text };
  const given = parts.slice(cut.hasTitle ? 1 : 0, cut.first).join(' ');
  const entity = parts.slice(cut.last + 1).join(' ');
  return {
    title: cut.hasTitle ? (parts[0] ?? null) : null,
    givenName: given === '' ? null : given,
    familyName: parts.slice(cut.first, cut.last + 1).join(' '),
    entity: entity === '' ? null : entity,
  };
}
