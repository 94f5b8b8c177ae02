import { typeLabelRows } from './type-labels.data.js';

/** One type of document with every wording of its label that ANS publishes; the first is that of JDV_J07 where it has one. */
export interface TypeLabel {
  readonly code: string;
  readonly codeSystem: string;
  readonly labels: readonly string[];
}

/**
 * The types of documents of the French health interoperability framework.
 *
 * A document carries its own wording (`code/@displayName`), which may differ from these and is what a sender writes; this
 * table helps to read.
 *
 * @see ANS, JDV_J07-XdsTypeCode-CISIS (27/09/2024) and TRE_A04-Loinc (29/03/2024)
 */
export const typeLabels: readonly TypeLabel[] = Object.freeze(
  typeLabelRows.map(([code, codeSystem, labels]) => Object.freeze({ code, codeSystem, labels: Object.freeze(labels) })),
);
