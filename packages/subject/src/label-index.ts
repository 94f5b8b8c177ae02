import { getProfile, type ProfileId } from '@mss/core';

import { foldApostrophes, foldLoosely, foldToWords, truncateLabel } from './text.js';
import { typeLabels } from './type-labels.js';

/** How a known label was found: word for word, apostrophes apart, or case and accents apart. */
type LabelQuality = 'exact' | 'apostrophe' | 'loose';

/** A known label at the beginning of a text. */
export interface LabelMatch {
  /** How many words of the text it takes. */
  readonly words: number;
  readonly quality: LabelQuality;
  /** Whether the text has the label whole where the rule cuts it. */
  readonly long: boolean;
}

interface KnownForm {
  readonly words: readonly string[];
  readonly folded: readonly string[];
  readonly long: boolean;
}

/** Known labels, by their first word folded. */
export type LabelIndex = ReadonlyMap<string, readonly KnownForm[]>;

/** Prepares labels for {@link findLabels}: cut as the rule says, and whole. */
function indexLabels(labels: Iterable<string>, codePoints: number): LabelIndex {
  const index = new Map<string, KnownForm[]>();
  const seen = new Set<string>();
  for (const label of labels) {
    const cut = truncateLabel(label, codePoints);
    for (const form of [cut, truncateLabel(label, Number.MAX_SAFE_INTEGER)]) {
      if (form === '' || seen.has(form)) continue;
      seen.add(form);
      const words = form.split(' ');
      const key = foldLoosely(words[0] ?? '');
      index.set(key, [...(index.get(key) ?? []), { words, folded: words.map(foldLoosely), long: form !== cut }]);
    }
  }
  return index;
}

/** The known labels as a subject, a file name and a file name in plain ASCII write them. */
export interface LabelIndexes {
  readonly subject: LabelIndex;
  /** With `-` for the characters that names cannot hold. */
  readonly fileName: LabelIndex;
  /** With a space for every sign: "CR d imagerie medicale". */
  readonly ascii: LabelIndex;
}

function indexAll(labels: readonly string[], codePoints: number): LabelIndexes {
  const subject = indexLabels(labels, codePoints);
  return {
    subject,
    fileName: withVariants(subject, (words) => words.map((word) => word.replaceAll(/[_/\\:*?"<>|]/g, '-'))),
    ascii: withVariants(subject, (words) => foldToWords(words.join(' ')).split(' ')),
  };
}

function withVariants(index: LabelIndex, variant: (words: readonly string[]) => readonly string[]): LabelIndex {
  const all = new Map<string, KnownForm[]>();
  for (const form of [...index.values()].flat()) {
    for (const words of [form.words, variant(form.words)]) {
      const key = foldLoosely(words[0] ?? '');
      all.set(key, [...(all.get(key) ?? []), { words, folded: words.map(foldLoosely), long: form.long }]);
    }
  }
  return all;
}

const knownLabels = typeLabels.flatMap((type) => type.labels);
const knownIndexes = indexAll(knownLabels, 40);

/** The labels of ANS and the host's, cut as the profile says. */
export function labelIndexes(options: { readonly knownLabels?: readonly string[]; readonly profile?: ProfileId }): LabelIndexes {
  const codePoints = getProfile(options.profile).message.labelCodePoints;
  if (options.knownLabels === undefined && codePoints === 40) return knownIndexes;
  return indexAll([...knownLabels, ...(options.knownLabels ?? [])], codePoints);
}

/** Every known label that the words begin with: the closest wording first, then the longest. */
export function findLabels(words: readonly string[], index: LabelIndex): readonly LabelMatch[] {
  const matches: LabelMatch[] = [];
  const folded = words.slice(0, maxLabelWords).map(foldLoosely);
  for (const form of index.get(folded[0] ?? '') ?? []) {
    if (form.folded.some((word, place) => folded[place] !== word)) continue;
    matches.push({ words: form.words.length, quality: qualityOf(words, form.words), long: form.long });
  }
  return matches.sort((a, b) => rank(a) - rank(b) || b.words - a.words);
}

/** The longest label of ANS has 12 words. */
const maxLabelWords = 60;
const rank = (match: LabelMatch): number => (match.quality === 'loose' ? 1 : 0);

/** How close the words are to a label that they equal but for apostrophes, case and accents. */
function qualityOf(words: readonly string[], label: readonly string[]): LabelQuality {
  const others = label.flatMap((expected, place) => (words[place] === expected ? [] : [[words[place] ?? '', expected] as const]));
  if (others.length === 0) return 'exact';
  return others.every(([word, expected]) => foldApostrophes(word) === foldApostrophes(expected)) ? 'apostrophe' : 'loose';
}
