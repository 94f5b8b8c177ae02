import { isMssError, type Limits, type MssWarning, type ReadResult } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import { childrenOf, descendantsOf, parseXml, textOf, type XmlDocument } from '@mss/formats/xml';
import { whiteListError } from './errors.js';

/** What was tolerated in a list. */
export type WhiteListWarningCode =
  /** A name that is no domain was left out. */
  | 'WHITE_LIST_DOMAIN_INVALID'
  /** A domain that stands there twice, letter case and IDNA form apart. */
  | 'WHITE_LIST_DOMAIN_DUPLICATE'
  /** The list is signed; the signature was not verified, for its rules are not public. */
  | 'WHITE_LIST_SIGNATURE_NOT_VERIFIED';

const namespace = 'https://listeblanche.mssante.fr/schema';
const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#';
/** Of a hundred names so many may be none; more, and the file is not what it should be. */
const maxInvalidPercent = 5;

/** One document is one list: nothing in it is large. */
const defaultBytes = 16 * 1024 * 1024;

function parse(bytes: Uint8Array, limits: Partial<Limits>): XmlDocument {
  try {
    return parseXml(bytes, { limits: { xmlBytes: defaultBytes, ...limits } }).value;
  } catch (cause) {
    if (!isMssError(cause)) throw cause;
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT', 'the list is no well-formed XML', { cause });
  }
}

/**
 * Reads the white list of the domains of the trust space: every `Nom` in a `Domaine`, in the list's namespace, wherever they
 * stand. Domains come back as DNS writes them (A-labels, lower case).
 *
 * Not checked: the schema and the signature, which are not public; the operators' certificates that the list may hold.
 *
 * @throws ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT | ERR_MSS_ANNUAIRE_WHITE_LIST_EMPTY
 * @see Référentiel #2 v0.1 §2.1.2
 */
export function parseWhiteList(
  bytes: Uint8Array,
  options: { readonly limits?: Partial<Limits> } = {},
): ReadResult<readonly string[], WhiteListWarningCode> {
  const { root } = parse(bytes, options.limits ?? {});
  if (root.namespace !== namespace) throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT', 'the document is no white list');
  const warnings: MssWarning<WhiteListWarningCode>[] = [];
  const domains = new Set<string>();
  let invalid = 0;
  let names = 0;
  for (const element of descendantsOf(root, 'Domaine', namespace)) {
    for (const name of childrenOf(element, 'Nom', namespace)) {
      names += 1;
      const where = `Domaine[${names}]`;
      const domain = toAsciiDomain(textOf(name).trim());
      if (domain === null) {
        invalid += 1;
        warnings.push({ code: 'WHITE_LIST_DOMAIN_INVALID', message: 'a name is no domain', where });
      } else if (domains.has(domain)) {
        warnings.push({ code: 'WHITE_LIST_DOMAIN_DUPLICATE', message: 'a domain stands there twice', where });
      } else domains.add(domain);
    }
  }
  if (invalid * 100 > names * maxInvalidPercent) {
    const details = { names, invalid };
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT', `${invalid} of ${names} names are no domains`, { details });
  }
  if (domains.size === 0) throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_EMPTY', 'the list has no domain');
  if (childrenOf(root, 'Signature', signatureNamespace).length > 0) {
    warnings.push({ code: 'WHITE_LIST_SIGNATURE_NOT_VERIFIED', message: 'the signature of the list was not verified', where: 'Signature' });
  }
  return { value: [...domains], warnings };
}
