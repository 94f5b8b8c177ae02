import type { IntegrationError } from './types.js';

/**
 * The errors that a receiving system reports when it cannot file documents, with the words for the sender's screen.
 *
 * @see ANS, volet Transmission au LPS d'un document CDA par courriel MSSanté, table applicationErrorCondition
 */
export const integrationErrors: Readonly<Record<IntegrationErrorCode, string>> = Object.freeze({
  '900': 'Version du document incorrecte lors d’une demande de remplacement ou de suppression',
  '901': 'Auteur non autorisé à remplacer ou supprimer un document',
  '902': 'Identifiant patient inconnu',
  '903': 'INS non présent dans le document',
  '904': 'L’INS transmis ne correspond pas exactement à celui stocké dans la base du destinataire',
  '905': 'L’INS transmis n’est pas complet',
  '906': 'Autre erreur',
});

/** The codes of {@link integrationErrors}. */
export type IntegrationErrorCode = '900' | '901' | '902' | '903' | '904' | '905' | '906';

/** Whether a text is one of the codes. */
export function isIntegrationErrorCode(text: string): text is IntegrationErrorCode {
  return Object.hasOwn(integrationErrors, text);
}

/** The words of a code; `null` for another one. */
export function integrationLabel(code: string | null): string | null {
  return code !== null && isIntegrationErrorCode(code) ? integrationErrors[code] : null;
}

const mark =
  /^((?:\s*(?:re|r[ée]p?|tr|fwd?)\s*:)*)\s*\[\s?(?:ko\s+int[ée]gration\s+syst[èe]me|erreur\s+d\s?['’]?\s?int[ée]gration)\s{0,3}!?\s?\]\s?(?:\[\s?(\d{3})\s?\])?/iu;

/** What a subject announces. */
export interface AnnouncedError extends IntegrationError {
  /** The mark stands behind "Re:" or "TR:": somebody answers such a mail, or passes it on. */
  readonly isPassedOn: boolean;
}

/** The error that a subject announces: `[KO Intégration système !][902] …`; `null` without such a mark. */
export function readIntegrationSubject(subject: string): AnnouncedError | null {
  const match = mark.exec(subject.normalize('NFC'));
  if (match === null) return null;
  const code = match[2] ?? null;
  return { code, label: integrationLabel(code), isPassedOn: match[1] !== '' };
}
