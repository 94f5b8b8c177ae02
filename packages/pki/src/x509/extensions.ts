import { booleanOf, childrenOf, contentOf, expectTlv, hasNamedBit, readTlv, smallIntegerOf, tags, type Tlv } from '../der/reader.js';
import { hexOf, oidOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { readGeneralNames, type GeneralName } from './general-names.js';

/** One extension, still closed. */
export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** The element inside the OCTET STRING. */
  readonly value: Tlv;
}

/** Reads Extensions (RFC 5280 §4.1): no extension twice, at most 100. */
export function readExtensions(bytes: Uint8Array, list: Tlv): RawExtension[] {
  const seen = new Set<string>();
  return childrenOf(bytes, list, 100).map((one) => {
    const [type, second, third] = childrenOf(bytes, one, 3);
    const octets = third ?? second;
    const readable = octets?.tag === tags.octetString && (third === undefined || second?.tag === tags.boolean);
    if (type === undefined || !readable) throw pkiError('ERR_MSS_PKI_DER', 'an extension is not readable');
    const oid = oidOf(bytes, type);
    if (seen.has(oid)) throw pkiError('ERR_MSS_PKI_DER', `extension ${oid} stands twice`);
    seen.add(oid);
    const value = readTlv(bytes, octets.start, octets.end);
    if (value.end !== octets.end) throw pkiError('ERR_MSS_PKI_DER', `extension ${oid} has bytes after its end`);
    return { oid, critical: third !== undefined && second !== undefined && booleanOf(bytes, second), value };
  });
}

/** Where a CRL is published: the names of one DistributionPoint. */
export interface DistributionPoint {
  readonly names: readonly GeneralName[];
  /** `true` when the CRL is signed by somebody else, or covers only some reasons: such a point is not used. */
  readonly partial: boolean;
}

