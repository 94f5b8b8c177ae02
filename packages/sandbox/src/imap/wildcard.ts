/**
 * Whether a folder name fits a pattern of LIST: `*` is anything, `%` anything but the separator.
 *
 * Both are walked along together, without backtracking: time is bounded by the product of their lengths.
 *
 * @see RFC 3501 §6.3.8
 */
export function matchesPattern(name: string, pattern: string, separator = '/'): boolean {
  // reachable[i]: the pattern so far can have used up i characters of the name.
  let reachable: boolean[] = [true, ...Array.from(name, () => false)];
  for (const symbol of pattern) {
    const next: boolean[] = Array.from(reachable, () => false);
    for (const [at, possible] of reachable.entries()) {
      const character = name.charAt(at);
      if (symbol === '*' || symbol === '%') {
        // Nothing, or one character more than a way that is open already.
        const before = at > 0 && next[at - 1] === true && (symbol === '*' || name.charAt(at - 1) !== separator);
        if (possible || before) next[at] = true;
      } else if (possible && character === symbol && at < name.length) next[at + 1] = true;
    }
    reachable = next;
  }
  return reachable[name.length] === true;
}
