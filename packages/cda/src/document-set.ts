import { MssError } from '@mss/core';

import type { CdaErrorCode } from './errors.js';
import { documentIdentifier } from './document-identifier.js';
import { comparePatients } from './same-patient.js';
import type { CdaDocument, DocumentSet } from './types/document.js';

const refuse = (code: CdaErrorCode, message: string, documents: readonly number[]): never => {
  throw new MssError<CdaErrorCode>(code, message, { requirement: 'ECO.2.1.1', details: { documents } });
};

/**
 * Puts documents of one patient together. From this one value the archive, the PDF, the subject, the X-MSS headers and
 * the patient's address are derived, so that they cannot contradict each other.
 *
 * Every document is compared with every other by {@link comparePatients}; `patient` is the identity of the first
 * document that has an INS, else of the first document. `details.documents` of an error holds two positions.
 *
 * @throws MssError `ERR_MSS_CDA_NO_DOCUMENTS` the list is empty.
 * @throws MssError `ERR_MSS_CDA_TWO_PATIENTS` two documents are not, or cannot be shown to be, about one person.
 * @throws MssError `ERR_MSS_CDA_TRAITS_CONFLICT` the same INS with another name, date of birth or sex: one of the two may
 * be another person's, and the host must settle it before anything is sent.
 * @throws MssError `ERR_MSS_CDA_DUPLICATE_DOCUMENT` two documents have the same identifier.
 * @see Référentiel #2 v0.1, ECO.2.1.1: a mail with health documents concerns one person.
 */
export function createDocumentSet(documents: readonly CdaDocument[]): DocumentSet {
  const [first, ...others] = documents;
  if (first === undefined) throw new MssError<CdaErrorCode>('ERR_MSS_CDA_NO_DOCUMENTS', 'a set of documents needs at least one');
  const seen = new Map<string, number>();
  for (const [index, document] of documents.entries()) {
    for (let earlier = 0; earlier < index; earlier += 1) {
      const other = documents[earlier] ?? first;
      const comparison = comparePatients(other.header.patient.traits, document.header.patient.traits);
      if (comparison === 'different') {
        refuse('ERR_MSS_CDA_TWO_PATIENTS', 'the documents are not about one and the same patient', [earlier, index]);
      }
      if (comparison === 'traits-conflict') {
        refuse('ERR_MSS_CDA_TRAITS_CONFLICT', 'the documents have the same INS but other traits', [earlier, index]);
      }
    }
    const identifier = documentIdentifier(document.header);
    const same = seen.get(identifier);
    if (same !== undefined) refuse('ERR_MSS_CDA_DUPLICATE_DOCUMENT', 'two documents have the same identifier', [same, index]);
    seen.set(identifier, index);
  }
  const withIns = documents.find((document) => document.header.patient.traits.ins !== null) ?? first;
  return { patient: withIns.header.patient.traits, documents: [first, ...others] };
}
