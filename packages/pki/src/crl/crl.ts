import { isMssError } from '@mss/core';
import { booleanOf, childrenOf, contentOf, expectTlv, readTlv, readWhole, tags, wholeOf, type Tlv } from '../der/reader.js';
import { looksLikePem, readPem } from '../der/pem.js';
import { hexOf, timeOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { readExtensions, type RawExtension } from '../x509/extensions.js';
import { readGeneralNames, type GeneralName } from '../x509/general-names.js';
import { readName, type DistinguishedName } from '../x509/name.js';
import { readSigned, type Signed } from '../x509/signature.js';

/** IssuingDistributionPoint (RFC 5280 §5.2.5): what part of the certificates a CRL speaks about. */
interface CrlScope {
  readonly names: readonly GeneralName[];
  readonly only: 'users' | 'authorities' | 'attributes' | null;
  /** It is named relative to its issuer, which is not resolved. */
  readonly relative: boolean;
  readonly someReasons: boolean;
  readonly indirect: boolean;
}

/** A CRL whose frame has been read; its entries have not been walked. */
export interface Crl {
  readonly der: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly signed: Signed;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  /** `revokedCertificates`, `null` when there is none. */
  readonly entries: Tlv | null;
  readonly authorityKeyId: string | null;
  readonly scope: CrlScope | null;
  readonly isDelta: boolean;
  readonly unknownCritical: readonly string[];
}

function readScope(bytes: Uint8Array, value: Tlv): CrlScope {
  const scope = { names: [] as GeneralName[], only: null as CrlScope['only'], relative: false, someReasons: false, indirect: false };
  for (const field of childrenOf(bytes, value, 6)) {
    if (field.tag === 0xa0) {
      const name = readTlv(bytes, field.start, field.end);
      if (name.tag === 0xa0) scope.names = readGeneralNames(bytes, name);
      else scope.relative = true;
    } else if (field.tag === 0x83) scope.someReasons = true;
    else if (booleanOf(bytes, field)) {
      if (field.tag === 0x81) scope.only = 'users';
      else if (field.tag === 0x82) scope.only = 'authorities';
      else if (field.tag === 0x85) scope.only = 'attributes';
      else scope.indirect = true;
    }
  }
  return scope;
}

/** CRLNumber (by which nothing is decided: `thisUpdate` tells which list is newer), DeltaCRLIndicator, IssuingDistributionPoint, AuthorityKeyIdentifier. */
const known: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.27', '2.5.29.28', '2.5.29.35']);

function readCrlExtensions(
  bytes: Uint8Array,
  raw: readonly RawExtension[],
): Pick<Crl, 'authorityKeyId' | 'scope' | 'isDelta' | 'unknownCritical'> {
  const value = (oid: string): Tlv | undefined => raw.find((one) => one.oid === oid)?.value;
  const keyId = value('2.5.29.35');
  const scope = value('2.5.29.28');
  const id = keyId === undefined ? undefined : childrenOf(bytes, keyId, 3).find((field) => field.tag === 0x80);
  return {
    authorityKeyId: id === undefined ? null : hexOf(contentOf(bytes, id)),
    scope: scope === undefined ? null : readScope(bytes, scope),
    isDelta: value('2.5.29.27') !== undefined,
    unknownCritical: raw.filter((one) => one.critical && !known.has(one.oid)).map((one) => one.oid),
  };
}

function readFields(der: Uint8Array): Crl {
  const whole = readWhole(der, tags.sequence);
  const { body, toBeSigned, algorithm, algorithmDer, signature, end } = readSigned(der, whole);
  if (end !== whole.end) throw pkiError('ERR_MSS_PKI_CRL_MALFORMED', 'there are bytes after the signature of the CRL');
  const fields = childrenOf(der, body, 8);
  const [inner, issuer, thisUpdate, ...rest] = fields[0]?.tag === tags.integer ? fields.slice(1) : fields;
  if (!inner || !issuer || !thisUpdate) throw pkiError('ERR_MSS_PKI_CRL_MALFORMED', 'a field of the CRL is missing');
  if (Buffer.compare(wholeOf(der, inner), algorithmDer) !== 0) {
    throw pkiError('ERR_MSS_PKI_CRL_MALFORMED', 'the signed and the unsigned signature algorithm of the CRL differ');
  }
  const next = rest.find((field) => field.tag === tags.utcTime || field.tag === tags.generalizedTime);
  const wrapper = rest.find((field) => field.tag === 0xa0);
  return {
    der,
    issuer: readName(der, issuer),
    signed: { toBeSigned, algorithm, signature },
    thisUpdate: timeOf(der, thisUpdate),
    nextUpdate: next === undefined ? null : timeOf(der, next),
    entries: rest.find((field) => field.tag === tags.sequence) ?? null,
    ...readCrlExtensions(der, wrapper === undefined ? [] : readExtensions(der, expectTlv(der, wrapper.start, wrapper.end, tags.sequence))),
  };
}

/** The DER of what was fetched: DER itself, or the first `X509 CRL` block of PEM. */
function derOf(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === tags.sequence) return bytes;
  const armoured = looksLikePem(bytes.subarray(0, 4096)) ? readPem(bytes).find(({ label }) => label === 'X509 CRL') : undefined;
  if (armoured !== undefined) return armoured.der;
  const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1').trimStart();
  const what = start.startsWith('<') ? 'a web page' : bytes.length === 0 ? 'empty' : 'no CRL';
  throw pkiError('ERR_MSS_PKI_CRL_NOT_A_CRL', `what was fetched as a CRL is ${what}`);
}

/**
 * Reads the frame of a CRL (RFC 5280 §5.1), DER or PEM, without walking its entries and without copying it. Nothing is verified.
 *
 * @throws ERR_MSS_PKI_CRL_NOT_A_CRL for anything that does not even begin like one, such as a captive portal's page
 * @throws ERR_MSS_PKI_CRL_MALFORMED for one that is truncated or malformed
 */
export function readCrl(bytes: Uint8Array): Crl {
  const der = derOf(bytes);
  try {
    return readFields(der);
  } catch (cause) {
    if (isMssError(cause, 'ERR_MSS_PKI_CRL_MALFORMED')) throw cause;
    throw pkiError('ERR_MSS_PKI_CRL_MALFORMED', 'the CRL is truncated or malformed', { cause });
  }
}
