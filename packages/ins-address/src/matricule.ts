import { MssError, type MssWarning, type ReadResult } from '@mss/core';

import type { InsErrorCode, InsProblemCode } from './errors.js';

/**
 * An INS matricule that is well-formed: fifteen characters, letters in upper case. Well-formed says nothing about the
 * status of the identity: see `QualifiedIns`. A matricule made by {@link ensureMatricule} has the right key; one that
 * {@link parseMatricule} read may have another one, and then a warning says so.
 */
export type InsMatricule = string & { readonly __brand: 'InsMatricule' };

/**
 * ```
 * matricule  = sex year month department commune order key
 * sex        = 1/2 (registered), 3/4 (being registered), 7/8 (provisional)
 * year       = 2DIGIT
 * month      = 01-12 / 20-42 / 50-99          ; 31-42: month + 30, civil record incomplete; others: unknown
 * department = 01-99 / 2A / 2B                ; 97x and 98x overseas, 99 abroad: their third digit opens the next field
 * commune    = 3DIGIT
 * order      = 3DIGIT
 * key        = 2DIGIT
 * ```
 */
const fields = /^([1-478])(\d{2})(0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(0[1-9]|[1-9]\d|2[AB])(\d{3})(\d{3})(\d{2})?$/;

/** The key of the first thirteen characters: 97 − (n mod 97), 2A counting as 19 and 2B as 18; `null` when they are no number. */
export function matriculeKey(first13: string): string | null {
  const digits = first13
    .toUpperCase()
    .replace(/^(\d{5})2A/, '$119')
    .replace(/^(\d{5})2B/, '$118');
  if (!/^\d{13}$/.test(digits)) return null;
  return String(97 - (Number(digits) % 97)).padStart(2, '0');
}

/** Spaces and lower case undone, both reported. */
export function normalizeMatricule(text: string): { readonly value: string; readonly problems: readonly MssWarning<InsProblemCode>[] } {
  const problems: MssWarning<InsProblemCode>[] = [];
  const compact = text.replaceAll(/\s/g, '');
  if (compact !== text) problems.push({ code: 'INS_SPACES', message: 'spaces in the matricule' });
  const value = compact.replace(/[ab]/g, (letter) => letter.toUpperCase());
  if (value !== compact) problems.push({ code: 'INS_LOWER_CASE', message: 'lower case letter in the matricule' });
  return { value, problems };
}

const problem = (code: InsProblemCode, message: string): MssWarning<InsProblemCode> => ({ code, message });

/** Everything that is wrong with a normalised matricule, the key last; nothing when it is right. */
export function problemsOf(value: string): readonly MssWarning<InsProblemCode>[] {
  if (value.length !== 15 && value.length !== 13) return [problem('INS_LENGTH', 'a matricule has 13 + 2 characters')];
  if (!/^\d{5}(\d\d|2[AB])\d*$/.test(value))
    return [problem('INS_CHARACTERS', 'only digits, and 2A or 2B as department, make a matricule')];
  const problems: MssWarning<InsProblemCode>[] = [];
  if (!/^[1-478]/.test(value)) problems.push(problem('INS_SEX', 'the first digit of a matricule is 1, 2, 3, 4, 7 or 8'));
  if (!/^...(0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)/.test(value))
    problems.push(problem('INS_MONTH', 'the month is 01 to 12, 20 to 42 or 50 to 99'));
  if (/^.{5}00/.test(value)) problems.push(problem('INS_DEPARTMENT', 'there is no department 00'));
  if (value.length === 13) problems.push(problem('INS_KEY_MISSING', 'the two digits of the key are missing'));
  else if (matriculeKey(value.slice(0, 13)) !== value.slice(13)) problems.push(problem('INS_KEY', 'the key does not match'));
  return problems;
}

/** Whether a normalised text has the form of a matricule with its key, whatever the key. */
export function isWellFormed(value: string): value is InsMatricule {
  return value.length === 15 && fields.test(value);
}

/**
 * Reads a matricule from a document or a screen: spaces and lower case are undone, a wrong key is a warning.
 *
 * @returns `null` as value when the text is not 13 + 2 characters of the form; the warnings say why.
 */
export function parseMatricule(text: string): ReadResult<InsMatricule | null, InsProblemCode> {
  const { value, problems } = normalizeMatricule(text);
  return { value: isWellFormed(value) ? value : null, warnings: [...problems, ...problemsOf(value)] };
}

/**
 * The matricule of a text that must be one exactly: no space, upper case, right key.
 *
 * Not checked: that the number was ever given to somebody. Only the INSi service knows.
 *
 * @throws MssError `ERR_MSS_INS_MALFORMED`
 * @throws MssError `ERR_MSS_INS_KEY`
 */
export function ensureMatricule(text: string): InsMatricule {
  if (!isWellFormed(text)) {
    const first = problemsOf(text)[0]?.code ?? 'INS_CHARACTERS';
    throw new MssError<InsErrorCode>('ERR_MSS_INS_MALFORMED', 'not an INS matricule of 13 + 2 characters', {
      requirement: 'ECO.2.2.6',
      details: { problem: first },
    });
  }
  if (matriculeKey(text.slice(0, 13)) !== text.slice(13)) {
    throw new MssError<InsErrorCode>('ERR_MSS_INS_KEY', 'the key of the INS matricule does not match its digits', {
      requirement: 'ECO.2.2.6',
    });
  }
  return text;
}

/** Whether {@link ensureMatricule} would accept the text. */
export function isValidMatricule(text: string): boolean {
  return isWellFormed(text) && matriculeKey(text.slice(0, 13)) === text.slice(13);
}
