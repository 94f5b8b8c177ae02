import type { ImapClient } from './client.js';
import { refusedError } from './errors.js';
import type { ImapAtom, ImapToken, ImapUntagged, Inside } from './inside.js';

/** How a command ended. */
export interface ImapCompletion {
  /** `MODIFIED` of `OK [MODIFIED 7,9] …`, upper case, or `null`. */
  readonly code: string | null;
  /** What follows the code's word. */
  readonly values: readonly ImapToken[];
}

/**
 * Sends one command of ours through imapflow: for what it does not know or whose answer it does not give.
 *
 * @param untagged - what to do with each kind of untagged line; imapflow no longer sees those
 * @throws what imapflow throws for NO, BAD and a lost connection
 */
export async function exec(
  client: ImapClient,
  command: { readonly name: string; readonly attributes?: readonly unknown[] },
  untagged: Readonly<Record<string, (line: ImapUntagged) => void>> = {},
): Promise<ImapCompletion> {
  const inside = client as unknown as Inside;
  // Ends an IDLE, as imapflow does for its own commands.
  if (typeof inside.preCheck === 'function') await inside.preCheck();
  const handlers = Object.entries(untagged).map(([name, handle]) => [name, async (line: ImapUntagged) => Promise.resolve(handle(line))]);
  const { response, next } = await inside.exec(command.name, command.attributes ?? false, {
    untagged: Object.fromEntries(handlers) as Record<string, (line: ImapUntagged) => Promise<void>>,
  });
  next();
  const completion = completionOf(response.attributes);
  // imapflow takes "NO Some of the requested messages no longer exist" for success, and what is missing for missing.
  if (response.command?.toUpperCase() === 'NO') throw refusedError('NO', completion.code);
  return completion;
}

/** The response code of a tagged line. */
export function completionOf(attributes: readonly ImapToken[] | undefined): ImapCompletion {
  const [first] = attributes ?? [];
  const section = isAtom(first) && (first.value === undefined || first.value === '') ? first.section : undefined;
  const [word, ...values] = section ?? [];
  const code = textOf(word);
  return { code: code === null ? null : code.toUpperCase(), values };
}

/** The text of an atom or string, or `null`. */
export function textOf(token: ImapToken | undefined): string | null {
  return isAtom(token) && typeof token.value === 'string' ? token.value : null;
}

/** The texts of a list; what is no text is left out. */
export function textsOf(token: ImapToken | undefined): string[] {
  return isList(token) ? token.flatMap((one) => textOf(one) ?? []) : [];
}

/** A number from 0 to 2^32 − 1, or `null`. */
export function numberOf(token: ImapToken | undefined): number | null {
  const text = textOf(token);
  return text !== null && /^\d{1,10}$/.test(text) && Number(text) <= 0xffffffff ? Number(text) : null;
}

/** A mod-sequence: below 2^63 (RFC 7162 §7), or `null`. */
export function modseqOf(token: ImapToken | undefined): bigint | null {
  const text = textOf(isList(token) ? token[0] : token);
  return text !== null && /^\d{1,19}$/.test(text) ? BigInt(text) : null;
}

/** The items of an untagged FETCH by name, upper case; `BODY[]` stays with its section under `BODY`. */
export function fetchItems(line: ImapUntagged): ReadonlyMap<string, ImapToken> {
  const items = new Map<string, ImapToken>();
  const list = line.attributes?.[1];
  if (!isList(list)) return items;
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = textOf(list[index]);
    if (name !== null) items.set(name.toUpperCase(), list[index + 1] ?? null);
  }
  return items;
}

function isList(token: ImapToken | undefined): token is readonly ImapToken[] {
  return Array.isArray(token);
}

function isAtom(token: ImapToken | undefined): token is ImapAtom {
  return typeof token === 'object' && token !== null && !Array.isArray(token);
}
