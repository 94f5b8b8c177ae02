import type { SubjectWarningCode } from './errors.js';
import type { NamedPatient } from './patient-names.js';
import { cutByCase, cutByOneTrait, cutByTraits, cutFromTheRight, startsWithUpperCase, type Cut, type Cuts } from './split-name.js';
import { isUpperCase } from './text.js';
import { findLabels, type LabelIndex, type LabelMatch } from './label-index.js';

/** One way to read the words between the prefix and the date. */
export interface NameReading {
  readonly label: string | null;
  readonly documentCount: number | null;
  readonly familyName: string | null;
  readonly givenName: string | null;
}

/** All readings, the best first, and what had to be tolerated for the best. */
export interface Readings {
  readonly readings: readonly NameReading[];
  readonly warnings: readonly SubjectWarningCode[];
}

/**
 * Reads `<libellé> <NOM> <prénom>`: the known label first, then the names by the patient's traits when they are at hand,
 * otherwise by case.
 */
export function readWords(
  words: readonly string[],
  options: { readonly labels: LabelIndex; readonly traits?: NamedPatient | null },
): Readings {
  const { labels, traits = null } = options;
  const matches = countLabel(words) ?? findLabels(words, labels).filter((match) => words.length - match.words >= 2);
  const best = matches[0];
  if (traits !== null) {
    for (const match of matches) {
      const cut = cutByTraits(words, traits, { family: match.words });
      if (cut !== null) return { readings: [reading(words, cut)], warnings: warningsOf(match) };
    }
    const cut = cutByTraits(words, traits);
    const between = best === undefined || cut === null ? [] : words.slice(best.words, cut.family);
    // Words between a known label and the patient's name: the label is a longer one, unless they look like a name.
    if (cut !== null && !between.some((word) => isUpperCase(word)))
      return { readings: [reading(words, cut)], warnings: ['SUBJECT_LABEL_UNKNOWN'] };
    const near = best === undefined ? null : cutByOneTrait(words, traits, best.words);
    if (near !== null) return { readings: [reading(words, near)], warnings: [...warningsOf(best), 'SUBJECT_TRAITS_MISMATCH'] };
  }
  const mismatch: SubjectWarningCode[] = traits === null ? [] : ['SUBJECT_TRAITS_MISMATCH'];
  const { found, match } = cutWithoutTraits(words, matches);
  const warnings = [...warningsOf(match), ...found.warnings, ...mismatch];
  if (found.cuts.length === 0) {
    const label = best?.words ?? findLabels(words, labels)[0]?.words ?? 0;
    return {
      readings: [{ ...labelOf(words, label), familyName: words.slice(label).join(' ') || null, givenName: null }],
      warnings: [...warnings, 'SUBJECT_FIELD_MISSING'],
    };
  }
  if (found.cuts.length > 1) warnings.push('SUBJECT_AMBIGUOUS');
  return { readings: found.cuts.map((cut) => reading(words, cut)), warnings };
}

/**
 * Without traits: a known label counts when a family name in upper case follows it. When other words come first, the label
 * is a longer one that the table does not have ("CR d'anesthésie" + "non structuré").
 */
function cutWithoutTraits(
  words: readonly string[],
  matches: readonly LabelMatch[],
): { readonly found: Cuts; readonly match: LabelMatch | undefined } {
  const followed = matches.find((match) => startsWithUpperCase(words, match.words));
  if (followed !== undefined) return { found: cutByCase(words, followed.words), match: followed };
  const [best] = matches;
  const fromTheRight = cutFromTheRight(words, best === undefined ? 1 : best.words + 1);
  const hasFamilyName = fromTheRight.cuts.length > 0 && !fromTheRight.warnings.includes('SUBJECT_NAME_CASE');
  return best === undefined || hasFamilyName
    ? { found: fromTheRight, match: undefined }
    : { found: cutByCase(words, best.words), match: best };
}

/** "N documents" at the beginning. */
function countLabel(words: readonly string[]): readonly LabelMatch[] | null {
  const isCount = /^[1-9]\d{0,3}$/.test(words[0] ?? '') && /^documents?$/i.test(words[1] ?? '');
  return isCount && words.length >= 4 ? [{ words: 2, quality: words[1] === 'documents' ? 'exact' : 'loose', long: false }] : null;
}

function reading(words: readonly string[], cut: Cut): NameReading {
  return {
    ...labelOf(words, cut.family),
    familyName: words.slice(cut.family, cut.given).join(' '),
    givenName: words.slice(cut.given).join(' '),
  };
}

function labelOf(words: readonly string[], end: number): Pick<NameReading, 'label' | 'documentCount'> {
  const label = words.slice(0, end).join(' ');
  const count = /^([1-9]\d{0,3}) documents?$/i.exec(label);
  return { label: label === '' ? null : label, documentCount: count === null ? null : Number(count[1]) };
}

function warningsOf(match: LabelMatch | undefined): SubjectWarningCode[] {
  if (match === undefined) return ['SUBJECT_LABEL_UNKNOWN'];
  const warnings: SubjectWarningCode[] = [];
  if (match.quality === 'apostrophe') warnings.push('SUBJECT_APOSTROPHE');
  if (match.quality === 'loose') warnings.push('SUBJECT_LABEL_VARIANT');
  if (match.long) warnings.push('SUBJECT_LABEL_LONG');
  return warnings;
}
