import type { AdministrativeSex, PatientTraits } from '@mss/core';
import { describeCda, type CdaDescription } from '@mss/cda';

import type { XdmDocumentEntry, XdmSubmissionSet } from './model.js';
import type { XdmArchive, XdmProblem, XdmUndescribedFile } from './read/archive.js';
import type { XdmWarningCode } from './warnings.js';

/** An archive in short; the JSON of `mss xdm inspect`. */
export interface XdmDescription {
  readonly ok: boolean;
  readonly patient: {
    readonly matricule: string | null;
    readonly oid: string | null;
    readonly birthName: string | null;
    readonly usualName: string | null;
    readonly givenNames: readonly string[];
    /** HL7 digits as written. */
    readonly birthDate: string | null;
    readonly sex: AdministrativeSex | null;
  } | null;
  readonly submissionSet: XdmSubmissionSet | null;
  /** Only when there are several. */
  readonly submissionSets?: readonly XdmSubmissionSet[];
  readonly documents: readonly {
    readonly uri: string | null;
    readonly entry: XdmDocumentEntry;
    readonly size: number | null;
    readonly sha1: string | null;
    readonly sizeOk: boolean | null;
    readonly hashOk: boolean | null;
    readonly cda: CdaDescription | null;
  }[];
  readonly undescribed: readonly XdmUndescribedFile[];
  readonly problems: readonly XdmProblem[];
  readonly tolerated: readonly { readonly code: XdmWarningCode; readonly where: string | null }[];
}

function patientOf(traits: PatientTraits | null): XdmDescription['patient'] {
  if (traits === null) return null;
  const { ins, birthName, usualName, givenNames, birthDate, sex } = traits;
  return { matricule: ins?.value ?? null, oid: ins?.oid ?? null, birthName, usualName, givenNames, birthDate, sex };
}

/** Describes an archive in short. */
export function describeXdm(archive: XdmArchive): XdmDescription {
  return {
    ok: archive.ok,
    patient: patientOf(archive.patient),
    submissionSet: archive.submissionSet,
    ...(archive.submissionSets.length > 1 ? { submissionSets: archive.submissionSets } : {}),
    documents: archive.documents.map(({ uri, entry, size, sha1, sizeOk, hashOk, cda }) => ({
      uri,
      entry,
      size,
      sha1,
      sizeOk,
      hashOk,
      cda: cda === null ? null : describeCda(cda),
    })),
    undescribed: archive.undescribed,
    problems: archive.problems,
    tolerated: archive.tolerated.map(({ code, where }) => ({ code, where: where ?? null })),
  };
}
