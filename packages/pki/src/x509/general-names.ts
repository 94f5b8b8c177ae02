import { childrenOf, contentOf, type Tlv } from '../der/reader.js';
import { hexOf } from '../der/values.js';
import { readName, type DistinguishedName } from './name.js';

/** A GeneralName (RFC 5280 §4.2.1.6) of the kinds that servers and constraints use. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'directory'; readonly value: DistinguishedName }
  | { readonly kind: 'other'; readonly value: string };

const latin1 = (bytes: Uint8Array, tlv: Tlv): string => Buffer.from(contentOf(bytes, tlv)).toString('latin1');

/** Reads one GeneralName. */
function readGeneralName(bytes: Uint8Array, tlv: Tlv): GeneralName {
  switch (tlv.tag) {
    case 0x81:
      return { kind: 'email', value: latin1(bytes, tlv) };
    case 0x82:
      return { kind: 'dns', value: latin1(bytes, tlv) };
    case 0x86:
      return { kind: 'uri', value: latin1(bytes, tlv) };
    case 0x87:
      return { kind: 'ip', value: contentOf(bytes, tlv) };
    case 0xa4: {
      const [name] = childrenOf(bytes, tlv, 1);
      return name === undefined ? { kind: 'other', value: '' } : { kind: 'directory', value: readName(bytes, name) };
    }
    default:
      return { kind: 'other', value: `${tlv.tag}:${hexOf(contentOf(bytes, tlv))}` };
  }
}

/** Reads GeneralNames, at most 1,000. */
export function readGeneralNames(bytes: Uint8Array, parent: Tlv): GeneralName[] {
  return childrenOf(bytes, parent, 1000).map((one) => readGeneralName(bytes, one));
}

/** Whether two names are the same: URIs and addresses by bytes, directory names as RFC 5280 §7.1 compares them. */
export function equalGeneralNames(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directory') return b.kind === 'directory' && a.value.key === b.value.key;
  if (a.kind === 'ip') return b.kind === 'ip' && hexOf(a.value) === hexOf(b.value);
  return a.kind === b.kind && a.value === b.value;
}
