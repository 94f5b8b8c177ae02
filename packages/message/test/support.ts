import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createDocumentSet, readCda, type CdaDocument, type DocumentSet } from '@mss/cda';
import type { RandomSource } from '@mss/core';
import { patientAddress, qualifyIns } from '@mss/ins-address';
import type { PatientRecipient, ProfessionalRecipient, Sender } from '@mss/message';

const folder = new URL('../../../tooling/testdata/cda/', import.meta.url);

/** One of the project's own documents, by the beginning of its name. */
export function document(name: string): CdaDocument {
  return readCda(readFileSync(fileURLToPath(new URL(`${name}.xml`, folder)))).value;
}

export function documents(...names: string[]): DocumentSet {
  return createDocumentSet(names.map(document));
}

export const laboratoryReport = '001-biologie-hemogramme';

export const sender: Sender = {
  kind: 'personal',
  address: 'claire.moreau@cabinet.mssante.test',
  title: 'Dr',
  givenName: 'Claire',
  familyName: 'Moreau',
  entity: 'Cabinet médical',
};
export const colleague: ProfessionalRecipient = {
  kind: 'professional',
  address: 'hugo.bernard@clinique.mssante.test',
  name: 'Dr Hugo BERNARD',
};

/** The address of a document's patient, as the host's identity base would allow it. */
export function patientOf(set: DocumentSet): PatientRecipient {
  const ins = set.patient.ins;
  if (ins === null) throw new Error('the document has no INS');
  return {
    kind: 'patient',
    address: patientAddress(
      qualifyIns({
        matricule: ins.value,
        oid: ins.oid,
        status: 'qualifiee',
        assertedBy: { kind: 'identity-base', name: 'test' },
        environment: 'test',
      }),
    ),
  };
}

/** Reproducible identifiers and boundaries. */
export function fixedRandom(): RandomSource {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`,
    bytes: (length) => new Uint8Array(length).fill((count += 1)),
  };
}

export const fixed = { clock: { now: () => new Date('2026-03-02T09:30:00Z') } };
