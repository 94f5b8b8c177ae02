import type { DocumentVisibility } from '@mss/cda';
import type { RandomSource } from '@mss/core';

import type { XdmAuthor, XdmCode } from '../model.js';
import type { XdmSender } from './readme.js';

/** What the host knows of one document and the document does not say. */
export interface XdmDocumentOverrides {
  /** The class, for the types that the ANS correspondence leaves out; a code alone is one of TRE_A03-ClasseDocument. */
  readonly classCode?: string | XdmCode;
  readonly formatCode?: XdmCode;
  /** Added to what the document says: what is hidden stays hidden. */
  readonly visibility?: Partial<DocumentVisibility>;
  /**
   * `create`, `replace` an earlier version, or `delete` it. Default: `replace` when versionNumber is above 1, else
   * `create`.
   */
  readonly action?: 'create' | 'replace' | 'delete';
  readonly healthcareFacilityTypeCode?: XdmCode;
  readonly practiceSettingCode?: XdmCode;
  /** Added to the codes of the acts. */
  readonly eventCodeList?: readonly XdmCode[];
  readonly title?: string;
  readonly comments?: string;
  /** Default `text/xml`, as the archives of ANS do for auto-presentable documents too. */
  readonly mimeType?: 'text/xml' | 'application/xslt+xml';
  /** CXi, as written. */
  readonly referenceIdList?: readonly string[];
}

/** How to build an archive. */
export interface XdmBuildOptions {
  /** An instant, or `YYYYMMDDhhmmss` in UTC. */
  readonly submissionTime: Date | string;
  /** Identifiers of the submission set and of the entries. Default: the operating system's generator. */
  readonly random?: RandomSource;
  /** Time of the files in the archive. Default: the submission time. */
  readonly modifiedAt?: Date;
  /** The institution that sends: a name, or a name and an identifier. Default: that of the documents' authors. */
  readonly authorInstitution?: string | { readonly name: string; readonly id: string; readonly oid?: string };
  /** The authors of the submission set. Default: those of the documents. */
  readonly author?: readonly XdmAuthor[];
  /** Default: from the kind of encounter; it stays out when neither says. */
  readonly contentTypeCode?: XdmCode;
  /** OID of the sending system. Default: from the custodian of the first document. */
  readonly sourceId?: string;
  /** Default: the title of the document, or "N documents". */
  readonly title?: string;
  readonly comments?: string;
  /** XON, XCN or XTN, as written. */
  readonly intendedRecipient?: readonly string[];
  /** Per document, in the order of the set. */
  readonly documents?: readonly (XdmDocumentOverrides | null)[];
  /**
   * What to do with a document whose type has no class in ASS_X04 when `documents` gives none: refuse it, or write the
   * archive without the attribute, which IHE allows a media creator (required if known). Never guessed. Default `refuse`.
   */
  readonly unknownClass?: 'refuse' | 'omit';
  /** Zone (`+0100`) of document dates that have none. Without it their digits are written as they are. */
  readonly assumedZone?: string;
  /** OID of the repository; absent from the archives of ANS. */
  readonly repositoryUniqueId?: string;
  /** For README.TXT and INDEX.HTM. Default: first author and institution. */
  readonly sender?: XdmSender;
  /** The stylesheet that documents cite as `FSTYLE.XSL`. */
  readonly stylesheet?: Uint8Array;
}

/** An attribute that French texts require and that neither the documents nor the host gave. */
export interface XdmMissingAttribute {
  /** `submissionSet`, or the URI of the document. */
  readonly where: string;
  /** Name of the attribute, or `stylesheet` for a document that cites one that is not in the archive. */
  readonly attribute: string;
}
