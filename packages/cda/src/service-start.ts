import type { CdaHeader, CdaServiceEvent } from './types/header.js';

/**
 * The act that a document is about: the first documentationOf that has both a performer and `effectiveTime/low`;
 * the others are secondary acts.
 *
 * @see CI-SIS Volet Structuration Minimale de Documents de Santé, documentationOf: the main act.
 */
export function mainServiceEvent(header: Pick<CdaHeader, 'serviceEvents'>): CdaServiceEvent | null {
  return header.serviceEvents.find((event) => event.performers.length > 0 && (event.effectiveTime?.low?.value ?? null) !== null) ?? null;
}

/**
 * When the act began: `effectiveTime/low` of the {@link mainServiceEvent} as written, zone included. Its first eight
 * digits are the local day that ECO.2.1.6 puts before the PDF's name; METADATA.XML has the same instant in UTC.
 *
 * @returns `null` when no act has a performer and a beginning: no other date takes its place.
 */
export function serviceStart(header: Pick<CdaHeader, 'serviceEvents'>): string | null {
  return mainServiceEvent(header)?.effectiveTime?.low?.value ?? null;
}
