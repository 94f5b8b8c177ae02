import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Certificate } from './certificate.js';

const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));

/** Sixteen groups at most: an address as the bytes that stand in a certificate. `null` when it is none. */
export function addressBytes(text: string): Uint8Array | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1').split('%')[0] ?? '';
  if (isIP(bare) === 4) return Uint8Array.from(bare.split('.').map(Number));
  if (isIP(bare) !== 6) return null;
  // The last two groups may be written as an IPv4 address.
  const plain = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...four: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = four.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', rest] = plain.split('::');
  const left = groups(head);
  const right = rest === undefined ? [] : groups(rest);
  const middle = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return Uint8Array.from(
    [...left, ...middle, ...right].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

const trimmed = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** One presented name against one reference name, both A-labels: a wildcard is a whole leftmost label and stands for exactly one. */
export function matchesDnsName(presented: string, reference: string): boolean {
  const pattern = trimmed(presented);
  const name = trimmed(reference);
  if (!pattern.includes('*')) return pattern === name;
  const rest = pattern.slice(1);
  if (!pattern.startsWith('*.') || rest.includes('*') || rest.split('.').length < 3) return false;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === rest;
}

/** The names that a certificate presents for a server: DNS names of the alternative names, or the common names when it has none at all. */
export function presentedDnsNames({ extensions, subject }: Certificate): readonly string[] {
  const named = extensions.alternativeNames.filter((name) => name.kind === 'dns' || name.kind === 'ip');
  // QUIRK: RFC 9525 §2 retires common names; certificates of the first IGC generations may have nothing else, and OpenSSL and Node read them so.
  if (named.length === 0) return subject.commonNames;
  return named.flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
}

/**
 * Whether a certificate covers a host: a DNS name (U-labels are turned into A-labels) or an address, which only an address of the
 * alternative names covers.
 *
 * @see RFC 9525 §6
 */
export function coversHost(certificate: Certificate, host: string): boolean {
  const address = addressBytes(host);
  if (address !== null) {
    return certificate.extensions.alternativeNames.some((name) => name.kind === 'ip' && Buffer.compare(name.value, address) === 0);
  }
  const reference = domainToASCII(host.replace(/\.$/, ''));
  return reference !== '' && presentedDnsNames(certificate).some((name) => matchesDnsName(name, reference));
}
