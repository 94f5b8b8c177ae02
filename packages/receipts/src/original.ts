import { utf8Decode } from '@mss/core';
import { parseMessageIds, type MimePart } from '@mss/formats/mime';

import type { ReportParts } from './report-parts.js';

/** What the report returns of the message that it is about. */
export interface OriginalMessage {
  readonly messageId: string | null;
  readonly recipients: readonly string[];
}

/** How far a damaged mail is searched for the header of the original. */
const maxSearch = 256 * 1024;

/**
 * Message-ID and recipients of the returned message: from its part, from the header copied as text, or, where neither can
 * be told apart, from the first such field in the body.
 */
export function readOriginal(message: MimePart, parts: ReportParts, copied = ''): OriginalMessage {
  let body: string | null = null;
  const field = (name: string): string | null =>
    parts.original?.header(name) ??
    headerIn(parts.originalText ?? '', name) ??
    headerIn(copied, name) ??
    headerIn((body ??= utf8Decode(message.raw.subarray(0, maxSearch))), name);
  const id = field('Message-ID');
  return {
    messageId: id === null ? null : (parseMessageIds(id)[0] ?? null),
    recipients: [...(field('To') ?? '').matchAll(/[^\s<>,;:"']+@[A-Za-z0-9.-]+/g)].map((match) => match[0]),
  };
}

/** The value of a header field in text: folded lines joined, quoting marks ignored. */
function headerIn(text: string, name: string): string | null {
  const match = new RegExp(`^[> \\t]{0,8}${name}[ \\t]*:[ \\t]*((?:.*)(?:\\r?\\n[> ]{0,4}[ \\t]+\\S.*)*)`, 'im').exec(text);
  return match?.[1]?.replaceAll(/\r?\n[> ]{0,4}[ \t]+/g, ' ').trim() ?? null;
}
