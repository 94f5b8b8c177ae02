import { decodeHeaderWords } from '@mss/formats/mime';

import { readPrefixes } from './subject-prefixes.js';
import { maxReadLength } from './text.js';

const announcement = /^XDM\/1\.0\/DDM *\+? */i;

/** Whether a subject, raw or decoded, announces health documents, whatever stands before. */
export function announcesDocuments(subject: string): boolean {
  return announcement.test(readPrefixes(oneLine(subject)).rest);
}

/**
 * A subject for people: decoded, without `XDM/1.0/DDM+`, the marks before it kept.
 *
 * @see Référentiel #2 v1.0.1, ECO.3.1.3, as publicly quoted: the prefix is hidden in the displayed subject
 */
export function displaySubject(subject: string): string {
  const text = oneLine(subject);
  const { rest } = readPrefixes(text);
  return text.slice(0, text.length - rest.length) + rest.replace(announcement, '');
}

/**
 * The subject of a reply without documents: `Re: ` once, and the subject without the prefix that would announce documents.
 */
export function replySubject(subject: string): string {
  const shown = displaySubject(subject);
  return /^re\s?:/i.test(shown) ? shown : `Re: ${shown}`;
}

function oneLine(subject: string): string {
  return decodeHeaderWords(subject.slice(0, maxReadLength))
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+[ \t]*/gu, ' ')
    .trim();
}
