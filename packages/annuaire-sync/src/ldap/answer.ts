import { Buffer } from 'node:buffer';
import { utf8Decode } from '@mss/core';
import { BerCursor, malformed, naturalOf, type BerElement } from './ber.js';

/** An attribute of an entry as it came. */
export interface RawAttribute {
  readonly name: string;
  readonly values: readonly Uint8Array[];
}

/**
 * What a server sends (RFC 4511 §4.1.1).
 *
 * QUIRK: read here and not by ldapts, whose reader loops without end, taking memory, when an entry declares more than it holds.
 */
export type LdapAnswer =
  | { readonly id: number; readonly kind: 'entry'; readonly dn: string; readonly attributes: readonly RawAttribute[] }
  | { readonly id: number; readonly kind: 'reference' }
  | {
      readonly id: number;
      readonly kind: 'search-result' | 'bind-result' | 'extended-result';
      readonly resultCode: number;
      readonly cookie: Uint8Array | null;
    }
  | { readonly id: number; readonly kind: 'other' };

const tags = {
  sequence: 0x30,
  set: 0x31,
  integer: 0x02,
  octets: 0x04,
  boolean: 0x01,
  enumeration: 0x0a,
  bindResponse: 0x61,
  entry: 0x64,
  searchDone: 0x65,
  reference: 0x73,
  extendedResponse: 0x78,
  controls: 0xa0,
} as const;

const pagedResults = '1.2.840.113556.1.4.319';

const textOf = ({ content }: BerElement): string => utf8Decode(content);

function attributesOf(content: Uint8Array): RawAttribute[] {
  const attributes: RawAttribute[] = [];
  for (const list = new BerCursor(content); !list.isDone;) {
    const attribute = new BerCursor(list.next(tags.sequence).content);
    const name = textOf(attribute.next(tags.octets));
    const values: Uint8Array[] = [];
    for (const set = new BerCursor(attribute.next(tags.set).content); !set.isDone;) values.push(set.next(tags.octets).content);
    attributes.push({ name, values });
  }
  return attributes;
}

/** The cookie of RFC 2696: empty or absent on the last page. */
function cookieOf(controls: Uint8Array): Uint8Array | null {
  let found: Uint8Array | null = null;
  for (const list = new BerCursor(controls); !list.isDone;) {
    const control = new BerCursor(list.next(tags.sequence).content);
    const type = textOf(control.next(tags.octets));
    if (control.tag === tags.boolean) control.next();
    const value = control.isDone ? null : control.next(tags.octets).content;
    if (type !== pagedResults || value === null) continue;
    const page = new BerCursor(new BerCursor(value).next(tags.sequence).content);
    page.next(tags.integer);
    const cookie = page.next(tags.octets).content;
    // A copy: the message it stands in is let go.
    found = cookie.length === 0 ? null : Buffer.from(cookie);
  }
  return found;
}

const resultKinds: Readonly<Record<number, 'search-result' | 'bind-result' | 'extended-result' | undefined>> = {
  [tags.searchDone]: 'search-result',
  [tags.bindResponse]: 'bind-result',
  [tags.extendedResponse]: 'extended-result',
};

/**
 * Reads the contents of one LDAPMessage.
 *
 * @throws ERR_MSS_ANNUAIRE_LDAP_PROTOCOL
 */
export function readAnswer(message: Uint8Array): LdapAnswer {
  const cursor = new BerCursor(message);
  const id = naturalOf(cursor.next(tags.integer));
  const operation = cursor.next();
  const controls = cursor.isDone ? null : cursor.next(tags.controls).content;
  if (!cursor.isDone) throw malformed();
  const content = new BerCursor(operation.content);
  if (operation.tag === tags.entry) {
    const dn = textOf(content.next(tags.octets));
    return { id, kind: 'entry', dn, attributes: attributesOf(content.next(tags.sequence).content) };
  }
  if (operation.tag === tags.reference) return { id, kind: 'reference' };
  const kind = resultKinds[operation.tag];
  if (kind === undefined) return { id, kind: 'other' };
  const resultCode = naturalOf(content.next(tags.enumeration));
  return { id, kind, resultCode, cookie: controls === null ? null : cookieOf(controls) };
}
