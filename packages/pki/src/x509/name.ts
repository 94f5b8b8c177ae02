import { childrenOf, contentOf, expectTlv, tags, type Tlv } from '../der/reader.js';
import { hexOf, oidOf, textOf } from '../der/values.js';

/** Short names of RFC 4514 §3 and of the attributes that French certificates use. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** A distinguished name: for people, and for comparison. */
export interface DistinguishedName {
  /** RFC 4514: most specific first, for example `CN=mail.example, O=EXAMPLE, C=FR`. */
  readonly text: string;
  /** Equal for names that RFC 5280 §7.1 calls equal: case and white space of strings do not count. */
  readonly key: string;
  /** The comparison keys of the attributes in order, for directory-name constraints. */
  readonly parts: readonly string[];
  /** Values of the common names, in order. */
  readonly commonNames: readonly string[];
  /** Values of the e-mail attributes, which old certificates have instead of an alternative name. */
  readonly emails: readonly string[];
}

const escaped = (value: string): string =>
  value
    .replaceAll(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    .replaceAll(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

const folded = (value: string): string => value.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

interface Attribute {
  readonly type: string;
  readonly text: string;
  readonly key: string;
  readonly value: string | null;
}

function readAttribute(bytes: Uint8Array, tlv: Tlv): Attribute {
  const type = expectTlv(bytes, tlv.start, tlv.end, tags.oid);
  const [value] = childrenOf(bytes, { ...tlv, start: type.end }, 1);
  const oid = oidOf(bytes, type);
  const text = value === undefined ? null : textOf(bytes, value);
  const raw = value === undefined ? '' : hexOf(contentOf(bytes, value));
  return {
    type: oid,
    text: `${shortNames[oid] ?? oid}=${text === null ? `#${raw}` : escaped(text)}`,
    key: `${oid}=${text === null ? `#${value?.tag ?? 0}:${raw}` : folded(text)}`,
    value: text,
  };
}

/** Reads a Name (RFC 5280 §4.1.2.4). At most 64 relative names. */
export function readName(bytes: Uint8Array, tlv: Tlv): DistinguishedName {
  const relative = childrenOf(bytes, tlv, 64).map((set) => childrenOf(bytes, set, 16).map((one) => readAttribute(bytes, one)));
  // Quoted, so that no value can look like two attributes.
  const parts = relative.map((attributes) => JSON.stringify(attributes.map((one) => one.key).toSorted()));
  const valuesOf = (type: string): string[] =>
    relative.flat().flatMap((one) => (one.type === type && one.value !== null ? [one.value] : []));
  return {
    text: relative
      .map((attributes) => attributes.map((one) => one.text).join('+'))
      .toReversed()
      .join(', '),
    key: JSON.stringify(parts),
    parts,
    commonNames: valuesOf('2.5.4.3'),
    emails: valuesOf('1.2.840.113549.1.9.1'),
  };
}