/** NameConstraints (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** The extensions that decide about a path. */
export interface Extensions {
  /** `null`: no BasicConstraints, or not an authority. */
  readonly authority: { readonly pathLength: number | null } | null;
  /** `null`: no KeyUsage, hence no restriction. */
  readonly keyUsage: { readonly digitalSignature: boolean; readonly certSign: boolean; readonly crlSign: boolean } | null;
  /** OIDs of the extended key usages; `null`: no restriction. */
  readonly purposes: readonly string[] | null;
  readonly alternativeNames: readonly GeneralName[];
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  readonly distributionPoints: readonly DistributionPoint[];
  readonly ocspUrls: readonly string[];
  readonly nameConstraints: NameConstraints | null;
  /** id-pkix-ocsp-nocheck: the authority vouches for this responder for as long as its certificate is valid (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck: boolean;
  /** Critical extensions that this package does not process: the certificate must not be believed (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[];
}

type Draft = { -readonly [Key in keyof Extensions]: Extensions[Key] };
type Reader = (draft: Draft, bytes: Uint8Array, value: Tlv) => void;

function readDistributionPoint(bytes: Uint8Array, point: Tlv): DistributionPoint {
  let names: GeneralName[] = [];
  let partial = false;
  for (const field of childrenOf(bytes, point, 3)) {
    if (field.tag === 0xa0) {
      const name = readTlv(bytes, field.start, field.end);
      // nameRelativeToCRLIssuer [1] names no address.
      if (name.tag === 0xa0) names = readGeneralNames(bytes, name);
    } else partial = true;
  }
  return { names, partial };
}

/** GeneralSubtrees: minimum and maximum are not used in RFC 5280. */
function readSubtrees(bytes: Uint8Array, list: Tlv): GeneralName[] {
  return childrenOf(bytes, list, 1000).flatMap((subtree) =>
    readGeneralNames(bytes, { ...subtree, end: readTlv(bytes, subtree.start, subtree.end).end }),
  );
}

const readers: Readonly<Record<string, Reader>> = {
  '2.5.29.19': (draft, bytes, value) => {
    const [first, second] = childrenOf(bytes, value, 2);
    // Without its BOOLEAN it is no authority, whatever else stands there.
    if (first?.tag !== tags.boolean || !booleanOf(bytes, first)) return;
    draft.authority = { pathLength: second === undefined ? null : smallIntegerOf(bytes, second) };
  },
  '2.5.29.15': (draft, bytes, value) => {
    if (value.tag !== tags.bitString) throw pkiError('ERR_MSS_PKI_DER', 'KeyUsage is not a BIT STRING');
    draft.keyUsage = {
      digitalSignature: hasNamedBit(bytes, value, 0),
      certSign: hasNamedBit(bytes, value, 5),
      crlSign: hasNamedBit(bytes, value, 6),
    };
  },
  '2.5.29.37': (draft, bytes, value) => {
    draft.purposes = childrenOf(bytes, value, 100).map((one) => oidOf(bytes, one));
  },
  '2.5.29.17': (draft, bytes, value) => {
    draft.alternativeNames = readGeneralNames(bytes, value);
  },
  '2.5.29.14': (draft, bytes, value) => {
    draft.subjectKeyId = hexOf(contentOf(bytes, value));
  },
  '2.5.29.35': (draft, bytes, value) => {
    const id = childrenOf(bytes, value, 3).find((field) => field.tag === 0x80);
    if (id !== undefined) draft.authorityKeyId = hexOf(contentOf(bytes, id));
  },
  '2.5.29.31': (draft, bytes, value) => {
    draft.distributionPoints = childrenOf(bytes, value, 50).map((point) => readDistributionPoint(bytes, point));
  },
  '1.3.6.1.5.5.7.1.1': (draft, bytes, value) => {
    draft.ocspUrls = childrenOf(bytes, value, 50).flatMap((access) => {
      const method = expectTlv(bytes, access.start, access.end, tags.oid);
      if (oidOf(bytes, method) !== '1.3.6.1.5.5.7.48.1') return [];
      return readGeneralNames(bytes, { ...access, start: method.end }).flatMap((name) => (name.kind === 'uri' ? [name.value] : []));
    });
  },
  '2.5.29.30': (draft, bytes, value) => {
    const fields = childrenOf(bytes, value, 2);
    const of = (tag: number): GeneralName[] => fields.filter((one) => one.tag === tag).flatMap((one) => readSubtrees(bytes, one));
    draft.nameConstraints = { permitted: of(0xa0), excluded: of(0xa1) };
  },
  '1.3.6.1.5.5.7.48.1.5': (draft) => {
    draft.ocspNoCheck = true;
  },
  // CertificatePolicies, PolicyMappings, InhibitAnyPolicy: no policy is asked for, so their criticality asks for nothing more.
  '2.5.29.32': () => {},
  '2.5.29.33': () => {},
  '2.5.29.54': () => {},
  // PolicyConstraints: requireExplicitPolicy [0] would ask for the policies to be processed; the other field does not.
  '2.5.29.36': (draft, bytes, value) => {
    if (childrenOf(bytes, value, 2).some((field) => field.tag === 0x80)) draft.unknownCritical = [...draft.unknownCritical, '2.5.29.36'];
  },
};

/** Opens the extensions that decide about a path; the others are ignored unless they are critical. */
export function readPathExtensions(bytes: Uint8Array, raw: readonly RawExtension[]): Extensions {
  const draft: Draft = {
    authority: null,
    keyUsage: null,
    purposes: null,
    alternativeNames: [],
    subjectKeyId: null,
    authorityKeyId: null,
    distributionPoints: [],
    ocspUrls: [],
    nameConstraints: null,
    ocspNoCheck: false,
    unknownCritical: raw.filter((one) => one.critical && readers[one.oid] === undefined).map((one) => one.oid),
  };
  for (const one of raw) readers[one.oid]?.(draft, bytes, one.value);
  return draft;
}
