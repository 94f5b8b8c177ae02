import type { OutboxEntry, OutboxStory, StoryEvent, StoryLine } from '@mss/ledger';

import type { Language } from '../command.js';
import { wordFor } from '../words.js';

const french: Readonly<Record<StoryEvent, string>> = {
  queued: 'mis en file',
  'left-out': 'destinataire laissé de côté : son adresse ne mène nulle part',
  claimed: 'pris en charge',
  mail: 'transmission commencée',
  'data-started': 'contenu en cours de transmission',
  'data-ended': 'contenu transmis, réponse attendue',
  accepted: 'accepté par l’opérateur',
  refused: 'refusé par l’opérateur',
  'to-be-retried': 'pas encore parti, à réessayer',
  uncertain: 'peut-être parti : aucune réponse de l’opérateur',
  'proved-taken': 'envoi prouvé',
  'proved-not-taken': 'non-envoi prouvé',
  evidence: 'indice reçu',
  expired: 'non envoyé : délai dépassé',
  cancelled: 'annulé',
  'cancel-too-late': 'annulation trop tardive',
  replaced: 'remplacé par un autre envoi',
  'decided-sent': 'décidé : considéré comme envoyé',
  'decided-send-again': 'décidé : à envoyer de nouveau',
  'given-up': 'laissé sans suite',
  'retry-asked': 'nouvel essai demandé',
};

const evidence: Readonly<Record<string, string>> = {
  answer: 'réponse de l’opérateur',
  'no-answer': 'pas de réponse',
  'not-connected': 'pas de connexion',
  'lease-expired': 'poste interrompu',
  dsn: 'accusé de l’opérateur',
  'self-copy': 'copie à soi-même reçue',
  'self-copy-absent': 'copie à soi-même absente',
  host: 'décision d’une personne',
  deadline: 'échéance',
  aborted: 'interrompu',
  'others-refused': 'un autre destinataire est refusé',
  local: 'incident sur ce poste',
};

/** Stages that say nothing to a person once the outcome stands below them. */
const quiet: ReadonlySet<StoryEvent> = new Set(['mail', 'data-started']);

const silences = {
  fr: { delivery: 'sans nouvelles de la remise', reading: 'pas encore lu ni rangé' },
  en: { delivery: 'no news of the delivery', reading: 'not read or filed yet' },
} as const;

/** An entry of the outbox on one line. */
export function entryForPeople(
  entry: OutboxEntry,
  { language, overdue }: { readonly language: Language; readonly overdue: readonly ('delivery' | 'reading')[] },
): string {
  const outcome = wordFor('outcome', entry.outcome, language) ?? entry.outcome;
  const to = entry.recipients.map((one) => one.address).join(', ');
  const next =
    entry.nextAttemptAt === null
      ? []
      : [`${language === 'fr' ? 'prochain essai' : 'next try'} ${formatInstant(entry.nextAttemptAt, language)}`];
  const late = overdue.includes('delivery') ? 'delivery' : overdue.includes('reading') ? 'reading' : null;
  const silence = late === null ? [] : [silences[language][late]];
  return [formatInstant(entry.queuedAt, language), entry.documentId, to, outcome, ...next, ...silence].join(' – ');
}

/** One line for each thing that happened, in the words of the language. */
export function storyForPeople(story: OutboxStory, language: Language): string[] {
  // Reports bear the second of another clock: the beginning stays the beginning.
  const lines = story.lines
    .filter((line) => !quiet.has(line.what))
    .toSorted((a, b) => Number(b.what === 'queued') - Number(a.what === 'queued'));
  return lines.map((line) => lineOf(line, story, language));
}

function lineOf(line: StoryLine, story: OutboxStory, language: Language): string {
  const { what, attempt, detail } = line;
  const address = line.recipient === null ? null : (story.recipients.find((one) => one.index === line.recipient)?.address ?? null);
  const words = language === 'fr' ? french[what] : what;
  const because =
    line.evidence === null || what === 'queued' ? null : language === 'fr' ? (evidence[line.evidence] ?? line.evidence) : line.evidence;
  const which = attempt === null || what !== 'claimed' ? null : language === 'fr' ? `essai ${attempt}` : `attempt ${attempt}`;
  const behind = [which, because, detail].filter((part) => part !== null && part !== '').join(', ');
  return [formatInstant(line.at, language), address, behind === '' ? words : `${words} (${behind})`]
    .filter((part) => part !== null)
    .join(' – ');
}

function formatInstant(at: Date, language: Language): string {
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'short', timeStyle: 'medium' }).format(at);
}
