import { attributeOf, childOf, childrenOf, descendantsOf, textOf, type XmlElement } from '@mss/formats/xml';

import type { XdmCode } from '../model.js';
import type { Tolerated } from './warnings-list.js';

const normal = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `urn:uuid:` once and in lower case, whatever the sender wrote. */
export function normalUuid(text: string | null, tolerated?: Tolerated): string {
  if (text === null) return '';
  if (normal.test(text)) return text;
  const trimmed = text.trim();
  const bare = trimmed.replace(/^(?:urn:uuid:)+/i, '');
  if (/^(?:urn:uuid:){2}/i.test(trimmed)) tolerated?.add('XDM_UUID_PREFIX', 'an identifier with urn:uuid: written twice');
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(bare) ? `urn:uuid:${bare.toLowerCase()}` : trimmed;
}

const empty: readonly string[] = [];

/** The slots of an object: values trimmed, empty ones left out. */
export function slotsOf(object: XmlElement): ReadonlyMap<string, readonly string[]> {
  const slots = new Map<string, readonly string[]>();
  for (const slot of childrenOf(object, 'Slot')) {
    const name = attributeOf(slot, 'name') ?? '';
    const values = [...descendantsOf(slot, 'Value')].map((value) => textOf(value).trim()).filter((value) => value !== '');
    slots.set(name, [...(slots.get(name) ?? empty), ...values]);
  }
  return slots;
}

/** Slots by name, asked for without regard to case. */
export class Slots {
  readonly #slots: ReadonlyMap<string, readonly string[]>;
  readonly #asked = new Set<string>();

  constructor(object: XmlElement) {
    this.#slots = slotsOf(object);
  }

  all(name: string): readonly string[] {
    const key = name.toLowerCase();
    this.#asked.add(key);
    const exact = this.#slots.get(name);
    if (exact !== undefined) return exact;
    for (const [other, values] of this.#slots) if (other.toLowerCase() === key) return values;
    return empty;
  }

  one(name: string): string | null {
    return this.all(name)[0] ?? null;
  }

  /** The slots that nobody asked for. */
  rest(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this.#slots].filter(([name]) => !this.#asked.has(name.toLowerCase())));
  }
}

/** The text of Name or Description: French first, else the first; `null` when the element is not there. */
export function localizedOf(object: XmlElement, name: 'Name' | 'Description'): string | null {
  const element = childOf(object, name);
  if (element === null) return null;
  const strings = childrenOf(element, 'LocalizedString');
  const french = strings.find((one) =>
    (one.attributes.find((attribute) => attribute.name === 'lang')?.value ?? '').toLowerCase().startsWith('fr'),
  );
  const chosen = french ?? strings[0];
  return chosen === undefined ? null : attributeOf(chosen, 'value');
}

/** A classification of the external kind as a coded value. */
export function codeOf(classification: XmlElement): XdmCode {
  const scheme = slotsOf(classification).get('codingScheme')?.[0] ?? null;
  return {
    code: (attributeOf(classification, 'nodeRepresentation') ?? '').trim(),
    codingScheme: scheme,
    displayName: localizedOf(classification, 'Name'),
  };
}
