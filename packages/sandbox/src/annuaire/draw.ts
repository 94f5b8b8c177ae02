/** Lower-case letters, figures and hyphens. */
export function slugOf(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** A number below `bound` that depends on nothing but what is given: the directory is the same in every run. */
export function drawn(bound: number, ...from: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const one of from) {
    hash = Math.imul(hash ^ one, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return (hash >>> 0) % bound;
}

/** One of a list, by the same rule. */
export function drawnFrom<Value>(list: readonly Value[], ...from: readonly number[]): Value {
  return list[drawn(list.length, ...from)] as Value;
}
