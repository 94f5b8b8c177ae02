import type { MssWarning } from '@mss/core';
import { attributeOf, childrenOf, textOf, type XmlElement } from '@mss/formats/xml';

import { hl7Namespace } from '../namespaces.js';
import type { CdaWarningCode } from '../warnings.js';

/**
 * Hands out the elements of a header and remembers which ones it handed out: what is never asked for has no typed
 * field and is reported, so that no text of a header is lost.
 */
export interface HeaderReader {
  /** The first child of that name; later ones stay unread. */
  one(parent: XmlElement, name: string, namespace?: string): XmlElement | null;
  /** Every child of that name. */
  all(parent: XmlElement, name: string, namespace?: string): readonly XmlElement[];
  /** Marks every element below as read. */
  whole(element: XmlElement): void;
  warn(code: CdaWarningCode, message: string, where?: string): void;
  readonly seen: ReadonlySet<XmlElement>;
  readonly warnings: readonly MssWarning<CdaWarningCode>[];
}

/** A reader for one document. */
export function createHeaderReader(): HeaderReader {
  const seen = new Set<XmlElement>();
  const warnings: MssWarning<CdaWarningCode>[] = [];
  return {
    seen,
    warnings,
    one: (parent, name, namespace = hl7Namespace) => {
      const found = childrenOf(parent, name, namespace)[0] ?? null;
      if (found !== null) seen.add(found);
      return found;
    },
    all: (parent, name, namespace = hl7Namespace) => {
      const found = childrenOf(parent, name, namespace);
      for (const element of found) seen.add(element);
      return found;
    },
    whole: (element) => {
      const pending = [element];
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        seen.add(next);
        pending.push(...childrenOf(next));
      }
    },
    warn: (code, message, where) => {
      warnings.push(where === undefined ? { code, message } : { code, message, where });
    },
  };
}

/** An attribute without the white space around it; `null` when it is absent or empty. */
export function attribute(element: XmlElement | null, name: string): string | null {
  if (element === null) return null;
  const value = attributeOf(element, name)?.trim() ?? '';
  return value === '' ? null : value;
}

/** The text of an element with runs of white space made one space; `null` when nothing is left. */
export function text(element: XmlElement | null): string | null {
  if (element === null) return null;
  const value = textOf(element)
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim();
  return value === '' ? null : value;
}
