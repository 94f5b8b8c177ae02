import type { Language } from './command.js';

/** An error as the command tells it. `french` is there when the code's own French sentence says too little. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly requirement: string | null;
  readonly french?: string;
}

/** One sentence for a person, with code and requirement behind it. A code without French sentence is told in English. */
export async function sentenceFor(error: ToldError, language: Language): Promise<string> {
  const behind = `(${error.code}${error.requirement === null ? '' : `, ${error.requirement}`})`;
  if (language === 'en') return `${error.message} ${behind}`;
  const { frenchSentenceOf } = await import('./error-codes/index.js');
  return `${error.french ?? frenchSentenceOf(error.code) ?? error.message} ${behind}`;
}
