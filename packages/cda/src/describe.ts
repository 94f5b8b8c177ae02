import type { AdministrativeSex } from '@mss/core';

import { documentIdentifier } from './document-identifier.js';
import { displayEntity, displayOrganization } from './display-names.js';
import { orderNumbers } from './order-numbers.js';
import { serviceStart } from './service-start.js';
import type { CdaDocument, CdaSection } from './types/document.js';

/** A document in short; the JSON of `mss cda inspect`. */
export interface CdaDescription {
  readonly level: 1 | 3;
  /** Root, or `root^extension`. */
  readonly documentId: string;
  readonly type: { readonly code: string | null; readonly system: string | null; readonly displayName: string | null };
  readonly title: string | null;
  readonly patient: {
    readonly matricule: string | null;
    readonly oid: string | null;
    readonly birthName: string | null;
    readonly usualName: string | null;
    readonly givenNames: readonly string[];
    /** HL7 digits as written. */
    readonly birthDate: string | null;
    readonly sex: AdministrativeSex | null;
  };
  /** HL7 digits and zone as written. */
  readonly serviceStart: string | null;
  readonly orderNumbers: readonly string[];
  /** People and devices by name. */
  readonly author: readonly string[];
  readonly custodian: string | null;
  readonly legalAuthenticator: string | null;
  readonly embedded: { readonly mediaType: string; readonly bytes: number } | null;
  /** Titles in reading order, nested sections after theirs; the code's name when there is no title. */
  readonly sections: readonly string[];
}

function titlesOf(sections: readonly CdaSection[]): readonly string[] {
  return sections.flatMap((section) => [section.title ?? section.code?.displayName ?? '', ...titlesOf(section.sections)]);
}

/** Describes a document in short. */
export function describeCda(document: CdaDocument): CdaDescription {
  const { header, body } = document;
  const { traits } = header.patient;
  return {
    level: document.level,
    documentId: documentIdentifier(header),
    type: { code: header.code.code, system: header.code.codeSystem, displayName: header.code.displayName },
    title: header.title,
    patient: {
      matricule: traits.ins?.value ?? null,
      oid: traits.ins?.oid ?? null,
      birthName: traits.birthName,
      usualName: traits.usualName,
      givenNames: traits.givenNames,
      birthDate: traits.birthDate,
      sex: traits.sex,
    },
    serviceStart: serviceStart(header),
    orderNumbers: orderNumbers(header),
    author: header.authors.map((author) => displayEntity(author.entity)).filter((name) => name !== null),
    custodian: header.custodian === null ? null : displayOrganization(header.custodian),
    legalAuthenticator: header.legalAuthenticator === null ? null : displayEntity(header.legalAuthenticator.entity),
    embedded: body.kind === 'nonXml' ? { mediaType: body.media.mediaType, bytes: body.media.byteLength } : null,
    sections: body.kind === 'structured' ? titlesOf(body.sections) : [],
  };
}
