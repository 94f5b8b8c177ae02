import { domainToASCII, domainToUnicode } from 'node:url';

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A domain name in the form that DNS and SMTP use: lower case, A-labels (`xn--…`); `null` when it is no domain name of
 * at least two labels.
 *
 * @see RFC 5890, RFC 5321 §2.3.5, UTS #46
 */
export function toAsciiDomain(domain: string): string | null {
  // Nothing but letters, digits, hyphens and dots goes to the URL parser underneath: it would decode "%41" and stop at "/".
  if (domain === '' || domain.length > 253 || /[\u0000-\u002c\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0]/.test(domain)) return null;
  const ascii = /[^\u0000-\u007f]|xn--/i.test(domain) ? domainToASCII(domain) : domain.toLowerCase();
  const labels = ascii.split('.');
  if (labels.length < 2 || ascii.length > 253 || !labels.every((part) => label.test(part))) return null;
  // A label that stays "xn--…" when it is decoded is no A-label.
  if (
    ascii.includes('xn--') &&
    domainToUnicode(ascii)
      .split('.')
      .some((part) => part === '' || part.startsWith('xn--'))
  )
    return null;
  // A last label of digits makes it an address of the network, not a name.
  return /^\d+$/.test(labels.at(-1) ?? '') ? null : ascii;
}

/** A domain name for people: A-labels shown as the text they stand for; unchanged when it has none. */
export function toUnicodeDomain(domain: string): string {
  if (!/xn--/i.test(domain)) return domain;
  const unicode = domainToUnicode(domain);
  return unicode === '' ? domain : unicode;
}
