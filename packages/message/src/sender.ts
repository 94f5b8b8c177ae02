import { MssError, upperCaseFrench } from '@mss/core';
import { isMssAddress } from '@mss/formats/mime';

import type { MessageErrorCode } from './errors.js';

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
  if (clean === '' || /\p{Cc}/u.test(clean)) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_SENDER', `the ${name} of the sender's label is empty or holds control characters`, {
      requirement: 'ECO.2.2.7',
      details: { field: name },
    });
  }
  return clean;
}

/**
 * The label of a sender.
 *
 * @param options.separator - `"_"` as the rule says; `" "` for hosts whose correspondents insist on the printed examples.
 * @throws MssError `ERR_MSS_MESSAGE_SENDER` when the address is not one or a mandatory field is empty.
 */
export function formatSenderLabel(sender: Sender, options: { readonly separator?: '_' | ' ' } = {}): string {
  if (!isMssAddress(sender.address)) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_SENDER', "the sender's address is not a mail address", { requirement: 'ECO.2.2.7' });
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

const titles = /^(?:Dr|Docteur|Pr|Professeur|M|M\.|Mme|Mlle|Me|Maître)\.?$/iu;

/**
 * Reads a label written with underscores or, as the printed examples show, with spaces.
 *
 * The family name is the run of words in capitals; without one the label is an entity's. What stands before it is title
 * and given name, what follows is the entity.
 */
export function parseSenderLabel(label: string): SenderLabel {
  const text = label.normalize('NFC').trim();
  const words = text.includes('_') ? text.split('_') : text.split(/\s+/u);
  const isCapital = (word: string): boolean => /\p{Lu}{2}/u.test(word) && word === upperCaseFrench(word) && /^[\p{L}'’ -]+$/u.test(word);
  const first = words.findIndex((word, index) => index > 0 && isCapital(word));
  if (first < 0) return { title: null, givenName: null, familyName: null, entity: text === '' ? null : text };
  let last = first;
  while (!text.includes('_') && last + 1 < words.length && isCapital(words[last + 1] ?? '')) last += 1;
  const before = words.slice(0, first);
  const title = before.length > 1 && titles.test(before[0] ?? '') ? (before[0] ?? null) : null;
  const given = before.slice(title === null ? 0 : 1).join(' ');
  const entity = words.slice(last + 1).join(' ');
  return {
    title,
    givenName: given === '' ? null : given,
    familyName: words.slice(first, last + 1).join(' '),
    entity: entity === '' ? null : entity,
  };
}
