import { systemRandom, type RandomSource } from '@mss/core';
import { toAsciiDomain } from './domain.js';
import { refuseDraft } from './refuse.js';

/**
 * A new Message-ID, angle brackets included: a random UUID at the given domain. It says nothing of sender or content.
 *
 * @throws MssError `ERR_MSS_MIME_WRITE` when the domain is none.
 * @see RFC 5322 §3.6.4
 */
export function createMessageId(domain: string, options: { readonly random?: RandomSource } = {}): string {
  const ascii = toAsciiDomain(domain) ?? refuseDraft('a Message-ID needs a domain name');
  return `<${(options.random ?? systemRandom).uuid()}@${ascii}>`;
}

/**
 * The identifiers of a Message-ID, In-Reply-To or References field, angle brackets included, in order, each once.
 * Anything between them is ignored. A lone identifier without brackets gets them.
 */
export function parseMessageIds(raw: string): readonly string[] {
  const found = raw.match(/<[^<>\s]{1,990}>/g);
  if (found !== null) return [...new Set(found)];
  const bare = raw.trim();
  return /^[^<>\s@]+@[^<>\s@]+$/.test(bare) ? [`<${bare}>`] : [];
}
