import { MssError } from '@mss/core';
import { classLabel, classOfType, formatOf, type CdaDocument, type CdaHeader, type MetadataCode } from '@mss/cda';

import type { XdmErrorCode } from '../errors.js';
import type { XdmCode } from '../model.js';

/** TRE_A03-ClasseDocument. */
const documentClassSystem = '1.2.250.1.213.1.1.4.1';

interface Choice {
  /** What the host says; it wins. */
  readonly given: string | XdmCode | undefined;
  /** Leave an unknown code out instead of refusing the document. */
  readonly omit: boolean;
  readonly uri: string;
}

function xdmCode(code: MetadataCode): XdmCode {
  return { code: code.code, codingScheme: code.codeSystem, displayName: code.displayName };
}

/**
 * The class of a document: the host's, else that of its type by ASS_X04; never guessed.
 *
 * @throws MssError `ERR_MSS_XDM_CLASS_UNKNOWN`
 */
export function classCodeFor(header: CdaHeader, choice: Choice): XdmCode | null {
  if (typeof choice.given === 'object') return choice.given;
  if (choice.given !== undefined) {
    return { code: choice.given, codingScheme: documentClassSystem, displayName: classLabel(choice.given) };
  }
  const found = classOfType(header.code.code ?? '', header.code.codeSystem);
  if (found !== null) return xdmCode(found);
  if (choice.omit) return null;
  const details = { typeCode: header.code.code, codeSystem: header.code.codeSystem, uri: choice.uri };
  throw new MssError<XdmErrorCode>(
    'ERR_MSS_XDM_CLASS_UNKNOWN',
    `no class is known for documents of type ${header.code.code ?? '(none)'}: the host must give it`,
    {
      details,
    },
  );
}

/**
 * The format of a document: the host's, else by ASS_A11.
 *
 * @returns `null` when the table has no row for its templates or its media type: it is never guessed, and the attribute
 * stays out, as IHE allows a media creator (required if known).
 */
export function formatCodeFor(document: CdaDocument, given: XdmCode | undefined): XdmCode | null {
  if (given !== undefined) return given;
  const found = formatOf(document);
  return found === null ? null : xdmCode(found);
}
