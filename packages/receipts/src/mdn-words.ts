import { integrationLabel } from './integration-codes.js';
import type { IntegrationError } from './types.js';

/** What happened to a message, as RFC 8098 names it; `failed` is written `processed` with the modifier `error`. */
export type MdnType = 'displayed' | 'dispatched' | 'processed' | 'deleted' | 'failed';

const sentences: Readonly<Record<MdnType, string>> = Object.freeze({
  displayed: 'Votre message a été affiché par son destinataire. Cela ne garantit pas qu’il a été lu ni compris.',
  dispatched: 'Votre message a été transmis ou imprimé sans avoir nécessairement été affiché par son destinataire.',
  processed: 'Votre message a été traité par le logiciel de son destinataire, sans avoir nécessairement été lu.',
  deleted: 'Votre message a été supprimé. Son destinataire l’a peut-être vu auparavant, ou non.',
  failed: 'Votre message n’a pas pu être traité par le logiciel de son destinataire.',
});

/** The part of a read receipt that a person reads. */
export function mdnWords(type: MdnType, options: { readonly mailbox: string; readonly errors: readonly string[] }): string {
  const errors = options.errors.map((error) => `- ${error}`);
  const lines = [sentences[type], '', `Boîte aux lettres destinataire : ${options.mailbox}`];
  return [...lines, ...(errors.length === 0 ? [] : ['', 'Erreur signalée :', ...errors]), ''].join('\r\n');
}

/** The part of an integration failure that a person reads. */
export function integrationFailureWords(error: IntegrationError, mailbox: string): string {
  return [
    'Bonjour,',
    '',
    `Le message joint n’a pas pu être intégré automatiquement dans le logiciel de son destinataire, pour la raison suivante : ${labelOf(error)}.`,
    '',
    `- Code d’erreur : ${error.code ?? 'non précisé'}`,
    `- Boîte aux lettres destinataire : ${mailbox}`,
    '',
    'Le document n’est pas rangé dans le dossier du patient. Merci de le vérifier et, si besoin, de le renvoyer après correction.',
    '',
    'Ce message a été produit par un automate.',
    '',
  ].join('\r\n');
}

/** The words for an error: the sender's own, else those of the code. */
export function labelOf(error: IntegrationError): string {
  return error.label ?? integrationLabel(error.code) ?? 'Autre erreur';
}

/** `902^Identifiant patient inconnu` in plain ASCII, as the fields of a receipt need it. */
export function integrationErrorField(error: IntegrationError): string {
  const label = labelOf(error)
    .replaceAll(/[’‘]/g, "'")
    .normalize('NFD')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .replaceAll(/[\^|]/g, ' ');
  return `${error.code ?? '906'}^${label}`;
}
