import { toAsciiDomain } from '@mss/formats/mime';
import { mailizPreset } from '@mss/pki';
import type { MailboxPreset } from './types.js';

/** The nine domains of Mailiz. The names of its IGC Santé entry points (DST §8.1.1) are not public: give them as configuration. */
export const mailizMailboxPreset: MailboxPreset = Object.freeze({ ...mailizPreset, imap: null, smtp: null });

/** The preset that serves a domain given as A-labels. */
export function presetFor(domain: string, presets: readonly MailboxPreset[]): MailboxPreset | null {
  return presets.find((preset) => preset.domains.some((one) => toAsciiDomain(one) === domain)) ?? null;
}
