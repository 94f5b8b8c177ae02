/** The ENVID of an attempt: a report on it says which attempt the server took. */
export function envidOfAttempt(envid: string, attempt: number): string {
  return attempt === 1 ? envid : `${envid}.${attempt}`;
}

/** The attempt that an ENVID names; `null` when it is not one of this entry. */
export function attemptOfEnvid(envid: string, seen: string): number | null {
  if (seen === envid) return 1;
  const attempt = seen.startsWith(`${envid}.`) ? /^[1-9][0-9]{0,8}$/.exec(seen.slice(envid.length + 1))?.[0] : undefined;
  return attempt === undefined ? null : Number(attempt);
}

/** What an ENVID may be the entry's own of: itself, or itself without the number of the attempt. */
export function possibleEnvids(seen: string): readonly string[] {
  return [seen, ...(/\.[1-9][0-9]{0,8}$/.test(seen) ? [seen.replace(/\.[0-9]+$/, '')] : [])];
}
