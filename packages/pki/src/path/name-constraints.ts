import type { Certificate } from '../x509/certificate.js';
import type { NameConstraints } from '../x509/extensions.js';
import type { GeneralName } from '../x509/general-names.js';
import { presentedDnsNames } from '../x509/host-name.js';

function dnsWithin(name: string, base: string): boolean {
  const subject = name.toLowerCase().replace(/\.$/, '');
  const constraint = base.toLowerCase().replace(/\.$/, '');
  if (constraint === '') return true;
  if (constraint.startsWith('.')) return subject.endsWith(constraint);
  return subject === constraint || subject.endsWith(`.${constraint}`);
}

/** Whether a wildcard stands, among others, for the name that a constraint is about: `*.chu.example` for `secret.chu.example`. */
function wildcardReaches(name: string, base: string): boolean {
  const constraint = base.toLowerCase().replace(/\.$/, '');
  return name.startsWith('*.') && constraint.slice(constraint.indexOf('.')) === name.slice(1).toLowerCase().replace(/\.$/, '');
}

/** A range is an address and a mask; one of the other family holds no address of this one. `null`: it is no range at all. */
function addressWithin(address: Uint8Array, range: Uint8Array): boolean | null {
  if (range.length !== 8 && range.length !== 32) return null;
  if (range.length !== address.length * 2) return false;
  return address.every((octet, index) => {
    const mask = range[address.length + index] ?? 0;
    return (octet & mask) === ((range[index] ?? 0) & mask);
  });
}

/** One mailbox, the mailboxes of a host, or, with a leading dot, of the hosts below it. */
function emailWithin(name: string, base: string): boolean {
  const [host = ''] = name.toLowerCase().split('@').slice(-1);
  if (base.includes('@')) {
    const [local] = name.split('@');
    const [wantedLocal, wantedHost = ''] = base.split('@');
    return local === wantedLocal && host === wantedHost.toLowerCase();
  }
  return hostWithin(host, base);
}

/** A host, or, with a leading dot, the hosts below it. */
function hostWithin(host: string, base: string): boolean {
  const constraint = base.toLowerCase();
  return constraint.startsWith('.') ? host.endsWith(constraint) : host === constraint;
}

/** The constraint is on the host; an address that has none is outside of every constraint. */
function uriWithin(name: string, base: string): boolean {
  return URL.canParse(name) && hostWithin(new URL(name).hostname.toLowerCase(), base);
}

/** `null`: this kind of constraint is not understood, so nothing of its kind may pass. */
function within(name: GeneralName, base: GeneralName): boolean | null {
  if (name.kind === 'dns' && base.kind === 'dns') return dnsWithin(name.value, base.value);
  if (name.kind === 'email' && base.kind === 'email') return emailWithin(name.value, base.value);
  if (name.kind === 'uri' && base.kind === 'uri') return uriWithin(name.value, base.value);
  if (name.kind === 'ip' && base.kind === 'ip') return addressWithin(name.value, base.value);
  if (name.kind === 'directory' && base.kind === 'directory')
    return base.value.parts.every((part, index) => name.value.parts[index] === part);
  return null;
}

/** Every name of a certificate that a constraint may speak about. */
function namesOf(certificate: Certificate, isLeaf: boolean): GeneralName[] {
  const { subject, extensions } = certificate;
  const names: GeneralName[] = [...extensions.alternativeNames];
  if (subject.parts.length > 0) names.push({ kind: 'directory', value: subject });
  for (const value of subject.emails) names.push({ kind: 'email', value });
  if (isLeaf && !names.some((name) => name.kind === 'dns')) {
    for (const value of presentedDnsNames(certificate)) names.push({ kind: 'dns', value });
  }
  return names;
}

/** Whether an excluded subtree holds a name, or may hold one that the name stands for. */
function excludes(base: GeneralName, name: GeneralName): boolean {
  if (base.kind !== name.kind) return false;
  return within(name, base) !== false || (base.kind === 'dns' && name.kind === 'dns' && wildcardReaches(name.value, base.value));
}

/** Whether a constraint lets a name pass. */
export function permits({ permitted, excluded }: NameConstraints, name: GeneralName): boolean {
  const allowed = permitted.filter((base) => base.kind === name.kind);
  if (allowed.length > 0 && !allowed.some((base) => within(name, base) === true)) return false;
  return !excluded.some((base) => excludes(base, name));
}

/**
 * Whether every certificate keeps the name constraints of the authorities above it.
 *
 * DNS names, addresses, mailboxes, URIs and directory names are compared; a constraint on another kind refuses every name of that kind.
 *
 * @param path - the server's certificate first.
 * @see RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)
 */
export function keepsNameConstraints(path: readonly Certificate[]): boolean {
  return path.every((authority, above) => {
    const { nameConstraints } = authority.extensions;
    if (nameConstraints === null) return true;
    const below = path.slice(0, above).filter((one, index) => index === 0 || !one.selfIssued);
    return below.every((one) => namesOf(one, one === path[0]).every((name) => permits(nameConstraints, name)));
  });
}
