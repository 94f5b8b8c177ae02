import { MssError, resolveLimits, type Limits, type MssWarning } from '@mss/core';
import { attributeOf, childrenOf, descendantsOf, parseXml, type XmlElement } from '@mss/formats/xml';

import type { XdmErrorCode } from '../errors.js';
import type { XdmAssociation, XdmDocumentEntry, XdmSubmissionSet } from '../model.js';
import {
  documentEntryIdentifiers,
  folderNode,
  namespaces21,
  namespaces30,
  submissionSetIdentifiers,
  submissionSetNode,
} from '../schemes.js';
import type { XdmWarningCode } from '../warnings.js';
import { loosePartsOf, readDocumentEntry, readSubmissionSet, RegistryObject } from './metadata-objects.js';
import { normalUuid, slotsOf } from './registry-objects.js';
import { Tolerated } from './warnings-list.js';

/** One METADATA.XML, read. */
export interface XdmMetadata {
  /** Nearly always one; `[]` when there is none. */
  readonly submissionSets: readonly XdmSubmissionSet[];
  readonly documents: readonly XdmDocumentEntry[];
  readonly associations: readonly XdmAssociation[];
  /** Every patientId (CX) that METADATA.XML writes, those of repeated identifiers included. */
  readonly patientIds: readonly string[];
}

/** An association and, in ebRS 2.1, its classifications and identifiers stand beside each document. */
const objectsPerEntry = 40;

const listNames: readonly string[] = ['RegistryObjectList', 'LeafRegistryObjectList'];

/** The list of objects, wherever the request that wraps it puts it. */
function listOf(root: XmlElement): XmlElement | null {
  if (listNames.includes(root.name)) return root;
  for (const name of listNames) {
    const [found] = descendantsOf(root, name);
    if (found !== undefined) return found;
  }
  return null;
}

function readAssociation(element: XmlElement): XdmAssociation {
  return {
    associationType: (attributeOf(element, 'associationType') ?? '').trim().replace(/^.*:/, ''),
    sourceObject: normalUuid(attributeOf(element, 'sourceObject')),
    targetObject: normalUuid(attributeOf(element, 'targetObject')),
    submissionSetStatus: slotsOf(element).get('SubmissionSetStatus')?.[0] ?? null,
  };
}

/** The packages that are submission sets: those that say so, else the only one that is no folder. */
function submissionSetsOf(packages: readonly RegistryObject[], where: string, tolerated: Tolerated): readonly RegistryObject[] {
  const folders = packages.filter((one) => one.hasNode(folderNode) && !one.hasNode(submissionSetNode));
  if (folders.length > 0) tolerated.add('XDM_FOLDER_IGNORED', 'a folder of documents; ignored', where);
  const classified = packages.filter((one) => one.hasNode(submissionSetNode));
  if (classified.length > 1) tolerated.add('XDM_SEVERAL_SUBMISSION_SETS', 'several submission sets', where);
  if (classified.length > 0) return classified;
  tolerated.add('XDM_SUBMISSION_SET_UNCLASSIFIED', 'no package says that it is the submission set', where);
  const others = packages.filter((one) => !folders.includes(one));
  return others.length === 1 ? others : [];
}

function checkAssociations(
  metadata: Pick<XdmMetadata, 'submissionSets' | 'documents' | 'associations'>,
  where: string,
  tolerated: Tolerated,
): void {
  const sets = new Set(metadata.submissionSets.map((set) => set.entryUUID));
  const members = new Set(
    metadata.associations.filter((one) => one.associationType === 'HasMember' && sets.has(one.sourceObject)).map((one) => one.targetObject),
  );
  for (const entry of metadata.documents) {
    if (!members.has(entry.entryUUID))
      tolerated.add('XDM_ASSOCIATION_MISSING', 'an entry that no association ties to the submission set', where);
  }
}

/**
 * Reads METADATA.XML in ebRS 3.0, and in the older 2.1.
 *
 * Classifications and identifiers are attached to the object that holds them, whatever their references say, and
 * identifiers are told by the UUID of their scheme, whatever their name says: in the archives of ANS both are wrong.
 *
 * @param options.where - place of the file, for warnings.
 * @throws MssError `ERR_MSS_XDM_METADATA_INVALID` no list of registry objects
 * @throws MssError `ERR_MSS_XDM_TOO_MANY_OBJECTS` more documents than entries an archive may have
 * @throws MssError `ERR_MSS_XML_DOCTYPE`, `ERR_MSS_XML_MALFORMED`, `ERR_MSS_XML_LIMIT`, `ERR_MSS_XML_ENCODING`
 * @see IHE ITI TF-3 4.2.1; OASIS ebRIM 3.0 and 2.1
 */
export function readMetadata(
  bytes: Uint8Array,
  options: { readonly where: string; readonly limits?: Partial<Limits> },
): { readonly value: XdmMetadata; readonly warnings: readonly MssWarning<XdmWarningCode>[] } {
  const { where } = options;
  const xml = parseXml(bytes, options.limits === undefined ? {} : { limits: options.limits });
  const tolerated = new Tolerated();
  for (const { code, message } of xml.warnings) tolerated.add(code, message, where);
  const list = listOf(xml.value.root);
  if (list === null) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_METADATA_INVALID', 'METADATA.XML holds no list of registry objects', {
      requirement: 'ECO.2.1.2',
    });
  }
  const elements = childrenOf(list);
  const namespaces = new Set([list.namespace, ...elements.map((element) => element.namespace)]);
  if ([...namespaces].some((one) => namespaces21.includes(one))) tolerated.add('XDM_EBRS_21', 'METADATA.XML in ebRS 2.1', where);
  if ([...namespaces].some((one) => !namespaces21.includes(one) && !namespaces30.includes(one))) {
    tolerated.add('XDM_METADATA_NAMESPACE', 'elements in an unknown namespace', where);
  }
  const { archiveEntries } = resolveLimits(options.limits);
  const described = elements.filter((element) => element.name === 'ExtrinsicObject').length;
  if (described > archiveEntries || elements.length > archiveEntries * objectsPerEntry) {
    throw new MssError<XdmErrorCode>(
      'ERR_MSS_XDM_TOO_MANY_OBJECTS',
      'METADATA.XML holds more objects than the limit archiveEntries allows',
      {
        details: { limit: 'archiveEntries', max: archiveEntries },
      },
    );
  }
  const loose = loosePartsOf(elements);
  const objectsOf = (name: string): RegistryObject[] =>
    elements.filter((element) => element.name === name).map((element) => new RegistryObject(element, { loose, tolerated, where }));
  const sets = submissionSetsOf(objectsOf('RegistryPackage'), where, tolerated);
  const entries = objectsOf('ExtrinsicObject');
  const value: XdmMetadata = {
    submissionSets: sets.map(readSubmissionSet),
    documents: entries.map(readDocumentEntry),
    associations: elements.filter((element) => element.name === 'Association').map(readAssociation),
    patientIds: [
      ...sets.flatMap((one) => one.identifiers(submissionSetIdentifiers.patientId, 'XDSSubmissionSet.patientId')),
      ...entries.flatMap((one) => one.identifiers(documentEntryIdentifiers.patientId, 'XDSDocumentEntry.patientId')),
    ],
  };
  checkAssociations(value, where, tolerated);
  return { value, warnings: tolerated.list };
}
