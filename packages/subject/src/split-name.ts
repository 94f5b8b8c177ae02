import type { SubjectWarningCode } from './errors.js';
import { writtenNamesOf, type NamedPatient } from './patient-names.js';
import { foldToWords, isUpperCase } from './text.js';

/** Words cut into label, family name and given name: `words[0..family)`, `[family..given)`, `[given..end)`. */
export interface Cut {
  readonly family: number;
  readonly given: number;
}

/** Possible cuts, the most likely first, and what had to be tolerated. */
export interface Cuts {
  readonly cuts: readonly Cut[];
  readonly warnings: readonly SubjectWarningCode[];
}

const maxCuts = 20;
/** A name never takes more words than this from the end of a subject. */
const maxNameWords = 24;

/**
 * Where the names of a known patient stand at the end of the words. `family` is given when a known label ends there;
 * otherwise any place but the first word will do.
 */
export function cutByTraits(words: readonly string[], patient: NamedPatient, options: { readonly family?: number } = {}): Cut | null {
  const names = foldedNames(words, patient);
  const first = options.family ?? Math.max(1, words.length - maxNameWords);
  const last = options.family ?? words.length - 2;
  for (let family = first; family <= last; family++) {
    for (let given = family + 1; given < words.length; given++) {
      if (names.isGiven(given) && names.isFamily(family, given)) return { family, given };
    }
  }
  return null;
}

/** The patient's names and the words, folded once. */
function foldedNames(
  words: readonly string[],
  patient: NamedPatient,
): { isFamily(from: number, to: number): boolean; isGiven(from: number): boolean } {
  const { families, givens } = writtenNamesOf(patient);
  const [familySet, givenSet] = [new Set(families.map(foldToWords)), new Set(givens.map(foldToWords))];
  const folded = words.map(foldToWords);
  const join = (from: number, to?: number): string =>
    folded
      .slice(from, to)
      .filter((word) => word !== '')
      .join(' ');
  return { isFamily: (from, to) => familySet.has(join(from, to)), isGiven: (from) => givenSet.has(join(from)) };
}

/** Whether two names are those of a known patient. */
export function areNamesOf(patient: NamedPatient, names: { readonly family: string; readonly given: string }): boolean {
  return cutByTraits(['', names.family, names.given], patient, { family: 1 }) !== null;
}

/** The same when only one of the two names is the patient's; the label's end must be known. */
export function cutByOneTrait(words: readonly string[], patient: NamedPatient, family: number): Cut | null {
  const names = foldedNames(words, patient);
  for (let given = words.length - 1; given > family; given--) if (names.isFamily(family, given)) return { family, given };
  for (let given = family + 1; given < words.length; given++) if (names.isGiven(given)) return { family, given };
  return null;
}

/** Cuts names whose beginning is known, by case: the family name is in upper case, the given name usually not. */
export function cutByCase(words: readonly string[], family: number): Cuts {
  const count = words.length;
  if (count - family < 2) return { cuts: [], warnings: [] };
  const { end, particles } = upperRun(words, family);
  const at = (given: number): Cut => ({ family, given });
  if (end === family) return { cuts: from(count - 1, family + 1).map(at), warnings: ['SUBJECT_NAME_CASE'] };
  const warnings: SubjectWarningCode[] = particles ? ['SUBJECT_NAME_CASE'] : [];
  if (end === count) return { cuts: from(count - 1, family + 1).map(at), warnings };
  const cuts = [at(end)];
  // A single letter in upper case may begin the given name as well: "DUPONT J Paul".
  for (let given = end - 1; given > family && isInitial(words[given]); given--) cuts.push(at(given));
  return { cuts, warnings };
}

/** Cuts names when the label is not known either, by case from the right; the family name begins at `first` or later. */
export function cutFromTheRight(words: readonly string[], first = 1): Cuts {
  const count = words.length;
  let end = count;
  while (end > 0 && !isUpperCase(words[end - 1] ?? '')) end--;
  let start = end;
  while (start > 0 && isUpperCase(words[start - 1] ?? '') && count - start < maxNameWords) start--;
  const cuts: Cut[] = [];
  if (end === 0) {
    // No word in upper case: the last two words, then three.
    for (const [family, given] of [
      [2, 1],
      [3, 1],
      [3, 2],
    ] as const)
      if (count - family >= first) cuts.push({ family: count - family, given: count - given });
    return { cuts, warnings: ['SUBJECT_NAME_CASE'] };
  }
  for (let family = Math.max(first, start); family < end && cuts.length < maxCuts; family++) {
    if (end < count) cuts.push({ family, given: end });
    for (let given = end - 1; given > family && cuts.length < maxCuts; given--) {
      if (end === count || isInitial(words[given])) cuts.push({ family, given });
      else break;
    }
  }
  return { cuts, warnings: [] };
}

/** Whether a family name in upper case, particles apart, begins at `first`. */
export function startsWithUpperCase(words: readonly string[], first: number): boolean {
  return upperRun(words, first).end > first;
}

/** The words in upper case from `first` on; lower-case particles between them ("de la TOUR") are counted in. */
function upperRun(words: readonly string[], first: number): { readonly end: number; readonly particles: boolean } {
  let end = first;
  let particles = false;
  while (end < words.length) {
    let next = end;
    while (next < words.length && next - end < 3 && isParticle(words[next] ?? '')) next++;
    if (next >= words.length || !isUpperCase(words[next] ?? '')) break;
    particles ||= next > end;
    end = next + 1;
  }
  return { end, particles };
}

const particles = new Set('de du des la le les d l von van der den zu el al ben da das do dos di del della'.split(' '));
const isParticle = (word: string): boolean => particles.has(word.replace(/['’]$/u, ''));
const isInitial = (word: string | undefined): boolean => /^\p{Lu}\.?$/u.test(word ?? '');

/** Numbers from `high` down to `low`, at most {@link maxCuts}. */
function from(high: number, low: number): number[] {
  return Array.from({ length: Math.min(maxCuts, Math.max(0, high - low + 1)) }, (_, step) => high - step);
}
