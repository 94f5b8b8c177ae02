import type { MssWarning, ReadResult } from '@mss/core';
import { toUnicodeDomain } from './domain.js';
import { decodeHeaderWords } from './encoded-words.js';
import type { MimeWarningCode } from './types.js';

/** One mailbox of an address field. */
export interface MailAddress {
  /** Display name, decoded; `null` without one. */
  readonly name: string | null;
  /** `local@domain`, an internationalised domain shown as text. */
  readonly address: string;
}

/** A piece of an address field outside comments. `glued`: no white space before it. */
interface Token {
  readonly kind: 'text' | 'quoted' | 'angle' | 'comment' | ',' | ';' | ':';
  readonly text: string;
  readonly glued: boolean;
}

function endOfComment(raw: string, start: number): number {
  let depth = 0;
  for (let at = start; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return raw.length;
}

function endOfQuoted(raw: string, start: number): number {
  for (let at = start + 1; at < raw.length; at += 1) {
    if (raw.charAt(at) === '\\') at += 1;
    else if (raw.charAt(at) === '"') return at;
  }
  return raw.length;
}

function endOfAngle(raw: string, start: number): number {
  for (let at = start + 1; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === '"') at = endOfQuoted(raw, at);
    else if (character === '>') return at;
  }
  return raw.length;
}

const unescape = (text: string): string => text.replaceAll(/\\(.)/gs, '$1');

function* tokens(raw: string): Generator<Token> {
  let glued = false;
  for (let at = 0; at < raw.length;) {
    const character = raw.charAt(at);
    if (/\s/.test(character)) {
      glued = false;
      at += 1;
      continue;
    }
    let end: number;
    if (character === '(') {
      end = endOfComment(raw, at);
      yield { kind: 'comment', text: unescape(raw.slice(at + 1, end)), glued: false };
      at = end + 1;
      continue;
    }
    if (character === '"') {
      end = endOfQuoted(raw, at);
      yield { kind: 'quoted', text: unescape(raw.slice(at + 1, end)), glued };
      at = end + 1;
    } else if (character === '<') {
      end = endOfAngle(raw, at);
      yield { kind: 'angle', text: raw.slice(at + 1, end), glued };
      at = end + 1;
    } else if (character === ',' || character === ';' || character === ':') {
      yield { kind: character, text: character, glued };
      at += 1;
    } else {
      // QUIRK: commas and brackets inside an encoded word are part of it; RFC 2047 §5(3) forbids them, senders write them.
      const ahead = raw.slice(at, at + 1000);
      const text = (/^=\?[^?\s]+\?[bq]\?[^?\s]*\?=/i.exec(ahead) ?? /^[^\s,;:<("]+/.exec(ahead))?.[0] ?? character;
      yield { kind: 'text', text, glued };
      at += text.length;
    }
    glued = true;
  }
}

/** A domain shown as text. */
function display(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at + 1) + toUnicodeDomain(address.slice(at + 1));
}

const quotedLocal = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const plausible = /^(?:"(?:[^"\\]|\\.)*"|[^\s@"<>,;:()[\]]+)@(?:\[[^\s\]]+\]|[^\s@"<>,;:()[\]]+)$/s;

/** The address inside angle brackets: without source route, comments and white space. */
function addressOfAngle(text: string): string {
  const withoutRoute = text.replace(/^\s*@[^:"<>]*:/, '');
  const quoted = /^\s*"((?:[^"\\]|\\.)*)"\s*@(.*)$/s.exec(withoutRoute);
  if (quoted !== null) return `${quotedLocal(unescape(quoted[1] ?? ''))}@${(quoted[2] ?? '').replaceAll(/\s+/g, '')}`;
  return withoutRoute.replaceAll(/\([^()]*\)/g, '').replaceAll(/\s+/g, '');
}

interface Found {
  readonly address: string | null;
  readonly name: string;
}

/** The address of a mailbox that has no angle brackets. */
function addressOfWords(words: readonly Token[]): Found {
  const written = (token: Token): string => (token.kind === 'quoted' ? quotedLocal(token.text) : token.text);
  // Glued words are one word: "john smith"@example.org.
  const pieces: string[][] = [];
  for (const word of words) {
    const previous = pieces.at(-1);
    const before = previous?.at(-1) ?? '';
    const joins = word.glued || /^[.@]/.test(word.text) || /[.@]$/.test(before);
    if (previous !== undefined && joins) previous.push(written(word));
    else pieces.push([written(word)]);
  }
  const groups = pieces.map((group) => group.join(''));
  const addresses = groups.filter((group) => plausible.test(group));
  if (addresses.length === 1) return { address: addresses[0] ?? null, name: groups.filter((group) => group !== addresses[0]).join(' ') };
  return { address: groups.length === 1 && words[0]?.kind === 'text' ? (groups[0] ?? null) : null, name: '' };
}

/**
 * Reads an address field: mailboxes, groups (flattened), quoted strings, comments, RFC 2047 words, source routes, and
 * `;` between mailboxes as Outlook writes it. RFC 2047 words are decoded after the structure is known, so that an
 * encoded comma or bracket cannot make an address.
 *
 * What is no address of RFC 5322 but stands where one must (`<MAILER-DAEMON>`) is kept with the warning `MIME_ADDRESS`;
 * a name without any address is left out with the same warning.
 *
 * @param raw - unfolded and not decoded ({@link MimeHeader.raw}).
 * @see RFC 5322 §3.4 and §4.4
 */
export function parseAddressList(raw: string): ReadResult<readonly MailAddress[], MimeWarningCode> {
  const found: MailAddress[] = [];
  const warnings: MssWarning<MimeWarningCode>[] = [];
  const doubt = (message: string): void => void warnings.push({ code: 'MIME_ADDRESS', message });
  let words: Token[] = [];
  let comments: string[] = [];
  let angle: string | null = null;

  const finish = (): void => {
    if (angle !== null || words.length > 0) {
      const { address, name } =
        angle === null ? addressOfWords(words) : { address: addressOfAngle(angle), name: words.map((word) => word.text).join(' ') };
      const shown = decodeHeaderWords(name).trim() || decodeHeaderWords(comments.join(' ')).trim();
      if (address === null || address === '') doubt('a mailbox without an address, left out');
      else {
        if (!plausible.test(address)) doubt('an address that is none of RFC 5322, kept as written');
        found.push({ name: shown === '' ? null : shown, address: display(address) });
      }
    }
    words = [];
    comments = [];
    angle = null;
  };

  for (const token of tokens(raw)) {
    if (token.kind === ',' || token.kind === ';') finish();
    else if (token.kind === ':') {
      // What came before is the name of a group.
      words = [];
      comments = [];
    } else if (token.kind === 'comment') comments.push(token.text);
    else if (token.kind === 'angle') {
      if (angle === null) angle = token.text;
      else doubt('a second address in one mailbox, left out');
    } else if (angle === null) words.push(token);
    else if (token.kind === 'text') doubt('text after an address, left out');
  }
  finish();
  return { value: found, warnings };
}
