import { cutBytes, maxNameBytes } from './format-pdf-name.js';

/**
 * Makes file names different: the second of equal names gets " (2)" before its extension, and so on. Names are equal when
 * a file system without case would say so.
 *
 * @returns the names in the same order, the first of each kind unchanged
 */
export function disambiguateNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.map(fold));
  const used = new Set<string>();
  const next = new Map<string, number>();
  return names.map((name) => {
    if (!used.has(fold(name))) {
      used.add(fold(name));
      return name;
    }
    for (let number = next.get(fold(name)) ?? 2; ; number++) {
      const candidate = numbered(name, number);
      if (taken.has(fold(candidate))) continue;
      taken.add(fold(candidate));
      used.add(fold(candidate));
      next.set(fold(name), number + 1);
      return candidate;
    }
  });
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const suffix = ` (${number})${extension}`;
  return cutBytes(stem, maxNameBytes - Buffer.byteLength(suffix, 'utf8')) + suffix;
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();
