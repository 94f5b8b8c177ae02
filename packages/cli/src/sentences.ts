import type { Language } from './command.js';
import { frenchSentences } from './sentences-fr.js';

/** One sentence for a person: the French one of the code when the language is French, with code and requirement behind it. */
export function sentenceFor(error: { readonly code: string; readonly message: string; readonly requirement: string | null }, language: Language): string {
  const sentence = language === 'fr' ? (frenchSentences[error.code] ?? error.message) : error.message;
  return `${sentence} (${error.code}${error.requirement === null ? '' : `, ${error.requirement}`})`;
}
