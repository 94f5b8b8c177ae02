import type { AdministrativeSex, MssWarning } from '@mss/core';

import type { InsProblemCode } from './errors.js';
import { insKindOf, type InsKind } from './ins-oids.js';
import { isWellFormed, matriculeKey, normalizeMatricule, problemsOf, type InsMatricule } from './matricule.js';

/** What a matricule says by itself; the JSON of `mss ins check`. */
export interface MatriculeDescription {
  /** Well-formed, right key, and the OID, when given, is one of an INS. Spaces and lower case do not spoil it. */
  readonly ok: boolean;
  /** Normalised; `null` when the text is not well-formed. */
  readonly matricule: InsMatricule | null;
  /** From the OID only; `null` without OID. */
  readonly kind: InsKind | null;
  /** M for an odd, F for an even first digit of 1, 2, 3, 4, 7, 8; else U. */
  readonly sex: AdministrativeSex;
  /** Two digits: the matricule does not tell the century. */
  readonly birthYear: string | null;
  /** 1 to 12; `null` when the civil record did not tell it (20 to 30, 50 to 99). */
  readonly birthMonth: number | null;
  /** The key that the first thirteen characters call for; `null` when they are unusable. */
  readonly keyExpected: string | null;
  readonly problems: readonly MssWarning<InsProblemCode>[];
}

const tolerated: readonly InsProblemCode[] = ['INS_SPACES', 'INS_LOWER_CASE'];

/** M or F by the first digit of a matricule; U for a digit that no matricule begins with. */
export function sexOfMatricule(matricule: string): AdministrativeSex {
  if (/^[137]/.test(matricule)) return 'M';
  return /^[248]/.test(matricule) ? 'F' : 'U';
}

/** 01-12 as they are, 31-42 minus 30, the rest unknown. */
function birthMonthOf(digits: string): number | null {
  const month = Number(digits);
  if (month >= 1 && month <= 12) return month;
  return month >= 31 && month <= 42 ? month - 30 : null;
}

/**
 * Tells what a matricule says: sex, year and month of birth, expected key, and everything that is wrong with it.
 *
 * A description identifies nobody anew: test and demonstration OIDs are described like the others.
 *
 * @param options.oid - the OID under which the number stands; without it nobody can tell NIR from NIA.
 * @see Référentiel #2 v0.1, 3.4.2.1: 15 alphanumeric characters, NIR or NIA and its key.
 */
export function describeMatricule(text: string, options: { readonly oid?: string } = {}): MatriculeDescription {
  const { value, problems } = normalizeMatricule(text);
  const all = [...problems, ...problemsOf(value)];
  if (options.oid !== undefined && insKindOf(options.oid) === null) {
    all.push({ code: 'INS_OID_NOT_INS', message: 'the OID is not one of an INS matricule' });
  }
  const body = /^\d{5}(?:\d\d|2[AB])\d{6}/.exec(value)?.[0];
  return {
    ok: all.every((problem) => tolerated.includes(problem.code)),
    matricule: isWellFormed(value) ? value : null,
    kind: options.oid === undefined ? null : insKindOf(options.oid),
    sex: body === undefined ? 'U' : sexOfMatricule(body),
    birthYear: body === undefined ? null : body.slice(1, 3),
    birthMonth: body === undefined ? null : birthMonthOf(body.slice(3, 5)),
    keyExpected: body === undefined ? null : matriculeKey(body),
    problems: all,
  };
}
