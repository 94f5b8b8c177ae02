import type { MssError } from '@mss/core';
import type { CertificateSummary } from '../types.js';
import { cardError, type CardErrorCode } from './errors.js';
import { moduleError } from './module.js';
import { isGone, type Pkcs11Library } from './pkcs11.js';
import { certificatesOf, presentTokens, type CardCertificate, type CardToken, type PresentToken } from './tokens.js';

/** Which card. What is not given is not asked; all together: the cards that hold the certificate. */
export interface CardTokenSelection {
  readonly label?: string;
  readonly serial?: string;
  /** Name of the reader, as the library tells it. */
  readonly reader?: string;
}

/** Which of the authentication certificates, when the card holds several. */
export interface CardCertificateSelection {
  /** CKA_LABEL of the certificate. */
  readonly label?: string;
  /** SHA-256 of the DER, hexadecimal. */
  readonly sha256?: string;
  /** For example by subject. */
  readonly matches?: (certificate: CertificateSummary & { readonly label: string }) => boolean;
}

/** What was chosen. */
export interface SelectedCard {
  readonly token: PresentToken;
  readonly found: CardCertificate;
  /** Authorities on the card between the certificate and its root. */
  readonly intermediates: readonly CardCertificate[];
}

const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyPurpose = '2.5.29.37.0';

/**
 * Whether a certificate authenticates its holder to a TLS server. A CPS card holds two certificates: the one for signatures has
 * the key usage nonRepudiation and not digitalSignature.
 */
function authenticates({ certificate }: CardCertificate): boolean {
  const { authority, keyUsage, purposes } = certificate.extensions;
  if (authority !== null) return false;
  if (keyUsage !== null && !keyUsage.digitalSignature) return false;
  return purposes === null || purposes.includes(clientAuth) || purposes.includes(anyPurpose);
}

function answers({ label, certificate }: CardCertificate, wanted: CardCertificateSelection): boolean {
  if (wanted.label !== undefined && wanted.label !== label) return false;
  if (wanted.sha256 !== undefined && wanted.sha256.replaceAll(':', '').toLowerCase() !== certificate.sha256) return false;
  return wanted.matches === undefined || wanted.matches({ ...certificate.summary, label });
}

function isWanted(token: CardToken, wanted: CardTokenSelection): boolean {
  return (['label', 'serial', 'reader'] as const).every((name) => wanted[name] === undefined || wanted[name] === token[name]);
}

function authoritiesAbove(leaf: CardCertificate, all: readonly CardCertificate[]): readonly CardCertificate[] {
  const above: CardCertificate[] = [];
  for (let top = leaf; above.length < 5;) {
    const next = all.find(
      ({ certificate }) =>
        certificate.extensions.authority !== null && !certificate.selfIssued && certificate.subject.key === top.certificate.issuer.key,
    );
    if (next === undefined || above.includes(next)) break;
    above.push(next);
    top = next;
  }
  return above;
}

/** The certificates of a card that is perhaps being taken out: then none. */
function read(library: Pkcs11Library, token: PresentToken): readonly CardCertificate[] {
  try {
    return certificatesOf(library, token);
  } catch (error) {
    if (isGone(error)) return [];
    throw moduleError(error, 'the certificates of the card cannot be read');
  }
}

/**
 * Finds the one card and the one authentication certificate that answer. No PIN is needed.
 *
 * @throws ERR_MSS_PKI_CARD_ABSENT
 * @throws ERR_MSS_PKI_CARD_NO_CERTIFICATE
 * @throws ERR_MSS_PKI_CARD_EXPIRED
 * @throws ERR_MSS_PKI_CARD_AMBIGUOUS
 */
export function selectCard(
  library: Pkcs11Library,
  wanted: { readonly token: CardTokenSelection; readonly certificate: CardCertificateSelection; readonly now: Date },
): SelectedCard {
  const present = presentTokens(library);
  const tokens = present.filter((token) => isWanted(token, wanted.token));
  if (tokens.length === 0) {
    const what = present.length === 0 ? 'no card is in a reader' : 'no card in a reader answers to the selection';
    throw cardError('ERR_MSS_PKI_CARD_ABSENT', what, { details: { present: present.map(described) } });
  }
  const all = tokens.flatMap((token) => {
    const certificates = read(library, token);
    return certificates
      .filter((one) => authenticates(one) && answers(one, wanted.certificate))
      .map((found): SelectedCard => ({ token, found, intermediates: authoritiesAbove(found, certificates) }));
  });
  const valid = all.filter(({ found: { certificate } }) => wanted.now >= certificate.notBefore && wanted.now <= certificate.notAfter);
  const [only, ...others] = valid;
  if (only === undefined) throw all.length === 0 ? noCertificate(tokens) : expired(all);
  if (others.length > 0) throw ambiguous(valid);
  return only;
}

const described = ({ label, serial, reader }: CardToken): object => ({ label, serial, reader });

function noCertificate(tokens: readonly PresentToken[]): MssError<CardErrorCode> {
  return cardError('ERR_MSS_PKI_CARD_NO_CERTIFICATE', 'the card holds no authentication certificate that answers to the selection', {
    details: { tokens: tokens.map(described) },
  });
}

function expired(all: readonly SelectedCard[]): MssError<CardErrorCode> {
  const { notBefore, notAfter } = all[0]?.found.certificate ?? {};
  return cardError('ERR_MSS_PKI_CARD_EXPIRED', 'the certificate of the card has expired or is not valid yet', {
    details: { notBefore, notAfter },
  });
}

function ambiguous(valid: readonly SelectedCard[]): MssError<CardErrorCode> {
  const candidates = valid.map(({ token, found }) => ({ token: described(token), label: found.label, sha256: found.certificate.sha256 }));
  return cardError('ERR_MSS_PKI_CARD_AMBIGUOUS', `${valid.length} certificates answer to the selection: name the card or the certificate`, {
    details: { candidates },
  });
}
