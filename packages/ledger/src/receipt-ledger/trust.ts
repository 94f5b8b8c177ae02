import { parseMssAddress, toAsciiDomain } from '@mss/formats/mime';
import { isPatientAddress } from '@mss/ins-address';

import type { ReceiptTrust, TrustReason } from './types.js';

/** What is compared between a receipt and what was sent. */
export interface TrustSigns {
  readonly kind: 'dsn' | 'mdn' | 'integration-failure' | 'reply';
  /** Of the receipt's envelope id: that of the submission, none, or one that is not ours. */
  readonly envelope: 'match' | 'absent' | 'unknown';
  /** The recipient it names: one of ours, none while the document had a single one, another one while the document had a single one … */
  readonly recipient: 'ours' | 'single-unnamed' | 'single-other' | 'not-ours' | 'unnamed';
  /** Who wrote it: the named recipient, another recipient of the document, a mail system that is plausible, a neighbour, anybody. */
  readonly sender: 'recipient' | 'other-recipient' | 'mail-system' | 'same-domain' | 'stranger' | 'person';
}

/** One line of the table of belief; a field that is absent matches anything. */
export interface TrustRule {
  readonly when: Partial<{ readonly [Field in keyof TrustSigns]: readonly TrustSigns[Field][] }>;
  readonly trust: ReceiptTrust;
  readonly reason: TrustReason;
}

/**
 * The table of belief: the first line that matches decides.
 *
 * Whoever received a message knows its Message-ID and the other recipients, and can write any receipt about it. The envelope id
 * is random and travels only in the envelope, so who brings it back is a mail system on the way. A read receipt must come from
 * the mailbox that it speaks of: in the trust space operators let nobody write in another's name. The patients' domain is shared
 * by all patients, those of a profession by all its members, so the domain alone proves nothing.
 */
export const trustTable: readonly TrustRule[] = Object.freeze([
  { when: { recipient: ['not-ours'] }, trust: 'rejected', reason: 'recipient-not-ours' },
  { when: { recipient: ['unnamed'] }, trust: 'rejected', reason: 'recipient-unnamed' },
  {
    when: { kind: ['mdn', 'integration-failure', 'reply'], sender: ['other-recipient'] },
    trust: 'rejected',
    reason: 'recipient-is-another',
  },
  { when: { kind: ['dsn'], envelope: ['match'], recipient: ['ours'] }, trust: 'strong', reason: 'envelope-id' },
  { when: { kind: ['dsn'], envelope: ['match'] }, trust: 'fair', reason: 'recipient-inferred' },
  { when: { kind: ['dsn'], envelope: ['unknown'] }, trust: 'doubtful', reason: 'envelope-id-unknown' },
  {
    when: { kind: ['dsn'], sender: ['mail-system'], recipient: ['ours', 'single-unnamed'] },
    trust: 'fair',
    reason: 'sender-is-mail-system',
  },
  { when: { kind: ['dsn'], sender: ['mail-system'] }, trust: 'doubtful', reason: 'recipient-inferred' },
  { when: { kind: ['dsn'], sender: ['stranger'] }, trust: 'doubtful', reason: 'sender-stranger' },
  { when: { kind: ['dsn'] }, trust: 'doubtful', reason: 'sender-not-mail-system' },
  { when: { sender: ['recipient'], recipient: ['ours', 'single-unnamed'] }, trust: 'strong', reason: 'sender-is-recipient' },
  { when: { sender: ['recipient'] }, trust: 'fair', reason: 'recipient-inferred' },
  { when: { kind: ['mdn'], recipient: ['single-other'] }, trust: 'rejected', reason: 'recipient-not-ours' },
  { when: { sender: ['same-domain'] }, trust: 'doubtful', reason: 'sender-same-domain' },
  { when: {}, trust: 'doubtful', reason: 'sender-stranger' },
]);

/** Looks the signs up in {@link trustTable}. */
export function judgeTrust(signs: TrustSigns): { readonly trust: ReceiptTrust; readonly reason: TrustReason } {
  const matches = ({ when }: TrustRule): boolean =>
    Object.entries(when).every(([field, values]) => (values as readonly string[]).includes(signs[field as keyof TrustSigns]));
  const rule = trustTable.find(matches);
  return rule === undefined ? { trust: 'doubtful', reason: 'sender-stranger' } : { trust: rule.trust, reason: rule.reason };
}

/** One text for all spellings of an address: domain in ASCII, local part without regard to case. */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, Math.max(at, 0)).toLowerCase()}@${toAsciiDomain(domain) ?? domain.toLowerCase()}`;
}

const sameAddress = (one: string, other: string): boolean => addressKey(one) === addressKey(other);

const domainOf = (address: string): string => {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return toAsciiDomain(domain) ?? domain.toLowerCase();
};

/** Names under which many register, the trust space's own among them: one more label belongs to the registered domain. */
const publicSuffixes: ReadonlySet<string> = new Set([
  'mssante.fr',
  'asso.fr',
  'gouv.fr',
  'com.fr',
  'nom.fr',
  'prd.fr',
  'tm.fr',
  'co.uk',
  'gouv.nc',
]);

/** The registered domain, roughly: two labels, three below a public suffix. */
function organisationOf(domain: string): string {
  const labels = domain.split('.');
  const two = labels.slice(-2).join('.');
  return publicSuffixes.has(two) ? labels.slice(-3).join('.') : two;
}

const mailSystemNames = /^(?:mailer-daemon|postmaster|mail-daemon|mmdf|no-?reply|bounces?|maildelivery|mdaemon)(?:[+=-].*)?$/i;

/** Who wrote the receipt, in relation to one recipient. */
export function relationOf(
  sender: { readonly from: string | null; readonly returnPath: string | null },
  context: {
    readonly kind: TrustSigns['kind'];
    readonly mailbox: string;
    /** The recipient that the receipt speaks of; `null` when it names none of ours. */
    readonly recipient: string | null;
    readonly recipients: readonly string[];
    /** Domains of mail systems that the host knows. */
    readonly reporterDomains: readonly string[];
  },
): TrustSigns['sender'] {
  const { from } = sender;
  if (from === null || parseMssAddress(from) === null) return context.kind === 'dsn' && sender.returnPath === '' ? 'stranger' : 'person';
  if (context.kind !== 'dsn') {
    if (context.recipient !== null && sameAddress(from, context.recipient)) return 'recipient';
    if (context.recipients.some((one) => sameAddress(one, from))) return context.recipient === null ? 'recipient' : 'other-recipient';
    // Every patient has the same domain.
    if (isPatientAddress(from)) return 'stranger';
    return context.recipients.some((one) => domainOf(one) === domainOf(from)) ? 'same-domain' : 'stranger';
  }
  // People write with a return path; the names of mail systems stand in for it where the operator removed the field.
  if (sender.returnPath !== '' && !mailSystemNames.test(from.slice(0, from.lastIndexOf('@')))) return 'person';
  const domain = domainOf(from);
  const configured = context.reporterDomains.some((one) => domain === one.toLowerCase() || domain.endsWith(`.${one.toLowerCase()}`));
  const related = [context.mailbox, ...context.recipients].some((one) => organisationOf(domainOf(one)) === organisationOf(domain));
  return configured || related ? 'mail-system' : 'stranger';
}
