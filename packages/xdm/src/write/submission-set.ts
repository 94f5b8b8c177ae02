import { MssError, parseOid } from '@mss/core';
import type { CdaDocument, CdaHeader, DocumentSet } from '@mss/cda';

import type { XdmErrorCode } from '../errors.js';
import { formatXon } from '../hl7/xon.js';
import type { XdmAuthor, XdmCode, XdmSubmissionSet } from '../model.js';
import { statusApproved } from '../schemes.js';
import { authorOf, institutionXon, structureOid } from './actors.js';
import { contentTypeOf } from './content-type.js';
import type { XdmBuildOptions } from './options.js';
import { oidOfUuid, uuidOfName } from './uuid-oid.js';

/** An OID given by the host. */
function checkedOid(text: string, attribute: string): string {
  const oid = parseOid(text);
  if (oid === null) throw new MssError<XdmErrorCode>('ERR_MSS_XDM_VALUE_INVALID', `${attribute} is not an OID`, { details: { attribute } });
  return oid;
}

/**
 * sourceId from the custodian: `root.extension` when that is an OID, as the archives of ANS write it; else the root when
 * it identifies alone; else `2.25.` and the version 5 UUID of `root^extension`, stable for the same custodian.
 */
function sourceIdOf(header: CdaHeader): string {
  const id = header.custodian?.ids.find((one) => one.root !== null && parseOid(one.root) !== null) ?? null;
  if (id === null || id.root === null) {
    throw new MssError<XdmErrorCode>(
      'ERR_MSS_XDM_SOURCE_ID_UNKNOWN',
      'the document has no custodian with an identifier: the host must give sourceId',
    );
  }
  if (id.extension === null) return id.root;
  return parseOid(`${id.root}.${id.extension}`) ?? oidOfUuid(uuidOfName(`${id.root}^${id.extension}`));
}

/** The authors of all documents, each once. */
function authorsOf(documents: readonly CdaDocument[]): readonly XdmAuthor[] {
  const authors = documents.flatMap((document) => document.header.authors.map(authorOf));
  return [...new Map(authors.map((author) => [JSON.stringify(author), author])).values()];
}

function institutionOf(given: XdmBuildOptions['authorInstitution']): string | null {
  if (given === undefined) return null;
  const { name, identifier } =
    typeof given === 'string'
      ? { name: given, identifier: null }
      : { name: given.name, identifier: { id: given.id, oid: given.oid ?? structureOid } };
  if (name.trim() === '') {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_VALUE_INVALID', 'authorInstitution has no name', {
      details: { attribute: 'authorInstitution' },
    });
  }
  return formatXon(institutionXon(name.trim(), identifier));
}

/** The kind of activity that all documents share; `null` when they differ or do not say. */
function contentTypeOfAll(documents: readonly CdaDocument[]): XdmCode | null {
  const [first, ...others] = documents.map((document) => contentTypeOf(document.header));
  return first !== undefined && first !== null && others.every((other) => other?.code === first.code) ? first : null;
}

const nobody: XdmAuthor = { authorInstitution: [], authorPerson: null, authorRole: [], authorSpecialty: [], authorTelecommunication: [] };

/**
 * The submission set: what the sender did, beside the documents.
 *
 * @throws MssError `ERR_MSS_XDM_SOURCE_ID_UNKNOWN`, `ERR_MSS_XDM_VALUE_INVALID`
 * @see IHE ITI TF-3 4.2.3.3
 */
export function deriveSubmissionSet(
  {
    set,
    patientId,
    ids,
  }: {
    readonly set: DocumentSet;
    /** CX */
    readonly patientId: string;
    readonly ids: { readonly entryUUID: string; readonly uniqueUuid: string; readonly time: string };
  },
  options: XdmBuildOptions,
): XdmSubmissionSet {
  const [first] = set.documents;
  const institution = institutionOf(options.authorInstitution);
  const found = options.author ?? authorsOf(set.documents);
  const authors =
    institution === null
      ? found
      : (found.length === 0 ? [nobody] : found).map((author) => ({ ...author, authorInstitution: [institution] }));
  return {
    entryUUID: ids.entryUUID,
    availabilityStatus: statusApproved,
    submissionTime: ids.time,
    title: options.title ?? (set.documents.length === 1 ? first.header.title : `${set.documents.length} documents`),
    comments: options.comments ?? '',
    author: authors,
    contentTypeCode: options.contentTypeCode ?? contentTypeOfAll(set.documents),
    patientId,
    sourceId: options.sourceId === undefined ? sourceIdOf(first.header) : checkedOid(options.sourceId, 'sourceId'),
    uniqueId: oidOfUuid(ids.uniqueUuid),
    intendedRecipient: options.intendedRecipient ?? [],
    homeCommunityId: null,
  };
}
