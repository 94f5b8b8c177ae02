import type { CdaHeader } from './types/header.js';

/**
 * The numbers of the prescriptions that a document answers: `inFulfillmentOf/order/id`, the extension, or the root when
 * the root alone identifies (a UUID, an OID). No repetition, in the order of the document. DICOM accession numbers are
 * no prescription numbers.
 */
export function orderNumbers(header: Pick<CdaHeader, 'orders'>): readonly string[] {
  const numbers = header.orders.flatMap((order) => order.ids.map((id) => id.extension ?? id.root)).filter((number) => number !== null);
  return [...new Set(numbers)];
}

/** CR d'examens biologiques. */
const laboratoryReport = '11502-2';

/**
 * The case number that sender and receiver share without the host's help: for a laboratory report, the extension of its
 * only order identifier. Several, or one without extension, tell nothing: `null`.
 *
 * @see Référentiel #2 v0.1, ECO.2.1.6: "numéro de dossier", for laboratories the registration number of the order.
 */
export function caseNumber(header: Pick<CdaHeader, 'orders' | 'code'>): string | null {
  if (header.code.code !== laboratoryReport) return null;
  const ids = header.orders.flatMap((order) => order.ids);
  return ids.length === 1 ? (ids[0]?.extension ?? null) : null;
}
