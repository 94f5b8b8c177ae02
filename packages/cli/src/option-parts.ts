import { InvalidArgumentError, type Command } from 'commander';

import type { ProgramFrame } from './program.js';

/** A whole number of the command line. */
export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('0–999999999');
  return Number(text);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90`, `90s`, `5m`, `2h`, `500ms` in milliseconds. */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,7})(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === '') throw new InvalidArgumentError('30s, 5m, 2h');
  return Number(number) * (units[unit] ?? 1000);
}

/** `2026-11-22` or `2026-11-22T08:00:00Z`. */
export function instant(text: string): Date {
  const at = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('2026-11-22, 2026-11-22T08:00:00Z');
  return at;
}

/** What a message holds: shared by `message build` and `send`. */
export function addContentOptions(command: Command, say: ProgramFrame['say']): Command {
  return command
    .option('--cda <cda...>', say("documents d'un même patient", 'documents of one patient'))
    .option('--subject <texte>', say("objet, quand il n'y a pas de document", 'subject, when there are no documents'))
    .option('--attach <fichier...>', say('autres pièces jointes', 'other attachments'))
    .option(
      '--ins-status <statut>',
      say("statut de l'identité du patient destinataire : qualifiee", "status of the patient recipient's identity: qualifiee"),
    )
    .option(
      '--end-conversation',
      say('met fin à la conversation avec le patient (ref2-1.0.1)', 'ends the conversation with the patient (ref2-1.0.1)'),
    )
    .option('--text <fichier>', say('corps en texte (UTF-8)', 'body as text (UTF-8)'))
    .option(
      '--html <fichier>',
      say('corps en HTML (UTF-8), du même contenu que le texte', 'body as HTML (UTF-8), of the same wording as the text'),
    )
    .option('--reply-to <adresse>', say('adresse de réponse', 'where answers go'))
    .option('--in-reply-to <eml>', say('courriel auquel on répond', 'mail that is answered'))
    .option(
      '--applicative <contact>',
      say('BAL à joindre, au nom de la BAL applicative qui envoie', 'mailbox to write to, for the applicative mailbox that sends'),
    )
    .option('--request <accusés>', say('accusés demandés : dsn, mdn ou dsn,mdn', 'receipts asked for: dsn, mdn or dsn,mdn'))
    .option('--nil <numéro>', say('numéro du produit (X-MSS-NIL)', 'number of the product (X-MSS-NIL)'))
    .option(
      '--case-number <numéro...>',
      say(
        'numéro de dossier pour le nom des PDF : un pour tous, ou un par document',
        'case number for the PDF names: one for all, or one a document',
      ),
    )
    .option(
      '--converter <commande>',
      say('Ghostscript, pour rendre conforme un PDF encapsulé qui ne l’est pas', 'Ghostscript, to make an embedded PDF conformant'),
    );
}
