import { isMssError } from '@mss/core';
import { childrenOf, contentOf, expectTlv, readTlv, readWhole, tags, wholeOf, type Tlv } from '../der/reader.js';
import { hexOf, oidOf, timeOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { readableCertificates, type Certificate } from '../x509/certificate.js';
import { readExtensions, type RawExtension } from '../x509/extensions.js';
import { readName } from '../x509/name.js';
import { readSigned, type Signed } from '../x509/signature.js';

/** What a response says about one certificate. */
export interface SingleResponse {
  readonly id: Tlv;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
}

/** A BasicOCSPResponse, read and not verified. */
export interface OcspResponse {
  readonly der: Uint8Array;
  readonly signed: Signed;
  /** The responder by its name's comparison key, or by the SHA-1 of its key, hexadecimal. */
  readonly responder: { readonly name: string } | { readonly keyHash: string };
  readonly responses: readonly SingleResponse[];
  /** Hexadecimal, `null` when the response has none. */
  readonly nonce: string | null;
  readonly certificates: readonly Certificate[];
  readonly unknownCritical: readonly string[];
}

const basicOid = '1.3.6.1.5.5.7.48.1.1';
const nonceOid = '1.3.6.1.5.5.7.48.1.2';

/** Most bytes of a response: real ones have 0.5 to 5 kB. */
export const maxOcspBytes: number = 128 * 1024;

const statuses: readonly (string | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

const malformed = (cause?: unknown): Error =>
  pkiError('ERR_MSS_PKI_OCSP_MALFORMED', 'what came is not an OCSP response', cause === undefined ? {} : { cause });

function readSingle(bytes: Uint8Array, tlv: Tlv): SingleResponse & { readonly extensions: readonly RawExtension[] } {
  const [id, status, thisUpdate, ...rest] = childrenOf(bytes, tlv, 5);
  if (id === undefined || status === undefined || thisUpdate === undefined) throw malformed();
  const next = rest.find((field) => field.tag === 0xa0);
  const wrapped = rest.find((field) => field.tag === 0xa1);
  const words: Readonly<Record<number, SingleResponse['status']>> = { 0x80: 'good', 0xa1: 'revoked', 0x82: 'unknown' };
  const word = words[status.tag];
  if (word === undefined) throw malformed();
  return {
    id,
    status: word,
    thisUpdate: timeOf(bytes, thisUpdate),
    nextUpdate: next === undefined ? null : timeOf(bytes, readTlv(bytes, next.start, next.end)),
    extensions: wrapped === undefined ? [] : readExtensions(bytes, expectTlv(bytes, wrapped.start, wrapped.end, tags.sequence)),
  };
}

function readResponder(bytes: Uint8Array, tlv: Tlv): OcspResponse['responder'] {
  const inner = readTlv(bytes, tlv.start, tlv.end);
  if (tlv.tag === 0xa1) return { name: readName(bytes, inner).key };
  if (tlv.tag === 0xa2) return { keyHash: hexOf(contentOf(bytes, inner)) };
  throw malformed();
}

function nonceOf(bytes: Uint8Array, extensions: readonly RawExtension[]): string | null {
  const found = extensions.find(({ oid }) => oid === nonceOid);
  return found === undefined ? null : hexOf(contentOf(bytes, found.value));
}

function readBasic(bytes: Uint8Array, basic: Tlv): OcspResponse {
  const { body, toBeSigned, algorithm, signature, end } = readSigned(bytes, basic);
  const fields = childrenOf(bytes, body, 5).filter((field) => field.tag !== 0xa0);
  const [responder, producedAt, list, wrapped] = fields;
  if (responder === undefined || producedAt?.tag !== tags.generalizedTime || list === undefined) throw malformed();
  const singles = childrenOf(bytes, list, 20).map((one) => readSingle(bytes, one));
  const extensions = wrapped === undefined ? [] : readExtensions(bytes, expectTlv(bytes, wrapped.start, wrapped.end, tags.sequence));
  const certificates = end < basic.end ? expectTlv(bytes, end, basic.end, 0xa0) : null;
  const sent = certificates === null ? [] : childrenOf(bytes, expectTlv(bytes, certificates.start, certificates.end, tags.sequence), 10);
  const critical = [...extensions, ...singles.flatMap((one) => one.extensions)].filter((one) => one.critical && one.oid !== nonceOid);
  return {
    der: bytes,
    signed: { toBeSigned, algorithm, signature },
    responder: readResponder(bytes, responder),
    responses: singles,
    nonce: nonceOf(bytes, extensions),
    certificates: readableCertificates(sent.map((one) => wholeOf(bytes, one))),
    unknownCritical: critical.map(({ oid }) => oid),
  };
}

/**
 * Reads an OCSPResponse (RFC 6960 §4.2). Nothing is verified.
 *
 * @throws ERR_MSS_PKI_OCSP_MALFORMED | ERR_MSS_PKI_OCSP_DECLINED | ERR_MSS_PKI_OCSP_TOO_LARGE
 */
export function readOcspResponse(bytes: Uint8Array): OcspResponse {
  if (bytes.length > maxOcspBytes) throw pkiError('ERR_MSS_PKI_OCSP_TOO_LARGE', 'the OCSP response is too large');
  try {
    const [status, wrapped] = childrenOf(bytes, readWhole(bytes, tags.sequence), 2);
    if (status?.tag !== tags.enumerated) throw malformed();
    const code = contentOf(bytes, status)[0] ?? -1;
    if (code !== 0) {
      const word = statuses[code] ?? String(code);
      throw pkiError('ERR_MSS_PKI_OCSP_DECLINED', `the OCSP responder declines: ${word}`, { details: { status: word } });
    }
    if (wrapped === undefined) throw malformed();
    const content = expectTlv(bytes, wrapped.start, wrapped.end, tags.sequence);
    const type = expectTlv(bytes, content.start, content.end, tags.oid);
    if (oidOf(bytes, type) !== basicOid) throw malformed();
    const octets = expectTlv(bytes, type.end, content.end, tags.octetString);
    const inner = contentOf(bytes, octets);
    return readBasic(inner, readWhole(inner, tags.sequence));
  } catch (cause) {
    if (isMssError(cause) && cause.code.startsWith('ERR_MSS_PKI_OCSP_')) throw cause;
    throw malformed(cause);
  }
}
